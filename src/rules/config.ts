import type { ConfigValueRule, ConfigValuesRule } from '../../generated/rules.js';
import { badInput } from './shared/bad-input.js';
import { line, optionalLine } from './shared/text.js';

/** A value this long is a file, not a setting. In characters of JSON. */
const longestValue = 65_536;
/** DynamoDB stores 32 levels, of which the audit log that repeats the value takes some. */
const deepestValue = 20;

/** A secret value is write-only, for administrators too. */
export const configValue: ConfigValueRule = ({ parent }) => (parent.isSecret ? null : parent.value);

/** A field that is left out keeps its value. The value is always given anew: a secret never becomes public. */
export const configValues: ConfigValuesRule = ({ args: { input }, context, current }) => {
  if (input.key.trim() === '') throw badInput('key', 'key must not be empty.');
  if (isDeeperThan(deepestValue, input.value) || JSON.stringify(input.value).length > longestValue) {
    throw badInput(
      'value',
      `A value has at most ${longestValue} characters as JSON, and ${deepestValue} levels.`,
    );
  }
  return {
    key: input.key,
    value: input.value,
    ...(input.description === undefined
      ? {}
      : { description: optionalLine('description', input.description, 1000) }),
    ...(input.category == null ? {} : { category: line('category', input.category, 100) }),
    ...(input.isSecret == null ? {} : { isSecret: input.isSecret }),
    updatedById: context.principal?.id ?? current?.updatedById ?? null,
  };
};

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}
