/** access-patterns.yaml -> model, every word with its place. */

import { type Document, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Diagnostic, Span } from '../diagnostics/diagnostic.js';
import { keysOf, language } from '../language/schema.js';
import type { Shape } from '../language/shape.js';
import { validate } from '../language/validate.js';
import type { Model } from '../model.js';
import { readAccess } from './yaml/access.js';
import { readEntity } from './yaml/entities.js';
import { readEventType, readSubscription } from './yaml/events.js';
import { readMutation, readRule } from './yaml/mutations.js';
import {
  entriesOf,
  fieldsOf,
  optional,
  type Reading,
  readNamed,
  report,
  spanOf,
  wordOf,
  wordsOf,
} from './yaml/nodes.js';
import { readPattern } from './yaml/patterns.js';
import { readRate, readReview, readSize } from './yaml/review.js';
import { defaultTable, readTable } from './yaml/tables.js';
import { pathIn } from './yaml/values.js';

type YamlModel = Omit<Model, 'sdl'>;

/** Reads one YAML text. The model contains what could be read, the diagnostics what could not. */
export function readYaml(file: string, text: string): { model: YamlModel; diagnostics: Diagnostic[] } {
  const { document, whole, reading, diagnostics } = openYaml(file, text, language);
  return { model: reading ? modelOf(reading, document, whole) : emptyModel(whole), diagnostics };
}

/**
 * A YAML text, held against what its mappings may have.
 *
 * @param key what the file is called where it has a wrong form as a whole
 * @returns `reading` only where it is YAML
 */
export function openYaml(file: string, text: string, shape: Shape, key?: string) {
  const document = parseDocument(text, { lineCounter: new LineCounter(), uniqueKeys: false });
  const whole: Span = { file, start: 0, end: Math.min(text.length, 1) };
  const unreadable = notYaml(file, document);
  if (unreadable.length > 0) return { document, whole, diagnostics: unreadable };
  const diagnostics = validate(file, document.contents, shape, whole, key);
  const refused = new Set(diagnostics.map(({ at }) => at.start));
  const reading: Reading = { file, diagnostics, refused, steps: new Set() };
  return { document, whole, reading, diagnostics };
}

function modelOf(reading: Reading, document: Document.Parsed, at: Span): YamlModel {
  const top = entriesOf(reading, document.contents, keysOf.top);
  const entities = readNamed(reading, top.get('entities'), readEntity);
  const mutations = readNamed(reading, top.get('mutations'), readMutation);
  return {
    at,
    tables: top.has('tables')
      ? readNamed(reading, top.get('tables'), readTable)
      : [defaultTable(at, entities, mutations)],
    entities,
    patterns: readNamed(reading, top.get('patterns'), readPattern),
    mutations: mutations.flatMap((one) => ('steps' in one ? one.steps : [one])),
    transactions: mutations.filter((one) => 'steps' in one),
    rules: readNamed(reading, top.get('rules'), readRule),
    events: readNamed(reading, top.get('events'), readEventType),
    subscriptions: readNamed(reading, top.get('subscriptions'), readSubscription),
    scalars: fieldsOf(reading, top.get('scalars')).flatMap((entry) => {
      const values = wordOf(reading, entry);
      return values ? [{ name: entry.key, values }] : [];
    }),
    external: wordsOf(reading, top.get('external')).flatMap((word) => pathIn(word) ?? []),
    sizes: readNamed(reading, top.get('sizes'), readSize),
    rates: readNamed(reading, top.get('rates'), readRate),
    review: readReview(reading, top.get('review')?.value ?? null),
    ...optional({ access: readAccess(reading, top.get('access')) }),
  };
}

/** Errors of syntax, merges and aliases: a diagnostic about an aliased value would have two places. */
function notYaml(file: string, document: Document): Diagnostic[] {
  const reading: Reading = { file, diagnostics: [], refused: new Set(), steps: new Set() };
  const [syntaxError] = document.errors;
  if (syntaxError) {
    const [start, end] = syntaxError.pos;
    const [message = ''] = syntaxError.message.split(' at line ');
    report(reading, 'yaml-syntax', { file, start, end }, `${message.replace(/\.$/, '')}.`);
    return reading.diagnostics;
  }
  visit(document, {
    Pair: (_key, { key }) => {
      const at = isScalar(key) && key.value === '<<' && key.type === 'PLAIN' && spanOf(reading, key);
      if (!at) return undefined;
      report(
        reading,
        'yaml-syntax',
        at,
        '`<<` merges the keys of another mapping, which the language does not support.',
        'Write out the keys.',
      );
      return visit.SKIP;
    },
    Alias: (_key, node) => {
      const at = spanOf(reading, node);
      if (at)
        report(
          reading,
          'yaml-syntax',
          at,
          `\`*${node.source}\` is an alias, which the language does not support.`,
          'Write out the value.',
        );
      return visit.REMOVE;
    },
  });
  return reading.diagnostics;
}

function emptyModel(at: Span): YamlModel {
  return {
    at,
    tables: [],
    entities: [],
    patterns: [],
    mutations: [],
    transactions: [],
    rules: [],
    events: [],
    subscriptions: [],
    external: [],
    scalars: [],
    sizes: [],
    rates: [],
    review: { limits: {}, severity: {}, waivers: [], prices: {} },
  };
}
