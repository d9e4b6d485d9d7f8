/** One question: its documents, and whether what comes back is what the oracle says. */

import { isDeepStrictEqual } from 'node:util';
import { getNamedType, isObjectType } from 'graphql';
import { Dice } from '../../support/dice.js';
import type { Answer } from '../../support/running.js';
import type { QuestionStep } from '../draw/steps.js';
import type { Expected, Found } from '../oracle/answers.js';
import type { Declarations, Pattern, Values } from '../oracle/declarations.js';

interface Wrong {
  readonly document: string;
  readonly variables: Values;
  readonly expected: unknown;
  readonly got: unknown;
}

/** What went wrong, for people. */
export class Mismatch extends Error {
  /** In a few words, the same for all of its kind. */
  readonly kind: string;

  constructor(kind: string, { document, variables, expected, got }: Wrong) {
    const lines = [
      `${kind}:`,
      document,
      `variables: ${shown(variables)}`,
      `expected:  ${shown(expected)}`,
      `got:       ${shown(got)}`,
    ];
    super(lines.join('\n'));
    this.kind = kind;
  }
}

/** JSON on one line. */
export function shown(value: unknown): string {
  const plain = (_key: string, one: unknown) => (typeof one === 'bigint' ? Number(one) : one);
  return (JSON.stringify(value, plain, 1) ?? 'undefined').replace(/\n */g, ' ');
}

export type Ask = (document: string, variables: Values) => Promise<Answer>;

type Records = Extract<Expected, { readonly kind: 'records' }>;

interface Edge {
  readonly cursor: string;
  readonly node: Values;
}

