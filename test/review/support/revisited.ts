/**
 * Records of one plan, read by another: what each pattern answers is held against what the declarations say, and what differs
 * against what the review has announced.
 */

import { isDeepStrictEqual } from 'node:util';
import type { TableDefinition } from 'tableloom/runtime';
import { DiagnosticsError } from '../../../src/generator/diagnostics/print.js';
import { printLock, seal } from '../../../src/generator/lock.js';
import { queryOf } from '../../../src/generator/plan/types/access.js';
import type { Plan } from '../../../src/generator/plan/types/plan.js';
import type { Finding } from '../../../src/review/report.js';
import { review } from '../../../src/review/review.js';
import { type Revision, revisionOf } from '../../../src/review/revision.js';
import { storageClasses } from '../../../src/review/rules.js';
import { type Changed, changedProject } from '../../fuzz/draw/changes.js';
import { type Drawn, drawProject } from '../../fuzz/draw/draw.js';
import { now, type Pools } from '../../fuzz/draw/pools.js';
import { textsOf } from '../../fuzz/draw/project.js';
import { drawQuestion, drawWrites, type QuestionStep, type WriteStep } from '../../fuzz/draw/steps.js';
import { type Expected, Oracle, type State } from '../../fuzz/oracle/answers.js';
import { Declarations, type Pattern, type Values } from '../../fuzz/oracle/declarations.js';
import { otherNames, seenBy } from '../../fuzz/oracle/seen.js';
import { isMapping } from '../../fuzz/oracle/values.js';
import { type Loaded, load } from '../../fuzz/play/load.js';
import { emptyTally, generatedOf, Play } from '../../fuzz/play/play.js';
import { Asking, Mismatch } from '../../fuzz/play/question.js';
import { expectedItems, storedItems } from '../../fuzz/play/stored.js';
import { Dice } from '../../support/dice.js';
import { seed } from '../../support/runs.js';

export interface Sums {
  changes: number;
  refused: number;
  questions: number;
  /** Questions that are answered otherwise than declared. */
  wrong: number;
  /** Findings that a record showed, and those that no record could. */
  shown: number;
  unshown: number;
  readonly rules: Record<string, number>;
}

export function noSums(): Sums {
  return { changes: 0, refused: 0, questions: 0, wrong: 0, shown: 0, unshown: 0, rules: {} };
}

/** What one question was, and what came of it. */
interface Asked {
  readonly pattern: Pattern;
  readonly step: QuestionStep;
  readonly expected: Expected;
  readonly wrong: Mismatch | undefined;
}

interface Pair {
  readonly drawn: Drawn;
  readonly first: Loaded;
  readonly second: Loaded;
  readonly changes: readonly Changed[];
}

/** Throws an Error that shows what was not announced, or in vain. */
export async function revisited(number: number, sums: Sums): Promise<void> {
  const dice = new Dice(number + 7);
  const pair = await drawPair(number, dice);
  if (!pair) {
    sums.refused += 1;
    return;
  }
  const { drawn, first, second, changes } = pair;
  const sealed = { ...first.run, lock: seal(first.run.lock) };
  const report = await review(
    { before: revision('before', sealed), after: revision('after', second.run) },
    { today: '2026-03-01' },
  );
  const found = report.findings.filter((one) => isAnnouncing(one));
  const ends: (() => Promise<void>)[] = [];
  try {
    const visit = await visited(pair, dice, (close) => ends.push(close));
    if (!visit) {
      sums.refused += 1;
      return;
    }
    sums.changes += 1;
    sums.questions += visit.asked.length;
    const wrong = visit.asked.filter((one) => one.wrong);
    sums.wrong += wrong.length;
    for (const { rule } of found) sums.rules[rule] = (sums.rules[rule] ?? 0) + 1;
    const silent = wrong.find((one) => !found.some((finding) => announces(finding, one, visit.after)));
    if (silent) throw new Error(`not announced: ${silent.wrong?.message}`);
    // Of two changes, one may show what the other announces.
    if (changes.length > 1) return;
    for (const finding of found.filter(({ class: of }) => of !== 'loses data' && of !== 'not in place')) {
      const verdict = visit.shows(finding);
      if (verdict === 'in vain') throw new Error(`announced in vain: ${finding.rule} ${finding.message}`);
      sums[verdict] += 1;
    }
  } catch (error) {
    throw new Error(reportOf(number, pair, found, drawn, error));
  } finally {
    for (const end of ends) await end();
  }
}

