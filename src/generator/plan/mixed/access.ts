/** Patterns that return several entities: what is read by one query, what is merged, and what comes first. */

import { tokenKey } from '../../layout/items.js';
import { fits, isGet } from '../../layout/serving.js';
import type { EntityLayout, Layout, PatternRead } from '../../layout/types.js';
import type { Model, PatternModel } from '../../model.js';
import { memberPatterns, membersOf, renamesOf } from '../../resolve/members.js';
import { isExact, readsDownwards } from '../lookup/sort-key.js';
import type { MixedAccess, QueryAccess } from '../types/access.js';
import type { KeyTemplate, SlotPlan, TemplatePart } from '../types/storage.js';
import { type Foreign, isFirst, mayLieIn, type Span, type Spanned, spansOf } from './spans.js';

/** The query of a member by itself; `read` is where, unless as it was laid out. */
export type QueryOf = (entity: EntityLayout, member: PatternModel, read?: PatternRead) => QueryAccess;

/** A member with its places: of a parent there may be two, by its own key and on the index of the others. */
interface Member extends Spanned {
  readonly layout: EntityLayout;
  readonly renames: Readonly<Record<string, string>>;
  readonly slot: SlotPlan | undefined;
}

export function mixedAccess(
  model: Model,
  layout: Layout,
  pattern: PatternModel,
  queryOf: QueryOf,
  filter: QueryAccess['filter'],
): MixedAccess {
  const parents = pattern.parents.map(({ text }) => text);
  const found = memberPatterns(model, pattern).flatMap((member, at) => {
    const entity = layout.entities.get(member.target.text);
    const renames = renamesOf(membersOf(model, pattern)[at]);
    return entity ? [{ entity, member, renames }] : [];
  });
  const placed = ({ entity, member, renames }: (typeof found)[number], read?: PatternRead): Member => {
    const access = inNamesOfPattern(queryOf(entity, member, read), renames);
    const slot = entity.items[access.item]?.slots.find(({ index }) => index === access.index);
    return { entity: entity.model.name.text, layout: entity, renames, access, slot };
  };
  const merged = found
    .filter(({ entity }) => !parents.includes(entity.model.name.text))
    .map((one) => placed(one));
  const [first] = merged;
  if (!first) throw new Error(`mixed pattern ${pattern.name.text} has no members`);
  const { index } = first.access;
  const others = (own: readonly Member[]) => foreignOf(layout, first.layout, index, own);
  const apart = parentMembers();
  // One record does not keep others apart.
  const single = apart.filter(({ access }) => access.index === index && isExact(access));
  const mergedSpans = spansOf(merged, others([...merged, ...single]));
  const leading = leadingParent();
  const spans = leading?.spans ?? mergedSpans;
  const alone = apart.filter(({ entity }) => entity !== leading?.member.entity);
  const read = [...merged, ...(leading ? [leading.member] : [])];
  const isShared = spans.some((span) => span.isShared);
  return {
    kind: 'mixed',
    members: found.flatMap(({ entity: { model } }) => {
      const one = [...alone, ...read].find(({ entity }) => entity === model.name.text);
      return one ? [{ entity: one.entity, access: one.access, renames: one.renames }] : [];
    }),
    query: { ...first.access, filter },
    spans: spans.map((span) => ({
      members: span.members.map(({ entity }) => entity),
      isWhole: span.isWhole && (leading !== undefined || single.length === 0),
      isMingled: isMingled(span, [...read, ...alone]),
    })),
    parents: [
      ...(leading ? [{ entity: leading.member.entity, read: 'first' as const }] : []),
      ...alone.map(({ entity }) => ({ entity, read: 'alone' as const })),
    ],
    only: isShared ? found.map(({ entity }) => entity.model.name.text) : null,
  };

  /** The only parent, where the query of the others begins with it. */
  function leadingParent(): { readonly member: Member; readonly spans: Span[] } | undefined {
    const [parent, ...more] = found.filter(({ entity }) => parents.includes(entity.model.name.text));
    if (!parent || more.length > 0 || first?.access.order.kind === 'chosen') return undefined;
    const slot = parent.entity.items[0]?.slots.find(
      (one) => one.index === index && fits(one, parent.member, parent.entity.attributes),
    );
    if (!slot || !first) return undefined;
    const member = placed(parent, { item: 0, slot, why: { kind: 'shared', with: pattern.name.text } });
    const all = [...merged, member];
    const joined = spansOf(all, others(all));
    const isLeading =
      joined.length === 1 &&
      mergedSpans.length === 1 &&
      joined.every((span) => isFirst(span, member.entity, readsDownwards(first.access)));
    return isLeading ? { member, spans: joined } : undefined;
  }

  /** Parents by themselves: by their own keys, else as they were laid out; in the order of the declaration. */
  function parentMembers(): Member[] {
    return parents.flatMap((name) => {
      const one = found.find(({ entity }) => entity.model.name.text === name);
      if (!one) return [];
      const { index: _pinned, ...member } = one.member;
      const slot = isGet(member, one.entity) ? one.entity.items[0]?.slots[0] : undefined;
      return [placed(one, slot && { item: 0, slot, why: { kind: 'primary key' } })];
    });
  }
}

