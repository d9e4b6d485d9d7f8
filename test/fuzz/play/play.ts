/** A project at work: its writes and questions, each held against the oracle. */

import { isDeepStrictEqual } from 'node:util';
import { buildSchema, type GraphQLSchema, parse } from 'graphql';
import {
  budgetOf,
  type ComputeRulesByName,
  type DatabaseOptions,
  type Session,
  type TableDefinition,
} from 'tableloom/runtime';
import type { Costs } from 'tableloom/runtime/generated';
import type { Dice } from '../../support/dice.js';
import { type Answer, type Generated, openProject, type Project } from '../../support/running.js';
import type { Pools } from '../draw/pools.js';
import { now } from '../draw/pools.js';
import type { Texts } from '../draw/project.js';
import { drawQuestion, drawWrites, type QuestionStep, type WriteStep } from '../draw/steps.js';
import { type Expected, Oracle, type State } from '../oracle/answers.js';
import { Declarations, type Values } from '../oracle/declarations.js';
import { Writer } from '../oracle/writes.js';
import { type Loaded, load } from './load.js';
import { type Ask, Asking, Mismatch } from './question.js';
import { expectedItems, isLapsedGuard, storedItems } from './stored.js';

export interface Steps {
  readonly writes: readonly WriteStep[];
  readonly questions: readonly QuestionStep[];
}

/** A case is one write, or one question with all of its pages. */
export interface Tally {
  projects: number;
  /** Codes of diagnostics, of projects that were refused. */
  readonly refused: string[];
  writes: number;
  refusedWrites: number;
  questions: number;
  /** Questions with records among their answer. */
  answered: number;
  /** Documents that were sent. */
  documents: number;
}

export function emptyTally(): Tally {
  return { projects: 0, refused: [], writes: 0, refusedWrites: 0, questions: 0, answered: 0, documents: 0 };
}

export function generatedOf({ module }: Loaded, rules: object = {}): Generated {
  const { tables } = module('tables') as { tables: readonly TableDefinition[] };
  const { createLoaders } = module('loaders') as { createLoaders: (session: Session) => object };
  const { typeDefs } = module('schema') as { typeDefs: string };
  const { createResolvers } = module('resolvers') as { createResolvers: (rules: object) => object };
  return { tables, createLoaders, typeDefs, resolvers: createResolvers(rules) };
}

export class Play {
  readonly declared: Declarations;
  readonly loaded: Loaded;
  readonly writes: WriteStep[] = [];
  readonly questions: QuestionStep[] = [];
  readonly project: Project;
  readonly #oracle: Oracle;
  readonly #writer: Writer;
  readonly #tally: Tally;
  #priced: { readonly schema: GraphQLSchema; readonly costs: Costs } | undefined;
  #state: State = new Map();

  private constructor(declared: Declarations, loaded: Loaded, project: Project, tally: Tally) {
    this.declared = declared;
    this.loaded = loaded;
    this.project = project;
    this.#tally = tally;
    this.#oracle = new Oracle(declared);
    this.#writer = new Writer(declared);
  }

  /** Throws DiagnosticsError where the project is refused. */
  static async open(
    texts: Texts,
    tally: Tally,
    atEnd: (close: () => Promise<void>) => void,
    rules: object = {},
  ): Promise<Play> {
    return Play.of(texts, await load(texts), tally, atEnd, rules);
  }

  /** @param tables those there are: by default its own */
  static async of(
    texts: Texts,
    loaded: Loaded,
    tally: Tally,
    atEnd: (close: () => Promise<void>) => void,
    rules: object = {},
    tables = loaded.module('tables').tables as readonly TableDefinition[],
    options: Partial<DatabaseOptions> = {},
  ): Promise<Play> {
    let ids = 0;
    const project = await openProject({ ...generatedOf(loaded, rules), tables }, atEnd, {
      now: () => now,
      newId: () => `n${ids++}`,
      compute: {} as ComputeRulesByName,
      ...options,
    });
    tally.projects += 1;
    return new Play(new Declarations(texts), loaded, project, tally);
  }

  /** What the records are, as the oracle has them. */
  get state(): State {
    return this.#state;
  }

  /** What they are after others wrote them. */
  set state(state: State) {
    this.#state = state;
  }

