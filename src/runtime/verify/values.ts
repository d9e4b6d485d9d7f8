/** Whether the values of a record are what the schema says. */
import type { AnyCodec } from '../reindex/types.js';
import type { Item } from '../types.js';
import { canonicalTime } from '../values.js';
import type { AttributeType, EntityTypes } from './types.js';

/** What is wrong with a record's attributes; undefined where they are well. They are not shown: they may be secret. */
export function wrongValue(codec: AnyCodec, types: EntityTypes | undefined, item: Item): string | undefined {
  const record = codec.read(item) as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(record)) {
    // A rule gives it.
    if (codec.computed && name in codec.computed) continue;
    const type = types?.attributes[name];
    if (value === undefined && (types === undefined || type?.required)) return `it has no ${name}`;
    if (value === undefined || value === null || type === undefined) continue;
    const wrong = type.list ? wrongList(type, value) : wrongScalar(type, value);
    if (wrong) return `${name} is not ${wrong}`;
  }
  return undefined;
}

function wrongList(type: AttributeType, value: unknown): string | undefined {
  if (!Array.isArray(value)) return 'a list';
  if (type.loose) return undefined;
  const wrong = value.map((one) => wrongScalar(type, one)).find((one) => one !== undefined);
  return wrong && `a list: an element is not ${wrong}`;
}

function wrongScalar({ kind, values }: AttributeType, value: unknown): string | undefined {
  switch (kind) {
    case 'text':
      return typeof value === 'string' ? undefined : 'text';
    case 'enum':
      return typeof value === 'string' && (values?.includes(value) ?? true)
        ? undefined
        : `one of ${values?.join(', ')}`;
    case 'integer':
      return typeof value === 'number' && value === (value | 0) ? undefined : 'a whole number of 32 bits';
    case 'safeInteger':
      return Number.isSafeInteger(value) ? undefined : 'a whole number up to 2^53';
    case 'decimal':
      return typeof value === 'number' ? undefined : 'a number';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'time':
      return isMoment(value) ? undefined : 'a moment';
    default:
      return undefined;
  }
}

function isMoment(value: unknown): boolean {
  try {
    return typeof value === 'string' && canonicalTime(value) !== '';
  } catch {
    return false;
  }
}
