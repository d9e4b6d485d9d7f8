/** Random changes of random projects, migrated while servers of both versions write: each answers as its declarations say. */

import { isDeepStrictEqual } from 'node:util';
import type { TableDefinition } from 'tableloom/runtime';
import { storedPlanOf } from '../../../../src/cli/migrate/stored-plan.js';
import { DiagnosticsError } from '../../../../src/generator/diagnostics/print.js';
import { printLock, seal } from '../../../../src/generator/lock.js';
import { together } from '../../../../src/runtime/migrate/migration.js';
import { obstacles } from '../../../../src/runtime/migrate/obstacles.js';
import { differing, type StoredPlan } from '../../../../src/runtime/migrate/plan-record.js';
import { type Changed, changedProject } from '../../../fuzz/draw/changes.js';
import { type Drawn, drawProject } from '../../../fuzz/draw/draw.js';
import { now } from '../../../fuzz/draw/pools.js';
import { textsOf } from '../../../fuzz/draw/project.js';
import { drawQuestion, drawWrites } from '../../../fuzz/draw/steps.js';
import type { State } from '../../../fuzz/oracle/answers.js';
import type { Declarations, Values } from '../../../fuzz/oracle/declarations.js';
import { seenBy } from '../../../fuzz/oracle/seen.js';
import { type Loaded, load } from '../../../fuzz/play/load.js';
import { emptyTally, Play } from '../../../fuzz/play/play.js';
import { Mismatch } from '../../../fuzz/play/question.js';
import { expectedItems, isLapsedGuard, storedItems } from '../../../fuzz/play/stored.js';
import { Dice } from '../../../support/dice.js';
import { seed } from '../../../support/runs.js';

export interface Sums {
  migrated: number;
  /** Those that needed no migration. */
  same: number;
  refused: number;
  readonly obstacles: Record<string, number>;
  rolledBack: number;
  /** Records that cannot be brought to the next version, so that it was never opened. */
  failed: number;
  questions: number;
  writes: number;
}

export function noSums(): Sums {
  return {
    migrated: 0,
    same: 0,
    refused: 0,
    obstacles: {},
    rolledBack: 0,
    failed: 0,
    questions: 0,
    writes: 0,
  };
}

interface Versions {
  readonly drawn: Drawn;
  readonly first: Loaded;
  readonly second: Loaded;
  readonly changed: Changed;
}

export async function migrated(number: number, sums: Sums): Promise<void> {
  const dice = new Dice(number + 77);
  const versions = await drawVersions(number, dice);
  if (!versions) {
    sums.refused += 1;
    return;
  }
  const ends: (() => Promise<void>)[] = [];
  try {
    await migrate(versions, dice, sums, (close) => ends.push(close));
  } catch (error) {
    throw new Error(reportOf(number, versions, error));
  } finally {
    for (const end of ends) await end();
  }
}

async function drawVersions(number: number, dice: Dice): Promise<Versions | undefined> {
  const drawn = drawProject(number);
  const first = await accepted(textsOf(drawn.project));
  if (!first) return undefined;
  const lock = printLock(seal(first.run.lock));
  for (let tries = 0; tries < 20; tries++) {
    const changed = dice.below(4) === 0 ? movedProject(dice, drawn) : changedProject(dice, drawn);
    const { mutations, inputs } = drawn.project;
    const project = { ...changed.project, mutations, inputs };
    const second = await accepted(textsOf(project), lock);
    if (second) return { drawn, first, second, changed: { ...changed, project } };
  }
  return undefined;
}

