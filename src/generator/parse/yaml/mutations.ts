/** Mutations, transactions and rules. */

import { isMap, type Node } from 'yaml';
import { keysOf } from '../../language/schema.js';
import {
  type ElementUpdate,
  type IdempotentModel,
  type MutationModel,
  mutationKinds,
  partOf,
  type RuleModel,
  type TransactionModel,
  type Word,
  writeKinds,
} from '../../model.js';
import { elementUpdates, type ValueBinding, type ValueModel } from '../../sources.js';
import { filterOf } from './conditions.js';
import {
  countOf,
  type Entries,
  type Entry,
  entriesOf,
  fieldsOf,
  flagOf,
  optional,
  type Reading,
  report,
  wordOf,
  wordsOf,
} from './nodes.js';
import { placeOf } from './paths.js';
import { bindingsOf, fieldPathOf, secondsOf, sourceOf, writtenOf } from './values.js';

export function readMutation(
  reading: Reading,
  name: Word,
  node: Node | null,
): MutationModel | TransactionModel | undefined {
  const map = entriesOf(reading, node, keysOf.mutation);
  return map.has('transaction') ? readTransaction(reading, name, node) : readWrite(reading, name, map);
}

function readTransaction(reading: Reading, name: Word, node: Node | null): TransactionModel {
  const map = entriesOf(reading, node, keysOf.mutation);
  for (const { key } of entriesOf(reading, node, keysOf.step).values())
    report(
      reading,
      'mutation-kind',
      key.at,
      `\`${key.text}\` belongs to a single write, but mutation \`${name.text}\` is a transaction.`,
      'Move it into the step that it applies to.',
    );
  const path = fieldPathOf(reading, map.get('for'));
  const steps: MutationModel[] = [];
  for (const entry of fieldsOf(reading, map.get('transaction'))) {
    const earlier = new Set(steps.flatMap(({ step }) => step?.name.text ?? []));
    const named: Word = { text: `${name.text}.${entry.key.text}`, at: entry.key.at };
    const within = { ...reading, steps: earlier };
    const step = readWrite(within, named, entriesOf(reading, entry.value, keysOf.mutation));
    if (step)
      steps.push({ ...step, ...optional({ for: path }), step: { name: entry.key, transaction: name } });
  }
  return {
    name,
    steps,
    ...optional({
      for: path,
      returns: wordOf(reading, map.get('returns')),
      allow: wordOf(reading, map.get('allow')),
      idempotent: idempotentOf(reading, map.get('idempotent')),
    }),
  };
}

function readWrite(
  around: Reading,
  name: Word,
  map: Entries<keyof typeof keysOf.mutation>,
): MutationModel | undefined {
  const each = sourceOf(around, map.get('each'));
  const reading = { ...around, ...optional({ each }) };
  const kind = mutationKinds.find((one) => map.has(one));
  const entity = kind && wordOf(reading, map.get(kind));
  if (!kind || !entity) return undefined;
  const returns = map.get('returns');
  if (returns)
    report(
      reading,
      'mutation-kind',
      returns.key.at,
      `\`returns\` belongs to a transaction, but mutation \`${name.text}\` is a single write.`,
      'Remove it.',
    );
  const ofRecord = { ...reading, current: true } as const;
  const changes = changesOf(ofRecord, map);
  return {
    name,
    kind,
    entity,
    ...optional({ each }),
    where: bindingsOf(reading, map.get('where')),
    ...changes,
    require: fieldsOf(reading, map.get('require')).flatMap((entry) => {
      const condition = filterOf(ofRecord, entry);
      return condition ? [{ name: entry.key, condition }] : [];
    }),
    messages: fieldsOf(reading, map.get('messages')).flatMap((entry) => {
      const message = wordOf(reading, entry);
      return message ? [{ name: entry.key, message }] : [];
    }),
    ...optional({
      for: fieldPathOf(reading, map.get('for')),
      idempotent: idempotentOf(reading, map.get('idempotent')),
      all: wordOf(reading, map.get('all')),
      to: sourceOf(ofRecord, map.get('to')),
      extend: wordOf(reading, map.get('extend')),
      from: sourceOf(reading, map.get('from')),
      expect: sourceOf(reading, map.get('expect')),
      untouched: flagOf(reading, map.get('untouched')),
      publish: wordOf(reading, map.get('publish')),
      prepare: wordOf(reading, map.get('prepare')),
      alongside: wordOf(reading, map.get('alongside')),
      allow: wordOf(reading, map.get('allow')),
    }),
  };
}

/** What is set whole, and what is computed from the value there is. */
function changesOf(
  reading: Reading,
  map: Entries<keyof typeof keysOf.mutation>,
): Pick<MutationModel, 'set' | 'elements'> {
  const set: ValueBinding[] = [];
  const elements: ElementUpdate[] = [];
  for (const how of elementUpdates)
    for (const entry of fieldsOf(reading, map.get(how))) {
      const place = placeOf(reading, entry.key);
      const value = writtenOf(reading, entry);
      if (!place || !value) continue;
      const { attribute: field, path } = place;
      if (how === 'set' && path.length === 0) set.push({ field, value });
      else elements.push({ field, path, ...amountOf(how, value) });
    }
  return { set, elements };
}

/** `add: { amount: -$n }` subtracts. */
function amountOf(how: ElementUpdate['how'], value: ValueModel): Pick<ElementUpdate, 'how' | 'value'> {
  const isNegated = how === 'add' && value.kind === 'literal' && /^-\$./.test(String(value.value));
  if (!isNegated) return { how, value };
  const word = { text: String(value.value), at: value.at };
  const at = partOf(word, 1, word.text.length);
  return { how: 'subtract', value: { kind: 'argument', path: word.text.slice(2).split('.'), at } };
}

function idempotentOf(reading: Reading, entry: Entry | undefined): IdempotentModel | undefined {
  if (!entry) return undefined;
  const map = isMap(entry.value) ? entriesOf(reading, entry.value, keysOf.idempotent) : undefined;
  const token = sourceOf(reading, map ? map.get('token') : entry);
  const length = wordOf(reading, map?.get('for'))?.text;
  return token && { token, ...optional({ seconds: length === undefined ? undefined : secondsOf(length) }) };
}

export function readRule(reading: Reading, name: Word, node: Node | null): RuleModel {
  const map = entriesOf(reading, node, keysOf.rule);
  const declared = entriesOf(reading, map.get('writes')?.value ?? null, keysOf.ruleWrites);
  return {
    name,
    writes: writeKinds.flatMap((kind) =>
      wordsOf(reading, declared.get(kind)).map((entity) => ({ kind, entity })),
    ),
    publishes: wordsOf(reading, declared.get('publish')),
    dependsOn: wordsOf(reading, map.get('dependsOn')),
    ...optional({
      for: fieldPathOf(reading, map.get('for')),
      in: wordOf(reading, map.get('in')),
      gets: countOf(reading, map.get('gets'))?.count,
      once: wordOf(reading, map.get('once')),
      requests: countOf(reading, map.get('requests'))?.count,
    }),
  };
}
