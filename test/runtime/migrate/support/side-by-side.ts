/** A change of a model at work: servers of both versions write and read while records are migrated, each held against an oracle. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { getNamedType, isInputObjectType } from 'graphql';
import type { Database, TableDefinition } from 'tableloom/runtime';
import { storedPlanOf } from '../../../../src/cli/migrate/stored-plan.js';
import { printLock, seal } from '../../../../src/generator/lock.js';
import { type Migration, together } from '../../../../src/runtime/migrate/migration.js';
import { obstacles } from '../../../../src/runtime/migrate/obstacles.js';
import { now, type Pools } from '../../../fuzz/draw/pools.js';
import { type Texts, textsOf } from '../../../fuzz/draw/project.js';
import { drawQuestion, type QuestionStep } from '../../../fuzz/draw/steps.js';
import type { Declarations, Mutation, Values } from '../../../fuzz/oracle/declarations.js';
import { type Loaded, load } from '../../../fuzz/play/load.js';
import { emptyTally, generatedOf, Play } from '../../../fuzz/play/play.js';
import { Mismatch } from '../../../fuzz/play/question.js';
import { expectedItems } from '../../../fuzz/play/stored.js';
import { Dice } from '../../../support/dice.js';
import { base, type ModelChange } from './changes.js';
import { during } from './during.js';
import { hasOnly, passing } from './migrated.js';
import { putAll } from './seeding.js';

const owners = Array.from({ length: 12 }, (_, at) => `o${at}`);

/** Of many records, this one owns a few. */
const fewOwner = 'o11';
const few = 100;

/** How many records are written by a server at least; more are stored as those are. */
const mostSeeded = 1000;

/** A connection of so many records is walked whole. */
const mostWalked = 400;

/** How long a step waits until every server knows of it, in milliseconds: writes that began before have ended. */
const settleMs = 30;

interface Version {
  readonly texts: Texts;
  readonly loaded: Loaded;
}

const pools: Pools = {
  ID: owners,
  String: ['a', 'B', 'b', 'Ab', 'a#b', 'é', 'Zz', 'c d'],
  Int: [-3, 0, 1, 2, 7, 12, 40],
  Float: [0, 1],
  Boolean: [true, false],
  DateTime: [
    '2125-12-31T23:59:59.999Z',
    '2126-01-01T00:00:00.000Z',
    '2126-01-15T10:30:00.000Z',
    '2126-02-28T09:00:00.000Z',
  ],
  State: ['OPEN', 'HELD', 'DONE'],
};

export class SideBySide {
  readonly old: Play;
  readonly next: Play;
  readonly migration: Migration;
  readonly #job: Database;
  readonly #atEnd: (close: () => Promise<void>) => void;
  readonly #versions: readonly [Version, Version];
  readonly #tables: readonly TableDefinition[];
  readonly #dice: Dice;
  readonly #pass: ReturnType<typeof passing>;
  readonly #isNormalized: boolean;
  #ids = 0;
  /** How many records there are at first. */
  #count = 0;
  #isShared = false;
  /** Records move to other items of the same index keys: a cursor of a moment ago is another one, and as good. */
  isMoving = false;

  private constructor(
    [old, next]: readonly [Play, Play],
    versions: readonly [Version, Version],
    tables: readonly TableDefinition[],
    {
      dice,
      isNormalized,
      job,
      atEnd,
    }: {
      readonly isNormalized: boolean;
      readonly dice: Dice;
      readonly job: Database;
      readonly atEnd: (close: () => Promise<void>) => void;
    },
  ) {
    this.old = old;
    this.next = next;
    this.#versions = versions;
    this.#tables = tables;
    this.#dice = dice;
    this.#isNormalized = isNormalized;
    this.#pass = passing(old.declared, next.declared);
    this.#job = job;
    this.#atEnd = atEnd;
    this.migration = job.migration({ settleMs });
  }

  static async open(
    { from = (project) => project, to }: ModelChange,
    seed: number,
    atEnd: (close: () => Promise<void>) => void,
  ): Promise<SideBySide> {
    const before = from(base);
    const texts = [textsOf(before), textsOf(to(before))] as const satisfies readonly Texts[];
    const first = await load(texts[0]);
    const second = await load(texts[1], printLock(seal(first.run.lock)));
    const plans = [storedPlanOf(first.run.plan), storedPlanOf(second.run.plan)] as const;
    const found = obstacles(...plans);
    if (found.length > 0) throw new Error(JSON.stringify(found, null, 2));
    const { tables: own } = first.module('tables') as { readonly tables: readonly TableDefinition[] };
    const tables = together(plans[0].tables, plans[1].tables).map((table) => {
      const forms = own.find((one) => one.table === table.table)?.forms;
      return { ...table, ...(forms && { forms }) };
    });
    const old = await Play.of(texts[0], first, emptyTally(), atEnd, {}, tables, { planMs: 0 });
    const next = await old.beside(texts[1], second);
    const isNormalized = texts[1].yaml.includes('normalize');
    if (isNormalized) lowerNames(next);
    const dice = new Dice(seed);
    // What it sends is no request of a server.
    const { database: job } = await old.project.reopened({ ...generatedOf(first), tables });
    const versions = [
      { texts: texts[0], loaded: first },
      { texts: texts[1], loaded: second },
    ] as const;
    return new SideBySide([old, next], versions, tables, { dice, isNormalized, job, atEnd });
  }

