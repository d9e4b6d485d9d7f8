/** The scalars that every server implements, unless it passes implementations of its own. */
import { GraphQLError, type GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { canonicalTime } from 'tableloom/runtime';

/** What a scalar's values are read and written with; GraphQLScalarType has them. */
export type ScalarFunctions = Pick<
  GraphQLScalarType<unknown, unknown>,
  'serialize' | 'parseValue' | 'parseLiteral'
>;

const day = /^\d{4}-\d\d-\d\d$/;

/** Rules and records see a moment in one form, UTC with milliseconds; a day stays one, as ranges include all of it. */
const moment = scalar(
  'a moment is needed, such as 2026-01-31T09:30:00.000Z',
  (value) => (value instanceof Date || typeof value === 'string' ? canonicalTime(value) : undefined),
  (value) => {
    if (typeof value !== 'string') return undefined;
    const text = canonicalTime(value);
    return day.test(value) ? value : text;
  },
);

const date = scalar(
  'a day is needed, such as 2026-01-31',
  (value) => (value instanceof Date ? canonicalTime(value).slice(0, 10) : value),
  (value) => (typeof value === 'string' && day.test(value) && canonicalTime(value) ? value : undefined),
);

export const usualScalars: Readonly<Record<string, ScalarFunctions>> = {
  DateTime: moment,
  DateTimeISO: moment,
  Date: date,
  LocalDate: date,
};

/** @param serialize, parse undefined, or an error: the value is not valid */
function scalar(
  needed: string,
  serialize: (value: unknown) => unknown,
  parse: (value: unknown) => unknown,
): ScalarFunctions {
  const checked = (read: (value: unknown) => unknown, value: unknown, node?: ValueNode) => {
    const result = orUndefined(() => read(value));
    if (result !== undefined) return result;
    throw new GraphQLError(`The value is not valid: ${needed}.`, { nodes: node ?? null });
  };
  return {
    serialize: (value) => checked(serialize, value),
    parseValue: (value) => checked(parse, value),
    parseLiteral: (node) => checked(parse, node.kind === Kind.STRING ? node.value : undefined, node),
  };
}

function orUndefined(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}
