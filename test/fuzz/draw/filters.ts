/** Random conditions on the attributes of an entity. */

import type { Dice } from '../../support/dice.js';
import type { DrawnEntity } from './entities.js';
import { type Arguments, bare } from './patterns.js';
import { isOneIn, states } from './pools.js';
import type { Mapping } from './project.js';

export function drawFilter(dice: Dice, entity: DrawnEntity, args: Arguments, depth = 2): Mapping {
  const fields = dice.some(
    Object.keys(entity.fields).filter((field) => field !== 'version'),
    1 + dice.below(2),
  );
  const filter: Record<string, unknown> = {};
  for (const field of fields) filter[field] = condition(dice, entity.fields[field] ?? '', args);
  if (depth > 0 && isOneIn(dice, 4)) filter.not = drawFilter(dice, entity, args, depth - 1);
  if (depth > 0 && isOneIn(dice, 4))
    filter[dice.of(['or', 'and'])] = [
      drawFilter(dice, entity, args, depth - 1),
      drawFilter(dice, entity, args, depth - 1),
    ];
  return filter;
}

function condition(dice: Dice, type: string, args: Arguments): unknown {
  const one = bare(type);
  const bang = isOneIn(dice, 3) ? '!' : '';
  if (one.startsWith('[')) {
    const element = bare(one.slice(1, -1));
    return isOneIn(dice, 2)
      ? { contains: args.add('has', `${element}${bang}`) }
      : { size: { [dice.of(['eq', 'ne', 'lt', 'lte', 'gt', 'gte'])]: args.add('size', `Int${bang}`) } };
  }
  if (isOneIn(dice, 6)) return { exists: args.add('given', `Boolean${bang}`) };
  if (one === 'State' && isOneIn(dice, 2))
    return isOneIn(dice, 2) ? dice.of(states) : { ne: dice.of(states) };
  if (isOneIn(dice, 6)) return { in: args.add('any', `[${one}!]${bang}`) };
  if (one === 'Boolean' || one === 'State')
    return { [dice.of(['eq', 'ne'])]: args.add('value', `${one}${bang}`) };
  if (isOneIn(dice, 6))
    return { between: [args.add('low', `${one}${bang}`), args.add('high', `${one}${bang}`)] };
  if (/^(String|ID)$/.test(one) && isOneIn(dice, 3))
    return { [dice.of(['begins', 'contains'])]: args.add('part', `String${bang}`) };
  return { [dice.of(['eq', 'ne', 'lt', 'lte', 'gt', 'gte'])]: args.add('value', `${one}${bang}`) };
}