/** Another primary key, of another word. */
function movedProject(dice: Dice, { project, entities }: Drawn): Changed {
  const { name } = dice.of(entities);
  const { identity, ...yaml } = project.entities[name] ?? {};
  const pinned = JSON.stringify(yaml.key ?? '').match(/(?<=\{)\w+/g);
  const fields = [identity ?? pinned ?? 'id'].flat().map(String);
  const key = { PK: ['MOVED', ...fields.map((field) => `{${field}}`)].join('#'), SK: 'METADATA' };
  return {
    project: { ...project, entities: { ...project.entities, [name]: { ...yaml, key } } },
    what: `the key of ${name}`,
  };
}

async function accepted(...[texts, lock]: Parameters<typeof load>): Promise<Loaded | undefined> {
  try {
    return await load(texts, lock);
  } catch (error) {
    if (error instanceof DiagnosticsError || String(error).includes('Failed to load schema'))
      return undefined;
    throw error;
  }
}

async function migrate(
  { drawn, first, second, changed }: Versions,
  dice: Dice,
  sums: Sums,
  atEnd: (close: () => Promise<void>) => void,
): Promise<void> {
  const [from, to] = [first, second].map(({ run }) => storedPlanOf(run.plan)) as [StoredPlan, StoredPlan];
  if (differing(from, to).length === 0) {
    sums.same += 1;
    return;
  }
  const found = obstacles(from, to);
  if (found.length > 0) {
    for (const { why } of found) {
      const what = why.replace(/`[^`]*`|[A-Z]\w*/g, '…');
      sums.obstacles[what] = (sums.obstacles[what] ?? 0) + 1;
    }
    return;
  }
  const options = { planMs: 0 };
  const { tables: own } = first.module('tables') as { readonly tables: readonly TableDefinition[] };
  const tables = together(from.tables, to.tables).map((table) => {
    const forms = own.find((one) => one.table === table.table)?.forms;
    return { ...table, ...(forms && { forms }) };
  });
  const [texts, nextTexts] = [textsOf(drawn.project), textsOf(changed.project)];
  const old = await Play.of(texts, first, emptyTally(), atEnd, {}, tables, options);
  const next = await old.beside(nextTexts, second);
  const pass = passing(old.declared, next.declared);
  const ask = async (play: Play) => {
    for (const pattern of play.declared.patterns.values()) {
      const step = drawQuestion(dice, play.declared, pattern, play.state, drawn.pools);
      if (step) await play.question(step);
      sums.questions += 1;
    }
  };
  // What the next version reads otherwise is stored as it is read by any update, even one that changes nothing.
  const readings = (forms: StoredPlan['forms']) => JSON.stringify(forms.map(({ reads }) => reads));
  const isFilled = readings(from.forms) !== readings(to.forms);
  // Values are normalized when the earlier version is gone.
  const isNormalized = isFilled && changed.what.startsWith('normalize');
  const work = async (play: Play, other?: Play) => {
    for (const step of drawWrites(dice, play.declared, drawn.pools)) {
      // The oracle of transactions is for steps of different records.
      if (namesTwice(step.args)) continue;
      if (isFilled && play === next && play.declared.mutation(step.mutation).kind !== 'create') continue;
      try {
        await play.write(step);
        sums.writes += 1;
      } catch (error) {
        // What one version declares to be unique, to exist, or to be no more than so many, is so for both.
        const [, cap] = /"guard": "(\w+)", "code": "GUARD_FAILED"/.exec(String(error)) ?? [];
        const isOfOther = cap !== undefined && !play.declared.patterns.has(cap);
        const isExpected = isOfOther || /UNIQUE_VIOLATION|REFERENCE/.test(String(error));
        if (!(error instanceof Mismatch) || !isExpected) throw error;
      }
    }
    if (other) other.state = pass(play.declared, play.state, other.state);
  };
  // Longer than any write takes: those that began before a step have ended.
  const migration = old.project.database.migration({ settleMs: 150 });
  await work(old);
  await migration.note(from);
  await Promise.all([migration.expand(to), work(old)]);
  await Promise.all([migration.fill(), work(old)]);
  await ask(old);
  const checked = await migration.verify();
  if (checked.failed > 0) sums.failed += 1;
  else if (checked.changed + checked.deleted + checked.aggregates > 0)
    throw new Error(
      `not filled: ${JSON.stringify(checked)} ${JSON.stringify(await storedItems(old.project, tables))}`,
    );
  const isOpen = checked.failed === 0;
  next.state = pass(old.declared, old.state, next.state);
  if (isOpen) {
    await migration.open();
    for (let turn = 0; turn < 2; turn++) {
      if (!isNormalized) await ask(next);
      await work(next, old);
      await ask(old);
      await work(old, next);
    }
    if (!isNormalized) await ask(next);
  }
  if (!isOpen || dice.below(3) === 0) {
    const report = await Promise.all([migration.rollBack(), work(old)]);
    if (report[0].failed > 0) throw new Error(`not rolled back: ${JSON.stringify(report[0])}`);
    await ask(old);
    await hasOnly(old, first, tables, second);
    sums.rolledBack += 1;
    return;
  }
  const [report] = await Promise.all([migration.contract(), work(next)]);
  if (report.failed > 0) throw new Error(`not contracted: ${JSON.stringify(report)}`);
  await ask(next);
  await hasOnly(next, second, tables, first);
  sums.migrated += 1;
}

function namesTwice(args: Values): boolean {
  const ids: unknown[] = [];
  JSON.stringify(args, (name, value: unknown) => {
    if (/^(?:owner|id)\d*$/.test(name)) ids.push(value);
    return value;
  });
  return /[02-9]\b/.test(Object.keys(args).join(' ')) && new Set(ids).size < ids.length;
}

/**
 * What is stored is what the records say, and no item, key or number besides, nor an attribute by another name. Versions of their
 * histories may be anything.
 */
export async function hasOnly(
  play: Play,
  loaded: Loaded,
  tables: readonly TableDefinition[],
  other: Loaded,
): Promise<void> {
  const expected = sameOwners(expectedItems(loaded, play.declared, play.state, now));
  const got = sameOwners(await storedItems(play.project, tables));
  const histories = new Set(
    loaded.run.plan.entities.filter(({ historyOf }) => historyOf !== null).map(({ name }) => name),
  );
  const keys = new Set(tables.flatMap(({ key, indexes }) => [key, ...indexes].flatMap(namesOf)));
  const renamed = new Set(
    [loaded, other].flatMap(({ run }) => storedPlanOf(run.plan).forms.flatMap(renamedIn)),
  );
  // Other attributes that a version wrote stay.
  const isKept = (name: string, item: Values, type: unknown) =>
    name in item || keys.has(name) || name.startsWith('_') || renamed.has(`${type}.${name}`);
  const seen = Object.fromEntries(
    Object.entries(got).flatMap(([id, item]) => {
      if (item._type === '_plan' || histories.has(String(item._type))) return [];
      const known = expected[id] ?? {};
      return [
        [
          id,
          Object.fromEntries(Object.entries(item).filter(([name]) => isKept(name, known, item._type))),
        ] as const,
      ];
    }),
  );
  const wanted = Object.fromEntries(
    Object.entries(expected).filter(
      ([id, item]) => id in seen || !(isLapsedGuard(item, now) || histories.has(String(item._type))),
    ),
  );
  if (isDeepStrictEqual(seen, wanted)) return;
  const differing = [...new Set([...Object.keys(seen), ...Object.keys(wanted)])].filter(
    (id) => !isDeepStrictEqual(seen[id], wanted[id]),
  );
  const shown = differing.slice(0, 4).map((id) => ({ id, got: seen[id], expected: wanted[id] }));
  throw new Mismatch('other items', { document: 'a scan', variables: {}, got: shown, expected: 'see there' });
}

/** Of a lapsed guard nobody can say whose it is: whoever took it last may have expired as well. */
function sameOwners(items: Awaited<ReturnType<typeof storedItems>>) {
  return Object.fromEntries(
    Object.entries(items).map(([id, item]) => [
      id,
      isLapsedGuard(item, now) ? { ...item, _owner: null } : item,
    ]),
  );
}

/** The names of attributes that have others. */
function renamedIn({ name: entity, reads }: StoredPlan['forms'][number]): string[] {
  return Object.entries(reads).flatMap(([name, { formerly = [] }]) =>
    formerly.length === 0 ? [] : [name, ...formerly].map((one) => `${entity}.${one}`),
  );
}

function namesOf({ partition, sort }: { readonly partition: string; readonly sort?: string }): string[] {
  return sort === undefined ? [partition] : [partition, sort];
}

/** The state of one version as the other sees it, which keeps what only that has. */
export function passing(old: Declarations, next: Declarations) {
  return (by: Declarations, state: State, earlier: State): State =>
    seenBy(by, by === old ? next : old, state, earlier);
}

function reportOf(number: number, { drawn, changed }: Versions, error: unknown): string {
  const [before, after] = [drawn.project, changed.project].map((project) => {
    const { sdl, yaml } = textsOf(project);
    return `${yaml}\n${sdl}`.split('\n');
  });
  const only = (mark: string, lines: readonly string[] = [], others: readonly string[] = []) =>
    lines.filter((line) => !others.includes(line)).map((line) => `${mark} ${line}`);
  return [
    `Change ${number} of TABLELOOM_SEED=${seed}; alone: TABLELOOM_SEED=${seed} TABLELOOM_PATH=${number}`,
    changed.what,
    String(error instanceof Mismatch ? error.message : error instanceof Error ? error.stack : error).slice(
      0,
      6000,
    ),
    ...only('-', before, after),
    ...only('+', after, before),
    ...(process.env.TABLELOOM_PATH ? (after ?? []) : []),
  ].join('\n');
}
