/** access-patterns.schema.json and docs/reference.md as texts, from the schema of the language. */

import { Document, isCollection, isMap, type YAMLMap } from 'yaml';
import { definitions, language, sections } from '../../src/generator/language/schema.js';
import type { Key, Shape } from '../../src/generator/language/shape.js';
import { durationPattern } from '../../src/generator/language/values.js';

/** Columns within which a list or a mapping stays on one line. */
const width = 100;

/** The JSON Schema that editors are given. */
export function schemaFile(): string {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...published(language),
    definitions: Object.fromEntries(
      Object.entries(definitions).map(([name, shape]) => [name, published(shape)]),
    ),
  };
  return `${printed(schema)}\n`;
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

function published(shape: Shape): Record<string, Json> {
  const { properties, items, anyOf, propertyNames, additionalProperties, kinds, ...rest } = shape;
  const { noun, refusal, unknown, ...said } = rest;
  const json = JSON.parse(JSON.stringify(said)) as Record<string, Json>;
  delete json.example;
  delete json.around;
  delete json.isRequired;
  delete json.isKind;
  if (anyOf) json.anyOf = anyOf.map(published);
  if (items) json.items = published(items);
  if (propertyNames) json.propertyNames = published(propertyNames);
  if (properties) {
    json.properties = Object.fromEntries(
      Object.entries(properties).map(([name, key]) => [
        name,
        { ...published(key), examples: [JSON.parse(JSON.stringify(key.example[name])) as Json] },
      ]),
    );
  }
  if (additionalProperties !== undefined)
    json.additionalProperties = additionalProperties && published(additionalProperties);
  if (kinds) json.oneOf = kinds.keys.map((key) => ({ required: [key] }));
  return json;
}

/** JSON with short lists on one line. */
function printed(value: Json, indent = ''): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const inner = `${indent}  `;
  if (isList(value)) {
    const parts = value.map((item) => printed(item, inner));
    const line = `[${parts.join(', ')}]`;
    if (!line.includes('\n') && line.length < width - indent.length) return line;
    return `[\n${parts.map((part) => inner + part).join(',\n')}\n${indent}]`;
  }
  const parts = Object.entries(value).map(
    ([key, item]) => `${inner}${JSON.stringify(key)}: ${printed(item, inner)}`,
  );
  return parts.length === 0 ? '{}' : `{\n${parts.join(',\n')}\n${indent}}`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** docs/reference.md. */
export function referencePage(): string {
  return [
    '# Reference of access-patterns.yaml',
    'Every key with its type, default, meaning and an example. [language.md](language.md) introduces the language as a whole. `npm run reference` writes this page and `access-patterns.schema.json` from the schema that the generator validates the file with.',
    'Add this first line to the file, and an editor with a YAML language server validates and completes it:',
    '```yaml\n# yaml-language-server: $schema=node_modules/tableloom/access-patterns.schema.json\n```',
    sections.map(({ heading }) => `- [${heading}](#${anchor(heading)})`).join('\n'),
    ...sections.flatMap(({ heading, intro, keys, path, shown }) => [
      `## ${heading}`,
      intro,
      ...Object.entries<Key>(keys).flatMap(([name, key]) => [
        `### \`${name}\``,
        `${key.title}. ${key.description}`,
        `Type: ${typeOf(key)}. ${key.isRequired ? 'Required.' : `Default: ${defaultOf(key)}.`}`,
        `\`\`\`yaml\n${yaml(within(key.example, path.slice(path.length - shown)))}\n\`\`\``,
      ]),
    ]),
  ]
    .join('\n\n')
    .concat('\n');
}

function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}

function defaultOf({ default: value }: Shape): string {
  return value === undefined ? 'none' : `\`${value}\``;
}

/** The type in a few words. */
function typeOf(shape: Shape): string {
  if (shape.$ref) {
    const { title } = definitions[shape.$ref.replace('#/definitions/', '')] ?? {};
    if (title !== undefined) return title;
    const article = /\/[aeiou]\w*$/.test(shape.$ref) ? 'an' : 'a';
    const what = `${article} ${shape.$ref.replace('#/definitions/', '')}`;
    return `[${what}](#${anchor(what)})`;
  }
  if (shape.anyOf) return shape.anyOf.map(typeOf).join(', or ');
  if (shape.const !== undefined) return `\`${shape.const}\``;
  if (shape.enum) return shape.enum.map((one) => `\`${one}\``).join(' or ');
  const { type, items, properties, additionalProperties } = shape;
  if (type === 'integer') return `a whole number from ${shape.minimum} to ${shape.maximum}`;
  if (type === 'array') {
    const length =
      shape.maxItems === undefined
        ? ''
        : ` of ${shape.minItems === shape.maxItems ? '' : 'at most '}${shape.maxItems}`;
    return `a list${length}${items ? `, each ${typeOf(items)}` : ''}`;
  }
  if (type === 'boolean') return '`true` or `false`';
  if (type === 'string')
    return shape.pattern === undefined ? 'text' : (patternNames.get(shape.pattern) ?? 'text');
  if (additionalProperties)
    return `a mapping, each ${properties ? 'other ' : ''}value ${typeOf(additionalProperties)}`;
  if (properties)
    return `a mapping of ${Object.keys(properties)
      .map((key) => `\`${key}\``)
      .join(', ')}`;
  return shape.refusal && shape.pattern === undefined
    ? '`$argument`, `$parent.field` or a constant'
    : 'a constant';
}

const patternNames = new Map([
  ['^[A-Za-z_]\\w*$', 'a name'],
  ['^[^.]+\\.[^.]+$', '`Type.field`'],
  ['^\\$.', '`$argument`'],
  [durationPattern, 'a duration, as in `30m`, `12h` or `7d`'],
]);

/** A value under the words of a path. */
export function within(value: unknown, path: readonly string[]): unknown {
  return path.reduceRight((inner, word) => ({ [word]: inner }), value);
}

/** As a person writes it: mappings that fit a line in braces, the others as blocks. */
function yaml(value: unknown): string {
  const document = new Document(value);
  if (isMap(document.contents)) flowBelow(document.contents);
  return document.toString({ lineWidth: 0 }).trimEnd().replaceAll('[ ', '[').replaceAll(' ]', ']');
}

function flowBelow(map: YAMLMap): void {
  for (const { value } of map.items) {
    if (!isCollection(value)) continue;
    const line = new Document(value.clone());
    if (isCollection(line.contents)) line.contents.flow = true;
    if (line.toString({ lineWidth: 0 }).length <= width) value.flow = true;
    else if (isMap(value)) flowBelow(value);
  }
}