  /** Another version of the project, over the same tables. */
  async beside(texts: Texts, loaded: Loaded, options: Partial<DatabaseOptions> = {}): Promise<Play> {
    const project = await this.project.reopened(generatedOf(loaded), options);
    return new Play(new Declarations(texts), loaded, project, this.#tally);
  }

  async drawn(dice: Dice, pools: Pools): Promise<void> {
    for (const step of drawWrites(dice, this.declared, pools)) await this.write(step);
    await this.stored();
    for (const pattern of this.declared.patterns.values()) {
      for (let at = 0; at < 3; at++) {
        const step = drawQuestion(dice, this.declared, pattern, this.#state, pools);
        if (step) await this.question(step);
      }
    }
  }

  async replayed({ writes, questions }: Steps): Promise<void> {
    for (const step of writes) await this.write(step);
    await this.stored();
    for (const step of questions) await this.question(step);
  }

  /** @returns what came back */
  async write(step: WriteStep): Promise<unknown> {
    this.writes.push(step);
    const mutation = this.declared.mutation(step.mutation);
    const { args } = this.declared.fieldOf('Mutation', mutation.field);
    const taken = args.filter(({ name }) => name in step.args);
    const shown = this.declared.shown(mutation.entity);
    const passed = taken.map(({ name }) => `${name}: $${name}`).join(', ');
    const document = `mutation (${taken.map((one) => `$${one.name}: ${String(one.type)}`).join(', ')}) { answer: ${mutation.field}(${passed}) { ${shown.join(' ')} } }`;
    const answer = await this.project.ask(document, step.args);
    const code = answer.errors?.[0]?.extensions?.code;
    const got = (answer.data?.answer ?? null) as Values | null;
    const call = { args: step.args, now, newId: String(got?.id ?? 'n') };
    const expected = this.#writer.write(mutation, this.#state, call);
    const what = { document, variables: step.args, got: answer.errors ?? got };
    this.#tally.writes += 1;
    if (expected.kind === 'refused') {
      this.#tally.refusedWrites += 1;
      if (!answer.errors || !expected.codes.includes(String(code)))
        throw new Mismatch('a write that should be refused', { ...what, expected: expected.codes });
      return [null, code ?? null];
    }
    const record = Object.fromEntries(shown.map((name) => [name, expected.record[name] ?? null]));
    if (answer.errors || !isDeepStrictEqual(got, record))
      throw new Mismatch('another write', { ...what, expected: record });
    this.#state = expected.state;
    return [got, null];
  }

  /** Sends a document as it is. */
  ask(document: string, variables: Values): Promise<Answer> {
    return this.project.ask(document, { ...variables });
  }

  /** Everything that is stored, index attributes included, is what the records say. */
  async stored(): Promise<void> {
    const { tables } = this.loaded.module('tables') as { tables: readonly TableDefinition[] };
    const got = await storedItems(this.project, tables);
    const expected = Object.fromEntries(
      Object.entries(expectedItems(this.loaded, this.declared, this.#state, now)).filter(
        ([id, item]) => id in got || !isLapsedGuard(item, now),
      ),
    );
    if (!isDeepStrictEqual(got, expected))
      throw new Mismatch('other items', { document: 'a scan', variables: {}, ...difference(got, expected) });
  }

  /**
   * @param most how many records of a connection are walked from its first to its last page: of more, those at both ends
   * @returns what the oracle says, and the requests that were sent
   */
  async question(
    step: QuestionStep,
    most?: number,
  ): Promise<{ readonly expected: Expected; readonly sent: readonly object[] }> {
    this.questions.push(step);
    const pattern = this.declared.pattern(step.pattern);
    const sent: object[] = [];
    const expected = this.#oracle.answer(pattern, this.#state, { args: step.args, parent: step.parent, now });
    this.#tally.questions += 1;
    if (expected.kind === 'records' && expected.groups.length > 0) this.#tally.answered += 1;
    await new Asking(this.declared, this.#counted(sent), step, expected).check(most);
    return { expected, sent };
  }

  /** Asks, and sends no more than the budget of the document says. */
  #counted(sent: object[]): Ask {
    this.#priced ??= {
      schema: buildSchema((this.loaded.module('schema') as { typeDefs: string }).typeDefs),
      costs: (this.loaded.module('costs') as { costs: Costs }).costs,
    };
    const { schema, costs } = this.#priced;
    return async (document, variables) => {
      const answer = await this.project.ask(document, { ...variables });
      this.#tally.documents += 1;
      sent.push(...answer.sent.map(({ operation, input }) => ({ operation, input })));
      const most = budgetOf(costs, schema, parse(document), { variables })?.most.requests ?? 0;
      if (answer.requests.length > most)
        throw new Mismatch('more requests than the budget', {
          document,
          variables,
          expected: most,
          got: answer.sent.map(({ operation, input }) => [operation, input]),
        });
      return answer;
    };
  }
}

function difference(got: Values, expected: Values): { readonly got: Values; readonly expected: Values } {
  const differing = [...new Set([...Object.keys(got), ...Object.keys(expected)])].filter(
    (key) => !isDeepStrictEqual(got[key], expected[key]),
  );
  const only = (of: Values) => Object.fromEntries(differing.map((key) => [key, of[key]]));
  return { got: only(got), expected: only(expected) };
}