function revision(name: string, run: Loaded['run']): Revision {
  return revisionOf(name, run, new Map());
}

function isAnnouncing({ class: of }: Finding): boolean {
  return of !== undefined && storageClasses.indexOf(of) >= storageClasses.indexOf('needs backfill');
}

/** A project, and what it is after one change or two; undefined where nothing that was tried is accepted. */
async function drawPair(number: number, dice: Dice): Promise<Pair | undefined> {
  const drawn = drawProject(number);
  const first = await accepted(textsOf(drawn.project));
  if (!first) return undefined;
  const lock = printLock(seal(first.run.lock));
  for (let tries = 0; tries < 20; tries++) {
    const changes = [changedProject(dice, drawn)];
    if (dice.below(4) === 0)
      changes.push(changedProject(dice, { ...drawn, project: changes[0]?.project ?? drawn.project }));
    const second = await accepted(textsOf(changes.at(-1)?.project ?? drawn.project), lock);
    if (second) return { drawn, first, second, changes };
  }
  return undefined;
}

async function accepted(...[texts, lock]: Parameters<typeof load>): Promise<Loaded | undefined> {
  try {
    return await load(texts, lock);
  } catch (error) {
    if (error instanceof DiagnosticsError) return undefined;
    throw error;
  }
}

interface Visit {
  readonly after: Declarations;
  readonly asked: readonly Asked[];
  shows(finding: Finding): 'shown' | 'unshown' | 'in vain';
}

/** Undefined where records are not what they are declared to be before anything changes. */
async function visited(
  { drawn, first, second, changes }: Pair,
  dice: Dice,
  atEnd: (close: () => Promise<void>) => void,
): Promise<Visit | undefined> {
  const texts = textsOf(drawn.project);
  const tables = together(tablesOf(first), tablesOf(second));
  const play = await Play.of(texts, first, emptyTally(), atEnd, {}, tables);
  const isWritten = await written(play, [
    ...drawWrites(dice, play.declared, drawn.pools),
    ...drawWrites(dice, play.declared, drawn.pools),
  ]);
  if (!isWritten) return undefined;
  const after = new Declarations(textsOf(changes.at(-1)?.project ?? drawn.project));
  const state = seenBy(play.declared, after, play.state);
  const project = await play.project.reopened(generatedOf(second));
  const oracle = new Oracle(after);
  const asked: Asked[] = [];
  for (const pattern of after.patterns.values())
    for (const step of questionsOf(dice, after, pattern, state, drawn.pools)) {
      const expected = answerOf(oracle, pattern, state, step);
      if (!expected) continue;
      let wrong: Mismatch | undefined;
      try {
        await new Asking(
          after,
          (document, variables) => project.ask(document, { ...variables }),
          step,
          expected,
        ).check();
      } catch (error) {
        // A value of a record that the enum no longer has cannot be an argument.
        if (String(error).includes('Graphql validation error')) continue;
        if (!(error instanceof Mismatch)) throw error;
        wrong = error;
      }
      asked.push({ pattern, step, expected, wrong });
    }
  const stored = await storedItems(play.project, tables);
  const wanted = itemsOf(second, after, state);
  const show = showing({ plan: second.run.plan, before: play.declared, after, asked, stored, wanted });
  return { after, asked, shows: show };
}

/** Whether all of them do what the declarations say: what others do is for test/fuzz to find. */
async function written(play: Play, steps: readonly WriteStep[]): Promise<boolean> {
  for (const step of steps) {
    try {
      await play.write(step);
    } catch (error) {
      if (error instanceof Mismatch) return false;
      throw error;
    }
  }
  return true;
}