interface Connection {
  readonly totalCount?: number;
  readonly edges: readonly Edge[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** How many records of either end are asked at least, where they are too many to walk. */
const atEachEnd = 60;

export class Asking {
  readonly #declared: Declarations;
  readonly #ask: Ask;
  readonly #step: QuestionStep;
  readonly #pattern: Pattern;
  readonly #expected: Expected;

  constructor(declared: Declarations, ask: Ask, step: QuestionStep, expected: Expected) {
    this.#declared = declared;
    this.#ask = ask;
    this.#step = step;
    this.#pattern = declared.pattern(step.pattern);
    this.#expected = expected;
  }

  /** Throws a Mismatch. @param most how many records are walked from the first to the last page: of more, those at both ends */
  async check(most = Number.POSITIVE_INFINITY): Promise<void> {
    const expected = this.#expected;
    const { shape } = this.#pattern;
    if (expected.kind === 'refused' || shape !== 'connection') {
      const { value, errors, ...asked } = await this.#send({});
      const code = errors?.[0]?.extensions?.code;
      if (expected.kind === 'refused') {
        if (!expected.codes.includes(String(code)))
          throw new Mismatch('not refused', { ...asked, expected: expected.codes, got: errors ?? value });
      } else if (errors) {
        // A list has no cursor to go on from.
        if (!(code === 'READ_BUDGET' && this.#isSifted()))
          throw new Mismatch('refused', { ...asked, expected, got: errors });
      } else if (expected.kind === 'value') {
        if (!isDeepStrictEqual(value, expected.value))
          throw new Mismatch('another value', { ...asked, expected: expected.value, got: value });
      } else {
        const list = shape === 'list' ? (value as Values[]) : value === null ? [] : [value as Values];
        this.#compare(list, expected, asked);
      }
      return;
    }
    if (expected.kind !== 'records') return;
    const count = Math.min(expected.most, sum(expected.groups));
    if (count > most) await this.#bothEnds(expected, count);
    else await this.#pages(expected);
  }

  /** The first pages and the last of many records, and one between the first. */
  async #bothEnds({ groups }: Records, count: number): Promise<void> {
    const dice = new Dice(this.#step.pages);
    const { max = 100 } = (this.#pattern.yaml.page ?? {}) as { max?: number };
    const size = () => 1 + dice.below(Math.min(max, dice.of([10, 30, 100])));
    const asked = this.#document({});
    const nodes = (edges: readonly Edge[]) => edges.map(({ node }) => node);
    const first = await this.#walk(false, size, atEachEnd);
    this.#compare(
      nodes(first),
      { kind: 'records', groups: headOf(groups, first.length), most: first.length },
      asked,
    );
    const last = await this.#walk(true, size, atEachEnd);
    const reversed = headOf([...groups].reverse(), last.length);
    this.#compare(nodes(last).reverse(), { kind: 'records', groups: reversed, most: last.length }, asked);
    await this.#sizes(count);
    const place = 1 + dice.below(first.length - 1);
    const some = 1 + dice.below(Math.min(5, max));
    const { connection, ...between } = await this.#connection({ last: some, before: first[place]?.cursor });
    const wanted = first.slice(Math.max(0, place - some), place);
    if (!isDeepStrictEqual(connection.edges, wanted) && !this.#isSifted())
      throw new Mismatch('another page', { ...between, expected: wanted, got: connection.edges });
  }

  /** Everything page by page, forwards and backwards, and pages between any two cursors. */
  async #pages(expected: Records): Promise<void> {
    const dice = new Dice(this.#step.pages);
    const { max = 100 } = (this.#pattern.yaml.page ?? {}) as { max?: number };
    const size = () => 1 + dice.below(Math.min(max, dice.of([3, 10, 100])));
    const edges = await this.#walk(false, size);
    await this.#sizes(edges.length);
    this.#compare(
      edges.map(({ node }) => node),
      expected,
      this.#document({}),
    );
    const back = await this.#walk(true, size);
    const asked = this.#document({});
    if (!isDeepStrictEqual(back, edges))
      throw new Mismatch('another answer backwards', { ...asked, expected: edges, got: back });
    for (let at = 0; at < 2; at++) {
      const place = () => (edges.length === 0 || dice.below(3) === 0 ? null : dice.below(edges.length));
      await this.#window(edges, {
        backward: dice.below(2) === 0,
        size: dice.below(Math.min(5, max) + 1),
        after: place(),
        before: place(),
      });
    }
  }

  /** The size of a page that nobody asks for, and one that is too large; and the total where there is one. */
  async #sizes(count: number): Promise<void> {
    const { default: own, max = 100 } = (this.#pattern.yaml.page ?? {}) as { default?: number; max?: number };
    const usual = own ?? Math.min(20, max);
    const { connection, ...asked } = await this.#connection({});
    const { edges, totalCount } = connection;
    if (edges.length !== Math.min(usual, count) && !this.#isSifted())
      throw new Mismatch('a page of another size', { ...asked, expected: usual, got: edges.length });
    if (totalCount !== undefined && totalCount !== count)
      throw new Mismatch('another total', { ...asked, expected: count, got: totalCount });
    const large = await this.#send({ first: max + 1 });
    const code = large.errors?.[0]?.extensions?.code;
    if (code !== 'BAD_PAGE')
      throw new Mismatch('a page that is too large', { ...large, expected: 'BAD_PAGE', got: large.value });
  }

  /** @param most ends with the page that has them */
  async #walk(
    backward: boolean,
    size: () => number,
    most = Number.POSITIVE_INFINITY,
  ): Promise<readonly Edge[]> {
    const found: Edge[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < 1000; page++) {
      const count = size();
      const window = backward ? { last: count, before: cursor } : { first: count, after: cursor };
      const { connection, ...asked } = await this.#connection(window);
      const { edges, pageInfo } = connection;
      if (backward) found.unshift(...edges);
      else found.push(...edges);
      const isMore = backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage;
      if (edges.length > count || (isMore && edges.length < count && !this.#isSifted()))
        throw new Mismatch('a page of another size', { ...asked, expected: count, got: connection });
      if (!isMore || found.length >= most) return found;
      const next: string | null = backward ? pageInfo.startCursor : pageInfo.endCursor;
      if (next === null || next === cursor)
        throw new Mismatch('no way on', { ...asked, expected: 'a cursor', got: connection });
      cursor = next;
    }
    throw new Mismatch('pages without end', { ...this.#document({}), expected: 'an end', got: found });
  }

  /** One page, by Relay's algorithm over all edges. */
  async #window(
    edges: readonly Edge[],
    {
      backward,
      size,
      after,
      before,
    }: {
      readonly backward: boolean;
      readonly size: number;
      readonly after: number | null;
      readonly before: number | null;
    },
  ): Promise<void> {
    const cursorAt = (place: number | null) => (place === null ? null : (edges[place]?.cursor ?? null));
    const { connection, ...asked } = await this.#connection({
      [backward ? 'last' : 'first']: size,
      after: cursorAt(after),
      before: cursorAt(before),
    });
    const lower = after === null ? 0 : after + 1;
    const upper = before ?? edges.length;
    const isEmpty = lower >= upper || size === 0;
    const entered = backward ? upper : lower;
    const from = isEmpty ? entered : backward ? Math.max(lower, upper - size) : lower;
    const to = isEmpty ? entered : backward ? upper : Math.min(upper, lower + size);
    const page = edges.slice(from, to);
    const got = {
      edges: connection.edges,
      next: connection.pageInfo.hasNextPage,
      previous: connection.pageInfo.hasPreviousPage,
    };
    const expected = { edges: page, next: to < edges.length, previous: from > 0 };
    if (!isDeepStrictEqual(got, expected) && !(this.#isSifted() && isShort(connection, page, backward)))
      throw new Mismatch('another page', { ...asked, expected, got: connection });
  }

  /** Whether pages may be short: what is dropped after it was read is read again only so often. */
  #isSifted(): boolean {
    const { filter, through, mixed } = this.#pattern.yaml;
    const expires = this.#pattern.targets.some((one) => this.#declared.entity(one).yaml.ttl !== undefined);
    return filter !== undefined || through !== undefined || mixed !== undefined || expires;
  }

  #compare(got: readonly Values[], { groups, most }: Records, asked: Sent): void {
    const rest = [...got];
    const wrong = (message: string) =>
      new Mismatch(message, {
        ...asked,
        expected: groups.map((group) => group.map((one) => this.#projected(one))),
        got,
      });
    let left = most;
    for (const group of groups) {
      const open = group.map((one) => this.#projected(one));
      for (const node of rest.splice(0, Math.min(left, group.length))) {
        const at = open.findIndex((one) => isDeepStrictEqual(one, node));
        if (at < 0) throw wrong('other records, or another order');
        open.splice(at, 1);
      }
      const missing = Math.max(0, group.length - left);
      if (open.length > missing) throw wrong('records are missing');
      left = Math.max(0, left - group.length);
    }
    if (rest.length > 0) throw wrong('too many records');
  }

  #projected({ entity, record }: Found): Values {
    const select = this.#step.select[entity] ?? [];
    const { yaml } = this.#pattern;
    if (yaml.select !== undefined) return { value: record[String(yaml.select)] ?? null };
    const fields = Object.fromEntries(
      select.map((name) => [this.#aliased(entity, name), record[name] ?? null]),
    );
    return !this.#pattern.isUnion ? fields : { __typename: entity, ...fields };
  }

  /** Attributes in the place of their records. Null is that of no record, or one of its own. */
  #values(answer: unknown): unknown {
    if (this.#pattern.kind === 'many') return (answer as unknown[]).map((value) => ({ value }));
    const isNone = this.#expected.kind === 'records' && this.#expected.groups.length === 0;
    return answer === null && isNone ? null : { value: answer };
  }

  /** Members of a union may have one field with types that do not merge. */
  #aliased(entity: string, name: string): string {
    return this.#pattern.isUnion ? `${entity}_${name}` : name;
  }

  #hasTotal(): boolean {
    const { type, field } = this.#pattern;
    const connection = getNamedType(this.#declared.fieldOf(type, field).type);
    return isObjectType(connection) && 'totalCount' in connection.getFields();
  }

  async #connection(window: Values): Promise<{ readonly connection: Connection } & Sent> {
    const { value, errors, ...asked } = await this.#send(window);
    if (errors) throw new Mismatch('refused', { ...asked, expected: 'a page', got: errors });
    return { connection: value as Connection, ...asked };
  }

  async #send(
    window: Values,
  ): Promise<Sent & { readonly value: unknown; readonly errors: Answer['errors'] }> {
    const asked = this.#document(window);
    const { data, errors } = await this.#ask(asked.document, asked.variables);
    const { type, yaml } = this.#pattern;
    const answer = type === 'Query' ? data?.answer : (data?.parent as Values | null | undefined)?.answer;
    return { ...asked, value: yaml.select === undefined || errors ? answer : this.#values(answer), errors };
  }

  #document(window: Values): Sent {
    const { type, field, shape } = this.#pattern;
    const { args, parent } = this.#step;
    const given = { ...args, ...window };
    const taken = this.#declared.fieldOf(type, field).args.filter(({ name }) => name in given);
    const variables: Record<string, unknown> = Object.fromEntries(
      taken.map(({ name }) => [name, given[name]]),
    );
    const declared = taken.map((one) => `$${one.name}: ${String(one.type)}`);
    const passed = taken.map(({ name }) => `${name}: $${name}`);
    const call = `answer: ${field}${passed.length > 0 ? `(${passed.join(', ')})` : ''} ${this.#selection(shape)}`;
    if (parent === undefined) return { document: `query${inBrackets(declared)} { ${call} }`, variables };
    const { identity, attributes } = this.#declared.entity(type);
    for (const name of identity) variables[`parent_${name}`] = parent[name];
    const getter = this.#declared.fieldOf('Query', `get${type}`);
    const keys = getter.args.map(({ name, type: of }) => `$parent_${name}: ${String(of)}`);
    const where = identity.filter((name) => attributes.has(name)).map((name) => `${name}: $parent_${name}`);
    return {
      document: `query${inBrackets([...keys, ...declared])} { parent: get${type}(${where.join(', ')}) { ${call} } }`,
      variables,
    };
  }

  #selection(shape: Pattern['shape']): string {
    const { yaml, targets, isUnion } = this.#pattern;
    if (shape === 'scalar' || yaml.exists !== undefined || yaml.select !== undefined) return '';
    const fields = (target: string) =>
      (this.#step.select[target] ?? []).map((name) =>
        isUnion ? `${this.#aliased(target, name)}: ${name}` : name,
      );
    const node = !isUnion
      ? fields(targets[0] ?? '').join(' ')
      : ['__typename', ...targets.map((one) => `... on ${one} { ${fields(one).join(' ')} }`)].join(' ');
    if (shape !== 'connection') return `{ ${node} }`;
    const total = this.#hasTotal() ? 'totalCount ' : '';
    return `{ ${total}edges { cursor node { ${node} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;
  }
}

interface Sent {
  readonly document: string;
  readonly variables: Values;
}

function sum(groups: Records['groups']): number {
  return groups.reduce((all, { length }) => all + length, 0);
}

/** The first groups, with so many records at least. */
function headOf(groups: Records['groups'], count: number): Records['groups'] {
  let left = count;
  const end = groups.findIndex(({ length }) => {
    left -= length;
    return left <= 0;
  });
  return end < 0 ? groups : groups.slice(0, end + 1);
}

function inBrackets(words: readonly string[]): string {
  return words.length > 0 ? ` (${words.join(', ')})` : '';
}

/** A page that ended early, and says how to go on. */
function isShort({ edges, pageInfo }: Connection, page: readonly Edge[], backward: boolean): boolean {
  const isMore = backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage;
  const expected = backward ? page.slice(page.length - edges.length) : page.slice(0, edges.length);
  return isMore && isDeepStrictEqual(edges, expected);
}