  /** Takes a step, and is killed while it waits until every server knows of it. */
  begin(step: (migration: Migration) => Promise<unknown>): void {
    step(this.#job.migration({ settleMs: 600_000 })).catch(() => undefined);
  }

  /** Another server of a version, with a client of its own. */
  server(version: 'old' | 'next', client: DynamoDBClient): Promise<Play> {
    const { texts, loaded } = this.#versions[version === 'old' ? 0 : 1];
    this.#atEnd(async () => client.destroy());
    return this.old.beside(texts, loaded, { client });
  }

  get plans() {
    const [first, second] = this.#versions.map(({ loaded }) => storedPlanOf(loaded.run.plan));
    if (!first || !second) throw new Error('there are two versions');
    return { from: first, to: second };
  }

  /** Both versions store what either writes from now on, and what the later one declares holds for both. */
  share(): void {
    this.#isShared = true;
    this.next.state = this.#pass(this.old.declared, this.old.state, this.next.state);
  }

  unshare(): void {
    this.#isShared = false;
  }

  /** Records of before, by so many clients at the same time. */
  async seed(count: number): Promise<void> {
    for (const id of owners) await this.old.write({ mutation: 'addOwner', args: { input: { id } } });
    this.#count = count;
    const inputs = Array.from({ length: count }, () => this.#newItem());
    const written = inputs.slice(0, mostSeeded);
    const records = inputs.map((input) => ({ note: null, ...input, version: 1 }));
    const rest = written.values();
    const clients = Array.from({ length: 16 }, async () => {
      for (const input of rest) {
        const { errors } = await this.old.ask(
          'mutation ($input: NewItem!) { addItem(input: $input) { id } }',
          { input },
        );
        if (errors) throw new Error(JSON.stringify(errors));
      }
    });
    await Promise.all(clients);
    this.old.state = new Map(this.old.state).set('Item', records.slice(0, written.length));
    if (written.length === count) return;
    // What a server has written of these is what is expected of them; so it is of the others.
    await this.isAlone(this.old);
    this.old.state = new Map(this.old.state).set('Item', records);
    const [{ loaded: first }] = this.#versions;
    const items = expectedItems(first, this.old.declared, this.old.state, now);
    await putAll(this.old.project, 'main', Object.values(items));
  }

  #newItem(): Values {
    const { declared } = this.old;
    const { input } = this.#args(declared, declared.mutation('addItem'), this.#newId()) as {
      readonly input: Values;
    };
    return input;
  }

  /** A server writes and reads until a step has ended; the other knows of it afterwards. */
  async during<T>(step: Promise<T>, play: Play): Promise<T> {
    const result = await during(step, () => this.#round(play), { least: 3, pause: this.#isMany ? 1000 : 20 });
    this.#passOn(play);
    return result;
  }

  /** One server writes and reads; the other knows of it afterwards. */
  async work(play: Play): Promise<void> {
    for (let at = 0; at < 3; at++) await this.#round(play);
    this.#passOn(play);
  }

  async #round(play: Play): Promise<void> {
    for (let at = 0; at < 4; at++) await this.#write(play);
    await this.ask(play, 1);
  }

  #passOn(play: Play): void {
    const other = play === this.old ? this.next : this.old;
    if (this.#isShared) other.state = this.#seenBy(other, play);
  }

  /** What is read otherwise is stored as it was: the former version sees the names that it wrote. */
  #seenBy(other: Play, by: Play): Play['state'] {
    const state = this.#pass(by.declared, by.state, other.state);
    if (!this.#isNormalized || other !== this.old) return state;
    const names = new Map((other.state.get('Item') ?? []).map(({ id, name }) => [id, String(name)]));
    const items = (state.get('Item') ?? []).map((item) => {
      const known = names.get(item.id);
      return known?.toLowerCase() === item.name ? { ...item, name: known } : item;
    });
    return new Map(state).set('Item', items);
  }

  /** Both, in turns. */
  async turn(): Promise<void> {
    await this.work(this.next);
    await this.ask(this.old, 2);
    await this.work(this.old);
    await this.ask(this.next, 2);
  }

  /** All patterns, or some. */
  async ask(play: Play, count = Number.POSITIVE_INFINITY): Promise<void> {
    const all = [...play.declared.patterns.values()];
    const some = count >= all.length ? all : this.#dice.some(all, count);
    for (const pattern of some) {
      const step = drawQuestion(this.#dice, play.declared, pattern, this.#sample(play), pools);
      if (step) await this.#question(play, this.#isMany ? this.#ofFew(step) : step);
    }
  }

  get #isMany(): boolean {
    return this.#count > mostSeeded;
  }

