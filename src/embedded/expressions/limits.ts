import { ValidationError } from '../errors.js';
import type { AttributeValue, Item } from '../items/attributes.js';
import { itemSize } from '../items/sizes.js';

/*
 * What DynamoDB's parsers refuse for its size, and dynalite's do not ("Quotas in Amazon DynamoDB", "Expression
 * parameters"). Texts of messages as DynamoDB Local has them.
 */

const mostBytes = 4096;
const mostPlaceholderBytes = 255;
const mostValueBytes = 2 * 1024 * 1024;
const mostOperators = 300;
const mostOperands = 100;
const mostLevels = 32;

/**
 * @param expressions by the member of the request they are
 * @param placeholders of names and values, the same
 * @throws ValidationError for one that is too long
 */
export function checkLengths(
  expressions: Readonly<Record<string, string | undefined>>,
  placeholders: Readonly<Record<string, object | undefined>>,
): void {
  for (const [clause, text = ''] of Object.entries(expressions)) {
    const bytes = Buffer.byteLength(text);
    if (bytes > mostBytes)
      throw new ValidationError(
        `Invalid ${clause}: Expression size has exceeded the maximum allowed size; expression size: ${bytes}`,
      );
  }
  for (const [member, given = {}] of Object.entries(placeholders)) {
    for (const placeholder of Object.keys(given)) {
      const bytes = Buffer.byteLength(placeholder);
      if (bytes > mostPlaceholderBytes)
        throw new ValidationError(
          `${member} contains invalid key: The expression attribute map contains a key that is too long; ` +
            `size of key: ${bytes}`,
        );
    }
  }
}

/** @throws ValidationError for values that are too large together */
export function checkTotalSize(values: Item): void {
  if (Object.values(values).some(canBeLarge) && itemSize(values) > mostValueBytes)
    throw new ValidationError('ExpressionAttributeValues exceeds max size');
}

function canBeLarge(value: AttributeValue): boolean {
  if ('S' in value) return value.S.length > 4096;
  return !('N' in value || 'BOOL' in value || 'NULL' in value);
}

/** @throws ValidationError for a parsed expression with too many operators, operands or levels */
export function checkComplexity(clause: string, expression: unknown): void {
  let operators = 0;
  const look = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) {
      if (node.length > mostLevels && typeof node[0] === 'string')
        throw new ValidationError(
          `Invalid ${clause}: The document path has too many nesting levels; nesting levels: ${node.length}`,
        );
      for (const member of node) look(member);
      return;
    }
    const { type, args, ...members } = node as { readonly type?: string; readonly args?: readonly unknown[] };
    if (args === undefined) {
      look(Object.values(members));
      return;
    }
    if (type === 'in' && args.length - 1 > mostOperands)
      throw new ValidationError(
        `Invalid ${clause}: The IN operator is provided with too many operands; number of operands: ${args.length - 1}`,
      );
    operators += 1;
    if (operators > mostOperators)
      throw new ValidationError(
        `Invalid ${clause}: The expression contains too many operators; operator count: ${operators}`,
      );
    for (const argument of args) look(argument);
  };
  look(expression);
}