function tablesOf({ module }: Loaded): readonly TableDefinition[] {
  return module('tables').tables as readonly TableDefinition[];
}

/** Tables with the indexes of both. */
function together(a: readonly TableDefinition[], b: readonly TableDefinition[]): TableDefinition[] {
  const names = new Set([...a, ...b].map(({ table }) => table));
  return [...names].map((name) => {
    const [one, other] = [a, b].map((all) => all.find(({ table }) => table === name));
    const table = one ?? other;
    if (!table) throw new Error(`no table ${name}`);
    const indexes = [...(one?.indexes ?? []), ...(other?.indexes ?? [])];
    return {
      ...table,
      ...other,
      indexes: [...new Map(indexes.map((index) => [index.name, index])).values()],
    };
  });
}

/** Undefined where the records lack what the items need. */
function itemsOf(loaded: Loaded, declared: Declarations, state: State) {
  try {
    return expectedItems(loaded, declared, state, now);
  } catch {
    return undefined;
  }
}

/** Undefined where the values that are stored are none that the oracle knows to compare. */
function answerOf(oracle: Oracle, pattern: Pattern, state: State, { args, parent }: QuestionStep) {
  try {
    return oracle.answer(pattern, state, { args, parent, now });
  } catch {
    return undefined;
  }
}

function questionsOf(
  dice: Dice,
  declared: Declarations,
  pattern: Pattern,
  state: State,
  pools: Pools,
): QuestionStep[] {
  const { type, field, targets, yaml } = pattern;
  const taken = declared.fieldOf(type, field).args;
  const through = (yaml.through ?? {}) as Values;
  const [from = ''] = [through.many, through.one, ...targets].filter((one) => one !== undefined).map(String);
  const records = state.get(from) ?? [];
  const drawn = Array.from({ length: 2 }, () => drawQuestion(dice, declared, pattern, state, pools));
  // What is meant to find a record, without conditions that need not be there.
  const directed = dice.some(records, Math.min(6, records.length)).map((record) => {
    const step = drawQuestion(dice, declared, pattern, state, pools);
    if (!step) return undefined;
    const args = Object.fromEntries(
      taken.flatMap(({ name, type: of }) => {
        const value = record[name.replace(/\d+$/, '')];
        const isList = String(of).startsWith('[');
        if (value !== undefined && value !== null)
          return [[name, isList && !Array.isArray(value) ? [value] : value] as const];
        return String(of).endsWith('!') && name in step.args ? [[name, step.args[name]] as const] : [];
      }),
    );
    const select = Object.fromEntries(targets.map((target) => [target, declared.shown(target)]));
    return { ...step, args, select };
  });
  // And what its entry has, where it reads one.
  const { include = [] } = (isMapping(yaml.entry) ? yaml.entry : {}) as { readonly include?: string[] };
  const covered = directed.flatMap((step) =>
    step && include.length > 0 ? [{ ...step, select: { [from]: include } }] : [],
  );
  return [...drawn, ...directed, ...covered].filter((one) => one !== undefined);
}

/** The entities that a question reads. */
function entitiesOf({ pattern }: Asked): string[] {
  const through = (pattern.yaml.through ?? {}) as Values;
  const all = [...pattern.targets, through.many, through.one, pattern.yaml.parent, pattern.type];
  return all.filter((one) => one !== undefined).map(String);
}