  /** Some of many records, for values that are asked for. */
  #sample({ state }: Play): Play['state'] {
    const items = state.get('Item') ?? [];
    if (!this.#isMany || items.length === 0) return state;
    return new Map(state).set(
      'Item',
      Array.from({ length: 100 }, () => this.#dice.of(items)),
    );
  }

  /** A partition that is walked whole, some of the time. */
  #ofFew(step: QuestionStep): QuestionStep {
    if (!('owner' in step.args) || this.#dice.below(3) > 0) return step;
    return { ...step, args: { ...step.args, owner: fewOwner } };
  }

  async #question(play: Play, step: QuestionStep): Promise<void> {
    for (let again = 0; ; ) {
      try {
        await play.question(step, mostWalked);
        return;
      } catch (error) {
        if (!this.isMoving || !(error instanceof Mismatch)) throw error;
        if (error.message.startsWith('another answer backwards')) continue;
        // A page that begins where a record has just moved may have it once more.
        again += 1;
        if (again > 2) throw error;
      }
    }
  }

  /** All that is stored is what the records of one version say. */
  async isAlone(play: Play): Promise<void> {
    const [{ loaded: first }, { loaded: second }] = this.#versions;
    const [own, other] = play === this.old ? [first, second] : [second, first];
    await hasOnly(play, own, this.#tables, other);
  }

  async #write(play: Play): Promise<void> {
    const { declared } = play;
    const name = this.#dice.of([
      'addItem',
      'changeItem',
      'changeItem',
      'changeItem',
      'dropItem',
      ...this.#ownerWrites(),
    ]);
    const mutation = declared.mutation(name);
    const items = play.state.get('Item') ?? [];
    const known =
      items.length > 0 && this.#dice.below(10) > 0 ? String(this.#dice.of(items).id) : this.#newId();
    const isNew = name === 'addItem' && this.#dice.below(8) > 0;
    const stored = items.find(({ id }) => id === known);
    const isSame = name === 'changeItem' && stored !== undefined && this.#dice.below(4) === 0;
    const args = isSame
      ? { id: known, input: { rank: stored.rank } }
      : this.#args(declared, mutation, isNew ? this.#newId() : known);
    try {
      await play.write({ mutation: name, args });
    } catch (error) {
      // What the next version declares to be unique, or to exist, is so for both.
      if (
        !this.#isShared ||
        !(error instanceof Mismatch) ||
        !/UNIQUE_VIOLATION|REFERENCE/.test(error.message)
      )
        throw error;
    }
  }

  /** Nobody refers to what is gone before a version forbids it. */
  #ownerWrites(): string[] {
    return this.#isShared ? ['dropOwner', 'addOwner'] : [];
  }

  #args(declared: Declarations, { field }: Mutation, id: string): Values {
    const isOwner = field.endsWith('Owner');
    const value = (name: string, isOptional: boolean): unknown => {
      if (name === 'id') return isOwner ? this.#dice.of(owners) : id;
      if (isOptional && this.#dice.below(3) === 0) return undefined;
      // Whether a name of the same meaning is another one is not for the oracle to tell.
      if (isOptional && name === 'name' && this.#isNormalized) return undefined;
      if (name === 'code') return `c${this.#ids++}`;
      const values: Readonly<Record<string, readonly unknown[]>> = {
        owner: this.#isMany ? this.#manyOwners() : owners,
        kind: pools.State,
        rank: pools.Int,
        at: pools.DateTime,
      };
      return this.#dice.of(values[name] ?? pools.String);
    };
    const { args } = declared.fieldOf('Mutation', field);
    return Object.fromEntries(
      args.map(({ name, type }) => {
        const named = getNamedType(type);
        if (!isInputObjectType(named)) return [name, value(name, false)];
        const fields = Object.values(named.getFields()).flatMap((one) => {
          const made = value(one.name, !String(one.type).endsWith('!'));
          return made === undefined ? [] : [[one.name, made] as const];
        });
        return [name, Object.fromEntries(fields)];
      }),
    );
  }

  #manyOwners(): readonly string[] {
    return this.#dice.below(this.#count) < few ? [fewOwner] : owners.filter((id) => id !== fewOwner);
  }

  #newId(): string {
    return `i${this.#ids++}`;
  }
}

/** What the former version wrote is found by its normalized value, and shown as it was written until the migration is complete. */
function lowerNames({ project }: Play): void {
  const ask = project.ask.bind(project);
  const lower = (_name: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
      ? { ...value, name: value.name.toLowerCase() }
      : value;
  project.ask = async (document, variables) => {
    const answer = await ask(document, variables);
    return { ...answer, data: JSON.parse(JSON.stringify(answer.data), lower) as typeof answer.data };
  };
}
