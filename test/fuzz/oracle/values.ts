/** Values as clients know them: what is equal, what comes first, what a condition says of a record. */

import { byText } from '../../support/dice.js';
import { states } from '../draw/pools.js';
import type { Mapping } from '../draw/project.js';
import { type Attribute, type Entity, type Values, wordsOf } from './declarations.js';

/** What `$arg`, `$parent.field` and the like stand for. */
export interface Sources {
  readonly args: Values;
  readonly parent?: Values | undefined;
  readonly through?: Values | undefined;
  readonly current?: Values | undefined;
}

/** The value of a text of the YAML; null where it is absent. */
export function valueAt(text: unknown, { args, ...roots }: Sources): unknown {
  if (typeof text !== 'string' || !text.startsWith('$')) return text;
  const [head = '', ...path] = text.slice(1).split('.');
  const root = path.length > 0 ? roots[head as keyof typeof roots] : undefined;
  const from: unknown = root ?? args[head];
  return path.reduce((value, key) => (value as Values | null | undefined)?.[key], from) ?? null;
}

export function compare({ kind }: Attribute, a: unknown, b: unknown): number {
  if (kind === 'text' || kind === 'enum') return byText(String(a), String(b));
  const [x, y] = kind === 'time' ? [momentOf(a), momentOf(b)] : [Number(a), Number(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function momentOf(value: unknown): number {
  return Date.parse(String(value));
}

export function isEqual(attribute: Attribute, a: unknown, b: unknown): boolean {
  if (a === null || a === undefined || b === null || b === undefined) return false;
  const { kind } = attribute;
  return kind === 'text' || kind === 'enum' ? String(a) === String(b) : compare(attribute, a, b) === 0;
}

/** A text as it is stored and looked up. */
export function normalized({ yaml }: Entity, field: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const steps = wordsOf((yaml.normalize as Mapping | undefined)?.[field]);
  return steps.reduce((text, step) => (step === 'trim' ? text.trim() : text.toLowerCase()), value);
}

/** The value by which a pattern finds and orders: `fold` makes texts that differ in case one. */
export function keyed(entity: Entity, field: string, value: unknown): unknown {
  const stored = normalized(entity, field, value);
  const encode = (entity.yaml.encode as Mapping | undefined)?.[field];
  // By its place among the values; the pools have them as they are declared.
  if (encode === 'declared' && typeof stored === 'string') return String(states.map(String).indexOf(stored));
  return encode === 'fold' && typeof stored === 'string' ? stored.toLowerCase() : stored;
}

/** All conditions of a mapping; one whose argument is absent says nothing. */
export function matches(entity: Entity, record: Values, filter: Mapping, sources: Sources): boolean {
  return verdict(entity, record, filter, sources) ?? true;
}

/** Undefined where nothing is asked. */
function verdict(entity: Entity, record: Values, filter: Mapping, sources: Sources): boolean | undefined {
  const all = Object.entries(filter).map(([field, condition]) => {
    if (field === 'and' || field === 'or') {
      const parts = (condition as readonly Mapping[]).map((one) => verdict(entity, record, one, sources));
      return joined(parts, field);
    }
    if (field === 'not') {
      const inner = verdict(entity, record, condition as Mapping, sources);
      return inner === undefined ? undefined : !inner;
    }
    return ofField(entity, record, field, condition, sources);
  });
  return joined(all, 'and');
}

function joined(parts: readonly (boolean | undefined)[], how: 'and' | 'or'): boolean | undefined {
  const said = parts.filter((one) => one !== undefined);
  if (said.length === 0) return undefined;
  return how === 'and' ? said.every(Boolean) : said.some(Boolean);
}

function ofField(
  entity: Entity,
  record: Values,
  field: string,
  condition: unknown,
  sources: Sources,
): boolean | undefined {
  const attribute = entity.attributes.get(field);
  if (!attribute) throw new Error(`${entity.name} has no ${field}`);
  const operators = isMapping(condition) ? condition : { eq: condition };
  const value = record[field] ?? null;
  return joined(
    Object.entries(operators).map(([operator, operand]) =>
      ofOperator({ entity, attribute, value, operator, operand, sources }),
    ),
    'and',
  );
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Operation {
  readonly entity: Entity;
  readonly attribute: Attribute;
  readonly value: unknown;
  readonly operator: string;
  readonly operand: unknown;
  readonly sources: Sources;
}

function ofOperator(operation: Operation): boolean | undefined {
  const { entity, attribute, value, operator, operand, sources } = operation;
  const asked = (text: unknown) => normalized(entity, attribute.name, valueAt(text, sources));
  if (operator === 'size') {
    const size = Array.isArray(value) ? value.length : Number.NaN;
    const counted: Attribute = { name: 'size', kind: 'integer', isList: false, isNullable: false };
    return joined(
      Object.entries(operand as Mapping).map(([inner, bound]) =>
        Array.isArray(value)
          ? ofOperator({ ...operation, attribute: counted, value: size, operator: inner, operand: bound })
          : valueAt(bound, sources) === null
            ? undefined
            : inner === 'ne',
      ),
      'and',
    );
  }
  if (operator === 'between') {
    const [low, high] = operand as readonly [unknown, unknown];
    const ends = [
      ofOperator({ ...operation, operator: 'gte', operand: low }),
      ofOperator({ ...operation, operator: 'lte', operand: high }),
    ];
    return joined(ends, 'and');
  }
  if (operator === 'in') {
    const list = Array.isArray(operand)
      ? operand.map(asked)
      : (valueAt(operand, sources) as unknown[] | null);
    if (list === null) return undefined;
    const given = list.filter((one) => one !== null && one !== undefined);
    if (Array.isArray(operand) && given.length === 0) return undefined;
    return given.some((one) => isEqual(attribute, value, normalized(entity, attribute.name, one)));
  }
  const wanted = asked(operand);
  if (wanted === null) return undefined;
  if (operator === 'exists') return (value !== null) === wanted;
  if (operator === 'ne') return !isEqual(attribute, value, wanted);
  if (operator === 'contains' && attribute.isList)
    return ((value ?? []) as readonly unknown[]).some((one) => isEqual(attribute, one, wanted));
  if (value === null) return false;
  if (operator === 'contains') return String(value).includes(String(wanted));
  if (operator === 'begins') return String(value).startsWith(String(wanted));
  const order = compare(attribute, value, wanted);
  switch (operator) {
    case 'eq':
      return order === 0;
    case 'lt':
      return order < 0;
    case 'lte':
      return order <= 0;
    case 'gt':
      return order > 0;
    case 'gte':
      return order >= 0;
    default:
      throw new Error(`no operator ${operator}`);
  }
}

/** Whether a record is among those that `when` names. */
export function holds(entity: Entity, record: Values, when: Mapping | undefined): boolean {
  return Object.entries(when ?? {}).every(([field, wanted]) => {
    const value = record[field] ?? null;
    if (wanted === 'present' && entity.attributes.get(field)?.kind !== 'enum') return value !== null;
    const allowed = Array.isArray(wanted) ? wanted : [wanted];
    return value !== null && (wanted === 'present' || allowed.some((one) => one === value));
  });
}