/** Whether a finding names what a question is about: its pattern, an entity that it reads, or an attribute that it mentions. */
function announces({ subject }: Finding, asked: Asked, declared: Declarations): boolean {
  const { pattern, step } = asked;
  const [head = '', part] = subject.split(/[.[]/);
  if (head === pattern.name) return true;
  if (!entitiesOf(asked).includes(head)) return false;
  // Who has expired is no record of any pattern.
  if (part === undefined || declared.entities.get(head)?.yaml.ttl === part) return true;
  const identity = declared.entities.get(head)?.identity ?? [];
  const words = JSON.stringify([pattern.yaml, step.select[head] ?? [], identity]);
  return part.split('+').some((one) => new RegExp(`\\b${one}\\b`).test(words));
}

type Items = ReturnType<typeof expectedItems>;

interface Shown {
  readonly before: Declarations;
  readonly plan: Plan;
  readonly after: Declarations;
  readonly asked: readonly Asked[];
  readonly stored: Items;
  readonly wanted: Items | undefined;
}

/** Whether a record shows a finding; `unshown` where none of those that were written can. */
function showing(all: Shown): Visit['shows'] {
  const { after, asked, stored, wanted } = all;
  const differing = wanted && Object.keys(wanted).filter((id) => !isDeepStrictEqual(stored[id], wanted[id]));
  return (finding) => {
    const { rule, subject } = finding;
    const [head = '', field = ''] = subject.split(/[.[]/);
    const about = asked.filter((one) => announces(finding, one, after));
    if (about.some(({ wrong }) => wrong)) return 'shown';
    // Writes look for records under their key, whether or not a pattern does.
    if (rule === 'identity-changed' && differing?.length !== 0) return 'shown';
    // An entry is for all selections; the one attribute that is selected may have been there.
    if (subject.endsWith('.include') && after.patterns.get(head)?.yaml.select !== undefined) return 'unshown';
    const pattern = after.patterns.get(head);
    if (pattern ? isOfNone(all, pattern) : rule === 'backfill-needed' && hasNone(all, head, field))
      return 'in vain';
    if (pattern)
      return about.some((one) => isTold(all, one, subject.endsWith('.include'))) ? 'in vain' : 'unshown';
    if (rule === 'backfill-needed') {
      // Guards, counts and times of expiry are no answers: they are or are not stored.
      if (differing && differing.length > 0) return 'shown';
      return wanted && hasDerived(wanted, head, field) ? 'in vain' : 'unshown';
    }
    if (rule === 'identity-changed' || field === '') return 'unshown';
    const seen = about.flatMap((one) => selectedOf(one, head, field));
    const isOther = (value: unknown) => {
      switch (rule) {
        case 'attribute-required':
          return value === null;
        case 'attribute-retyped':
          // A set reads as a list does; rules and writes get something else.
          return isSomething(value) && !finding.message.includes('have a set of');
        case 'attribute-renamed':
          return isSomething(value);
        case 'enum-value-gone':
          return [value].flat().some((one) => finding.message.includes(`\`${String(one)}\``));
        default:
          return false;
      }
    };
    return seen.some(isOther) ? 'in vain' : 'unshown';
  };
}

/** Whether a pattern finds by a value that no record has which was stored before. */
function isOfNone(all: Shown, { targets, yaml }: Pattern): boolean {
  const fields = [yaml.where, yaml.when].flatMap((one) => Object.keys((one ?? {}) as Values));
  const [target = ''] = targets;
  return (
    targets.length === 1 && yaml.through === undefined && fields.some((one) => hasNone(all, target, one))
  );
}

function hasNone({ before, after }: Shown, entity: string, field: string): boolean {
  const [was, is] = [before.entities.get(entity), after.entities.get(entity)];
  const read = (is?.yaml.readDefault ?? []) as readonly string[];
  return (
    was !== undefined &&
    is?.attributes.get(field)?.isNullable === true &&
    !was.attributes.has(field) &&
    !otherNames(was, is).has(field) &&
    !read.includes(field)
  );
}

/** The values of an attribute that a question answers. */
function selectedOf({ pattern, step, expected }: Asked, entity: string, field: string): unknown[] {
  const isSelected = step.select[entity]?.includes(field) && pattern.yaml.select === undefined;
  if (expected.kind !== 'records' || !isSelected) return [];
  return expected.groups.flat().flatMap((one) => (one.entity === entity ? [one.record[field] ?? null] : []));
}

function isSomething(value: unknown): boolean {
  return value !== null && !(Array.isArray(value) && value.length === 0);
}

/** Whether the answer to a question depends on items that are not stored as they would be written now. @param isWhole their fields too */
function isTold(
  { after, plan, stored, wanted }: Shown,
  { pattern, step, expected }: Asked,
  isWhole: boolean,
): boolean {
  if (!wanted || !isSome(expected)) return false;
  const entries = Object.entries(wanted);
  const access = plan.patterns.find(({ name }) => name === pattern.name)?.access;
  if (access?.kind === 'aggregate') {
    const numbers = entries.filter(([, item]) => item._counts === access.aggregate);
    return numbers.every(([id, item]) => !isDeepStrictEqual(stored[id], item));
  }
  const query = access && queryOf(access);
  if (!query) return false;
  const { covering } = query;
  // Of what an entry does not have, the record itself is read.
  const isRead =
    covering.kind === 'some' &&
    step.select[query.entity]?.every((field) => covering.attributes.includes(field));
  if (isWhole && !isRead) return false;
  const { identity } = after.entity(query.entity);
  const idOf = (record: Values) => JSON.stringify(identity.map((name) => record[name] ?? null));
  const names = [query.partition.attribute, ...(query.sort ? [query.sort.attribute] : [])];
  const item = plan.entities.find(({ name }) => name === query.entity)?.items[query.item];
  const type = item?.role === 'entry' ? `${query.entity}.${item.for}` : query.entity;
  const own = entries.filter(
    ([, one]) => one._type === type && names.every((name) => one[name] !== undefined),
  );
  const isThere = (id: string, one: Items[string]) =>
    isWhole ? isDeepStrictEqual(stored[id], one) : names.every((name) => stored[id]?.[name] === one[name]);
  const missing = new Set(own.filter(([id, one]) => !isThere(id, one)).map(([, one]) => idOf(one)));
  if (expected.kind === 'records' && pattern.yaml.through === undefined) {
    const isMissing = ({ record }: { readonly record: Values }) => missing.has(idOf(record));
    const [first = []] = expected.groups;
    // Of several that are equal in the order, one is as good as another.
    if (pattern.yaml.one !== undefined) return first.length > 0 && first.every(isMissing);
    return expected.groups.flat().some(isMissing);
  }
  return own.length > 0 && missing.size === own.length;
}

/** Whether there is anything of what is kept up for a field. */
function hasDerived(items: Items, entity: string, field: string): boolean {
  return Object.values(items).some(
    (item) => (item._guards === entity && item._field === field) || item._counts === `${entity}.${field}`,
  );
}

function isSome(expected: Expected): boolean {
  if (expected.kind === 'records') return expected.groups.length > 0;
  return expected.kind === 'value' && expected.value !== 0 && expected.value !== false;
}

function reportOf(
  number: number,
  { changes }: Pair,
  found: readonly Finding[],
  drawn: Drawn,
  error: unknown,
): string {
  const [before, after] = [drawn.project, changes.at(-1)?.project ?? drawn.project].map((project) => {
    const { sdl, yaml } = textsOf({ ...project, mutations: {}, inputs: {} });
    return `${yaml}\n${sdl}`.split('\n');
  });
  const only = (mark: string, lines: readonly string[] = [], others: readonly string[] = []) =>
    lines.filter((line) => !others.includes(line)).map((line) => `${mark} ${line}`);
  return [
    `Change ${number} of TABLELOOM_SEED=${seed}; alone: TABLELOOM_SEED=${seed} TABLELOOM_PATH=${number}`,
    changes.map(({ what }) => what).join('; '),
    String(
      error instanceof Mismatch
        ? error.message
        : error instanceof Error
          ? (error.stack ?? '').slice(0, 3000)
          : error,
    ),
    'announced:',
    ...found.map(({ rule, class: of, message }) => `  ${rule} (${of}): ${message}`),
    ...only('-', before, after),
    ...only('+', after, before),
    ...(after ?? []),
  ].join('\n');
}
