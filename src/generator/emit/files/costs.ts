/** The data of costs.ts.hbs. */

import type { Costs } from '../../../budget/costs.js';
import { group, literal, quote } from '../code.js';

export function costsView({ fields, rules }: Costs) {
  return { fields: rows(fields), rules: rows(rules) };
}

function rows(of: object) {
  return Object.entries(of).map(([key, value]) => {
    const name = propertyName(key);
    return { name, value: object(value, 4, name.length + 3) };
  });
}

function object(value: object, indent: number, before: number): string {
  return group('{', members(value), '}', indent, before);
}

function members(value: object): string[] {
  return Object.entries(value).map(([name, inner]) => `${propertyName(name)}: ${text(inner)}`);
}

function text(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return `{ ${members(value).join(', ')} }`;
  return literal(value as string | number | boolean);
}

function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name);
}
