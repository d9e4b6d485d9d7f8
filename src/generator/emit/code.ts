/** TypeScript text: types of attributes, key expressions, comments. The only place that writes code outside templates. */

import { type HoleEncoding, runtimeEncoding } from '../encodings.js';
import type {
  AttributePlan,
  EntityPlan,
  KeyTemplate,
  TemplatePart,
  TypeShape,
} from '../plan/types/storage.js';
import type { ValuePlan } from '../plan/types/values.js';

/** What a record holds; moments are ISO text. */
export function recordType(attribute: AttributePlan): string {
  return orNull(attribute, valueType(attribute));
}

/** What a writer may give; moments also as a Date. */
export function givenType(attribute: AttributePlan): string {
  return orNull(attribute, attribute.encoding === 'time' ? 'Date | string' : valueType(attribute));
}

function orNull(attribute: AttributePlan, type: string): string {
  return attribute.nullable && type !== 'unknown' ? `${type} | null` : type;
}

function valueType(attribute: AttributePlan): string {
  const element = elementType(attribute);
  return attribute.list && attribute.elements ? listType(attribute.elements, element) : element;
}

function listType(of: TypeShape, element: string): string {
  const inner = of.kind === 'list' ? listType(of.of, element) : element;
  const isPlain = of.kind === 'named' && of.nonNull;
  return `readonly ${isPlain ? inner : `(${inner}${of.nonNull ? '' : ' | null'})`}[]`;
}

/** Scalars whose value may be any JSON. */
export const freeDocuments: ReadonlySet<string> = new Set(['JSON', 'JSONObject', 'Object']);

function elementType(attribute: AttributePlan): string {
  switch (attribute.element) {
    case 'integer':
    case 'decimal':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'enum':
      return attribute.of;
    case 'text':
    case 'time':
      return 'string';
    case 'document':
      return freeDocuments.has(attribute.of) ? 'unknown' : attribute.of;
  }
}

/** A key template as an expression: `` `USER#${text(user.id)}` `` or `'METADATA'`. */
export function keyExpression(
  template: KeyTemplate,
  value: (field: string, encode: HoleEncoding) => string,
  shard: string,
): string {
  return partsExpression(template.parts, value, shard);
}

export function partsExpression(
  parts: readonly TemplatePart[],
  value: (field: string, encode: HoleEncoding) => string,
  shard: string,
): string {
  if (parts.every((part) => part.kind === 'literal')) return quote(parts.map((part) => part.text).join(''));
  const body = parts.map((part) => {
    if (part.kind === 'literal') return part.text.replace(/[\\`]/g, '\\$&');
    if (part.kind === 'shard') return `\${${shard}}`;
    return `\${${value(part.field, part.encode)}}`;
  });
  return `\`${body.join('')}\``;
}

/** A key's shape for the runtime's `unpack`. */
export function unpackTemplate(template: KeyTemplate): string {
  const parts = template.parts.map((part) => {
    if (part.kind === 'literal') return quote(part.text);
    return part.kind === 'shard' ? 'text' : runtimeEncoding(part.encode);
  });
  return `[${parts.join(', ')}]`;
}

/** The widest line of generated code. */
const width = 110;

/**
 * A bracketed list on one line where it fits after `before` at this indentation, otherwise an item a line.
 * `group('f(', ['a', 'b'], ')', 4)`.
 */
export function group(
  open: string,
  items: readonly string[],
  close: string,
  indent: number,
  before = 0,
): string {
  const pad = open.endsWith('{') ? ' ' : '';
  const line = items.length === 0 ? `${open}${close}` : `${open}${pad}${items.join(', ')}${pad}${close}`;
  if (indent + before + line.length <= width && !line.includes('\n')) return line;
  const inner = ' '.repeat(indent + 2);
  // Type arguments take no comma after the last one.
  const last = close === '>' ? '' : ',';
  return `${open}\n${items.map((item) => inner + item).join(',\n')}${last}\n${' '.repeat(indent)}${close}`;
}

/** A union of types on one line where it fits, otherwise a member a line. */
export function union(members: readonly string[], indent: number, before = 0): string {
  const unique = [...new Set(members)];
  const line = unique.join(' | ');
  if (indent + before + line.length <= width || unique.length === 1) return line;
  return unique.map((member) => `| ${member}`).join(`\n${' '.repeat(indent)}`);
}

/** A resolver's value: `args.input.email`, `parent.id`. */
export function valueExpression(value: ValuePlan): string {
  if (value.kind === 'literal') return literal(value.value);
  if (value.kind === 'made') return value.name;
  const [head = '', ...rest] = value.path;
  const root = value.kind === 'argument' ? 'args' : 'parent';
  return [property(root, head), ...rest].reduce((expression, name) => property(expression, name));
}

export function property(object: string, name: string): string {
  return `${object}.${name}`;
}

export function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'`;
}

export function literal(value: string | number | boolean | null): string {
  return typeof value === 'string' ? quote(value) : String(value);
}

/** `PK` / `SK` of a slot, for comments. */
export function keyComment(slot: { partition: KeyTemplate; sort: KeyTemplate | null }): string {
  return slot.sort ? `\`${slot.partition.text}\` / \`${slot.sort.text}\`` : `\`${slot.partition.text}\``;
}

/** The parameter's name in generated functions. */
export function parameterOf(entity: EntityPlan): string {
  return entity.names.loader;
}

/** The names a text of code uses. */
export function namesUsed(text: string): Set<string> {
  // Of a template only what is filled in.
  const code = text
    .replace(/\/\*\*[\s\S]*?\*\//g, '')
    .replace(/'[^'\n]*'/g, "''")
    .replace(/`(?:[^`\\]|\\[\s\S])*`/g, (template) => (template.match(/\$\{[^}]*\}/g) ?? []).join(' '));
  // Not a property (`x.name`, `name:`, `name?:`), but a spread (`...name`) is a use.
  return new Set(code.match(/(?<![\w$])(?<!(?<!\.\.)\.)\w+(?![\w:]|\?:)/g));
}

/** One import of those of the names that are used, sorted, types marked; an empty text where none is. */
export function importLine(
  used: ReadonlySet<string>,
  values: readonly string[],
  types: readonly string[],
  from: string,
): string {
  const usedValues = [...new Set(values)].filter((name) => used.has(name));
  const others = new Set(types);
  for (const name of usedValues) others.delete(name);
  const usedTypes = [...others].filter((name) => used.has(name));
  if (usedValues.length + usedTypes.length === 0) return '';
  const allTypes = usedValues.length === 0;
  const names = [
    ...usedValues.map((name) => ({ name, shown: name })),
    ...usedTypes.map((name) => ({ name, shown: allTypes ? name : `type ${name}` })),
  ]
    .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))
    .map(({ shown }) => shown);
  const keyword = allTypes ? 'import type' : 'import';
  const line = `${keyword} { ${names.join(', ')} } from '${from}';`;
  return line.length <= 110
    ? `${line}\n`
    : `${keyword} {\n${names.map((name) => `  ${name},`).join('\n')}\n} from '${from}';\n`;
}