/** Whether records of other members may lie among those of a span. */
function isMingled({ members }: Span, all: readonly Member[]): boolean {
  const [first] = members;
  return all.some(
    ({ entity, slot, layout: { items } }) =>
      !members.some((one) => one.entity === entity) &&
      [...(slot ? [slot] : []), ...(items[0]?.slots ?? [])].some(
        (one) => one.index === first?.access.index && mayLieIn(foreign(one), members),
      ),
  );
}

function foreign({ partition, sort }: Pick<SlotPlan, 'partition' | 'sort'>): Foreign {
  return { partition: partition.parts, sort: sort?.parts ?? [] };
}

/** What is stored on an index besides the members: other entities, entries, and items that are no records. */
function foreignOf(
  layout: Layout,
  { table }: EntityLayout,
  index: string | null,
  members: readonly Member[],
): Foreign[] {
  const own = [...layout.entities.values()].filter((entity) => entity.table.name.text === table.name.text);
  const stored = own.flatMap((entity) =>
    entity.items.flatMap((item) =>
      item.slots.filter(
        (slot) => slot.index === index && !members.some((one) => one.layout === entity && one.slot === slot),
      ),
    ),
  );
  const others: { partition: KeyTemplate; sort: KeyTemplate | null }[] =
    index === null
      ? own.flatMap(({ guards, aggregates, references }) => [
          ...guards,
          ...aggregates,
          ...references.flatMap(({ counter }) => counter ?? []),
        ])
      : [];
  return [...stored, ...others, ...(index === null ? [tokenKey(table)] : [])].map(foreign);
}

/** The query with the names that the pattern gives fields. */
function inNamesOfPattern(access: QueryAccess, renames: Readonly<Record<string, string>>): QueryAccess {
  const name = (field: string) => renames[field] ?? field;
  const part = <P extends TemplatePart>(one: P): P =>
    one.kind === 'hole' ? { ...one, field: name(one.field) } : one;
  const template = (one: KeyTemplate): KeyTemplate => ({
    ...one,
    text: one.text.replace(/(?<=[{(]\s*)\w+(?=\s*[)},])/g, name),
    parts: one.parts.map(part),
  });
  const { partition, sort, equals, head, narrow, range, bucket, orderBy } = access;
  return {
    ...access,
    partition: template(partition),
    sort: sort && template(sort),
    equals: equals.map((one) => ({ ...one, field: name(one.field) })),
    head: head.map(part),
    ...(narrow
      ? { narrow: { ...narrow, parts: narrow.parts.map((one) => ({ ...one, hole: part(one.hole) })) } }
      : {}),
    range: range && { ...range, field: name(range.field) },
    bucket: bucket && { ...bucket, field: name(bucket.field) },
    orderBy: orderBy.map(name),
  };
}
