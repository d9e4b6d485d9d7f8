/** Key templates: `USER#{id}` -> parts. The grammar is in docs/language.md. */

import {
  type Encoded,
  type HoleEncoding,
  holeEncoding,
  type Transform,
  transformOf,
  transforms,
} from '../encodings.js';
import type { EntityModel, TableModel, Word } from '../model.js';
import { constant } from '../names.js';
import type { KeyTemplate, TemplatePart } from '../plan/types/storage.js';

export type ParsedTemplate = readonly (
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'hole';
      readonly field: string;
      readonly transform: Transform | null;
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: 'shard'; readonly start: number; readonly end: number }
)[];

export interface TemplateFault {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** The parts, or the first fault with its offsets in the text. */
export function parseTemplate(text: string): ParsedTemplate | TemplateFault {
  if (text === '')
    return {
      message: 'A key template cannot be empty, because DynamoDB does not accept empty keys.',
      start: 0,
      end: 0,
    };
  const parts: ParsedTemplate[number][] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{', at);
    const literal = text.slice(at, open === -1 ? text.length : open);
    const stray = /[$}]/.exec(literal);
    if (stray) {
      const start = at + stray.index;
      return {
        message: `\`${stray[0]}\` is not allowed in a key template, because the key encoding uses it.`,
        start,
        end: start + 1,
      };
    }
    if (literal) parts.push({ kind: 'literal', text: literal });
    if (open === -1) break;
    const close = text.indexOf('}', open);
    if (close === -1) return { message: 'A `{` is not closed.', start: open, end: text.length };
    const inner = text.slice(open + 1, close).trim();
    const match = /^(?:(\w+)\(\s*(\w+)\s*(?:,\s*([^,()]*?)\s*)?\)|(\w+))$/.exec(inner);
    if (!match)
      return {
        message: `\`{${inner}}\` is not a valid hole. Write \`{field}\` or \`{month(field)}\`.`,
        start: open,
        end: close + 1,
      };
    const [, transform, argument, digits, plain] = match;
    if (plain === 'shard') parts.push({ kind: 'shard', start: open, end: close + 1 });
    else if (transform !== undefined && !transforms.includes(transform)) {
      return {
        message: `\`${transform}\` is not a function of key templates. Use one of ${transforms.join(', ')}.`,
        start: open,
        end: close + 1,
      };
    } else {
      const found = transform === undefined ? null : transformOf(transform, digits);
      if (found === undefined)
        return {
          message:
            transform === 'pad'
              ? '`pad` takes a field and a number of digits from 1 to 16, as in `{pad(rank, 6)}`.'
              : `\`${transform}\` takes only a field.`,
          start: open,
          end: close + 1,
        };
      parts.push({
        kind: 'hole',
        field: argument ?? plain ?? '',
        transform: found,
        start: open,
        end: close + 1,
      });
    }
    at = close + 1;
  }
  for (const [index, part] of parts.entries()) {
    const next = parts[index + 1];
    if (part.kind !== 'literal' && next && (next.kind !== 'literal' || !next.text.startsWith('#'))) {
      return {
        message: 'A hole must be followed by `#`, so that different values give different keys.',
        start: part.start,
        end: part.end,
      };
    }
  }
  return parts;
}

export function isFault(parsed: ParsedTemplate | TemplateFault): parsed is TemplateFault {
  return !Array.isArray(parsed);
}

/** What a hole needs to know of its field. */
interface KeyField extends Encoded {
  readonly of: string;
}

/** The template of a key attribute; every field is known and can be part of a key. */
export function keyTemplate(
  attribute: string,
  text: string,
  attributes: ReadonlyMap<string, KeyField>,
): KeyTemplate {
  const parsed = parseTemplate(text);
  if (isFault(parsed)) throw new Error(`unchecked template ${text}: ${parsed.message}`);
  const parts = parsed.map((part) => planned(part, attributes));
  const [only] = parts;
  // The attribute is the field: it holds the value itself.
  const isField = parts.length === 1 && only?.kind === 'hole' && only.field === attribute;
  return {
    attribute,
    text,
    parts: isField && only.encode === 'text' ? [{ ...only, encode: 'whole' }] : parts,
  };
}

function planned(part: ParsedTemplate[number], attributes: ReadonlyMap<string, KeyField>): TemplatePart {
  if (part.kind === 'literal') return part;
  return part.kind === 'shard' ? { kind: 'shard' } : hole(part, attributes);
}

function hole(
  part: { field: string; transform: Transform | null },
  attributes: ReadonlyMap<string, KeyField>,
): TemplatePart {
  const attribute = attributes.get(part.field);
  const encode = attribute && holeEncoding(part.transform, attribute);
  if (!attribute || encode === undefined) throw new Error(`unchecked hole ${part.field}`);
  return { kind: 'hole', field: part.field, encode, enum: encode === 'enum' ? attribute.of : null };
}

export function holesOf(
  template: KeyTemplate | null,
): { readonly field: string; readonly encode: HoleEncoding }[] {
  return (template?.parts ?? []).flatMap((part) =>
    part.kind === 'hole' ? [{ field: part.field, encode: part.encode }] : [],
  );
}

export function hasShard(template: KeyTemplate): boolean {
  return template.parts.some((part) => part.kind === 'shard');
}

/** The templates a record's own key is built by, pinned or not: text by key attribute. */
export function keyTexts(entity: EntityModel, table: TableModel): string[] {
  const text = (attribute: Word | undefined, fallback: string) =>
    attribute && (entity.key.find((one) => one.attribute.text === attribute.text)?.template.text ?? fallback);
  return [text(table.partition, builtPartition(entity)), text(table.sort, 'METADATA')].filter(
    (one) => one !== undefined,
  );
}

/** The partition key of an entity that pins none. */
function builtPartition({ name, singleton }: EntityModel): string {
  return singleton ? constant(name.text) : `${constant(name.text)}#{id}`;
}
