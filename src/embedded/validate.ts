import { type CustomCheck, checksOf, type DynaliteError, type Types, validations } from './dynalite.js';
import { ApiError, ValidationError } from './errors.js';
import { type LegacyInput, withExpressions } from './expressions/legacy.js';
import type { AttributeValue, Item } from './items/attributes.js';

/**
 * The members of `input` that `types` describe, checked for JSON type and limits by dynalite. Parameters from before
 * expressions are expressions then.
 * @throws ApiError SerializationException or ValidationException
 */
export function validate<Input>(input: object, types: Types, custom?: CustomCheck): Input {
  try {
    const data = validations.checkTypes({ ...input }, types);
    validations.checkValidations(data, types, custom);
    return withExpressions(data as LegacyInput) as Input;
  } catch (error) {
    throw isDynaliteError(error) ? answered(error) : error;
  }
}

/** Types of an operation dynalite has. */
export function typesOf(operation: string, more: Types = {}): Types {
  return { ...checksOf(operation).types, ...more };
}

function isDynaliteError(error: unknown): error is DynaliteError {
  return error instanceof Error && 'statusCode' in error && 'body' in error;
}

/** An empty name is too short, and DynamoDB does not say besides that it lacks letters. */
function reworded(message: string): string {
  const [, tooShort] =
    /^2 validation errors detected: .*(Value '' at 'tableName' [^;]*: Member must have length greater than or equal to) 3/.exec(
      message,
    ) ?? [];
  return tooShort === undefined ? message : `1 validation error detected: ${tooShort} 1`;
}

function answered({ body, statusCode }: DynaliteError): ApiError {
  const message = reworded(body.message ?? body.Message ?? '');
  return new ApiError(body.__type, message, {}, statusCode);
}

/**
 * Checks every value and normalizes its numbers (in place, as dynalite does).
 * @throws ValidationError
 */
export function checkValues(values: Item): void {
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (value === undefined) continue;
    const message = validations.validateAttributeValue(value);
    if (message !== undefined) throw new ValidationError(message);
  }
}

/** @throws ValidationError for names or values without an expression that could use them. */
export function checkExpressionMembers(input: object, expressions: string[]): void {
  const message = validations.validateExpressionParams(input, expressions, []);
  if (message !== undefined) throw new ValidationError(message);
}

/** @throws ValidationError for more than 32 levels of lists and maps. */
export function checkDepth(item: Item): void {
  for (const name of Object.keys(item)) {
    const value = item[name];
    if (value !== undefined && isDeeper(value, 32)) {
      throw new ValidationError(
        'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond ' +
          'supported limit',
      );
    }
  }
}

function isDeeper(value: AttributeValue, levels: number): boolean {
  if (levels === 0) return true;
  if ('L' in value) return value.L.some((member) => isDeeper(member, levels - 1));
  return 'M' in value && Object.values(value.M).some((member) => isDeeper(member, levels - 1));
}
