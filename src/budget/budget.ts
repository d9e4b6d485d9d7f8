/** The request budget of an operation: how many requests it costs, in how many steps, field by field. */

import type {
  DocumentNode,
  FieldNode,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';
import { type Arguments, lengthOf, numberOf } from './arguments.js';
import type { Costs, FieldCost, GetCost, QueryCost, TogetherCost, WriteCost } from './costs.js';
import { Ledger, type Source, type Tally } from './ledger.js';
import { beginsAtParent } from './prefetch.js';
import { queryReads } from './reads.js';
import { operationOf, Selections } from './selections.js';
import { plural } from './words.js';

/** Requests of DynamoDB's API, steps that wait for one another, read units. */
export interface Figures {
  readonly requests: number;
  readonly steps: number;
  readonly readUnits: number;
}

/**
 * What an operation costs. In neither figure: requests sent again because of load or a conflict, and what rules and
 * fields that do not say what they ask (`unknown`) send of their own.
 */
export interface Budget {
  readonly operation: 'query' | 'mutation' | 'subscription';
  readonly name: string | null;
  /** Where every page is full, no filter drops rows, and answers of one step arrive at the same time. */
  readonly usual: Figures;
  /** Whatever is stored and whenever answers come, of records of the size assumed. */
  readonly most: Figures;
  /** Rules and fields whose requests are their own, sorted. */
  readonly unknown: readonly string[];
  readonly fields: readonly BudgetField[];
}

/** A field with requests, or a rule. Fields without requests are left out; their children take their place. */
export interface BudgetField {
  /** `Type.field`, or the name of a rule. */
  readonly name: string;
  readonly kind: 'pattern' | 'mutation' | 'rule';
  /** Response names from the parent in the tree, as `nodes.actor`. */
  readonly path: string;
  /** How many times it is resolved. */
  readonly times: number;
  /** Its pattern, mutation or rule. */
  readonly by: string;
  /** What is read: `GSI1`, `table`; null where it is read by key, or a rule knows. */
  readonly index: string | null;
  /** The step its first request is in, from 1. */
  readonly step: number;
  readonly requests: { readonly usual: number; readonly most: number };
  readonly readUnits: { readonly usual: number; readonly most: number };
  readonly why: string;
  readonly fields: readonly BudgetField[];
}

export interface BudgetOptions {
  readonly operationName?: string | null | undefined;
  /** Left out: any values, but for those that have a default. */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  /** The database's limit of that name. */
  readonly readBudget?: number;
  /** The size of a stored record, in bytes. */
  readonly itemBytes?: number;
}

/** Beyond this many fields, those of fragments counted wherever they are spread, an operation is not gone through. */
export const mostFields = 10_000;

/** Elements assumed of a list whose length nobody says. */
const assumedList = 100;

/**
 * The budget of an operation of a valid document. Undefined where the document has several operations and none is
 * named, or none of that name. An operation of more than {@link mostFields} fields has no bound: `most` is infinite.
 */
export function budgetOf(
  costs: Costs,
  schema: GraphQLSchema,
  document: DocumentNode,
  options: BudgetOptions = {},
): Budget | undefined {
  const operation = operationOf(document, options.operationName);
  if (operation === undefined) return undefined;
  const root = schema.getRootType(operation.operation)?.name ?? '';
  return budgetIn(costs, schema, { document, operation, root }, options);
}

/** The budget of an operation whose fields are those of `root`, whichever type that is. */
export function budgetIn(
  costs: Costs,
  schema: GraphQLSchema,
  {
    document,
    operation,
    root,
  }: {
    readonly document: DocumentNode;
    readonly operation: OperationDefinitionNode;
    readonly root: string;
  },
  options: BudgetOptions,
): Budget {
  const selections = new Selections(schema, document, operation, options.variables);
  const run = (mode: 'usual' | 'most') =>
    new Walk(costs, selections, mode, options).operation(operation, root);
  const usual = run('usual');
  const most = run('most');
  return {
    operation: operation.operation,
    name: operation.name?.value ?? null,
    usual: usual.figures,
    most: most.figures,
    unknown: usual.unknown,
    fields: joined(usual.fields, most.fields),
  };
}

interface Node {
  readonly name: string;
  readonly kind: BudgetField['kind'];
  readonly path: string;
  readonly times: number;
  readonly by: string;
  readonly index: string | null;
  step: number;
  readonly tally: Tally;
  why: string;
  readonly fields: Node[];
}

/** What one of them knows from an earlier step the other may not, so that only one of them may call a rule. */
function joined(usual: readonly Node[], most: readonly Node[]): BudgetField[] {
  const idOf = ({ name, path }: Node) => `${path} ${name}`;
  const others = new Map(most.map((node) => [idOf(node), node]));
  const only = new Set(usual.map(idOf));
  const nothing = { tally: { requests: 0, readUnits: 0 }, fields: [] };
  const join = (
    node: Node,
    inUsual: Pick<Node, 'tally' | 'fields'>,
    inMost: Pick<Node, 'tally' | 'fields'>,
  ) => {
    const { tally: _, step, ...rest } = node;
    return {
      ...rest,
      step: step + 1,
      requests: { usual: inUsual.tally.requests, most: inMost.tally.requests },
      readUnits: { usual: inUsual.tally.readUnits, most: inMost.tally.readUnits },
      fields: joined(inUsual.fields, inMost.fields),
    };
  };
  return [
    ...usual.map((node) => join(node, node, others.get(idOf(node)) ?? nothing)),
    ...most.filter((node) => !only.has(idOf(node))).map((node) => join(node, nothing, node)),
  ];
}

type Sets = readonly (SelectionSetNode | undefined)[];

/** Objects that fields are selected of. */
interface Place {
  readonly type: string;
  readonly times: number;
  readonly step: number;
  /** What distinguishes these objects from others: the same query for the same objects is sent once. */
  readonly identity: string;
  readonly source: Source;
  readonly path: string;
  /** How many elements its lists have; undefined where nobody says. */
  readonly page?: number;
  /** They are edges, whose nodes are their places' own. */
  readonly isEdge?: true;
  /** What was begun of these fields with the objects, by response name. */
  readonly begun?: ReadonlyMap<string, Begun>;
  readonly fields: Node[];
}

/** A field's own reads; those that its answer waits for may follow. */
interface Begun {
  /** The step of its first request, and the one in which all of these have been answered. */
  readonly step: number;
  readonly end: number;
  readonly isNew: boolean;
  readonly rows: number;
  readonly source: Source;
  /** Keys that are read once its field is answered. */
  readonly led: number;
  readonly why: string;
  readonly tally: Tally;
  /** The selected fields that were prefetched with it. */
  readonly begun?: ReadonlyMap<string, Begun> | undefined;
}

class TooManyFields extends Error {}

/** Goes through an operation step by step, so that what an earlier step has read is known in a later one. */
class Walk {
  readonly #costs: Costs;
  readonly #selections: Selections;
  readonly #isMost: boolean;
  readonly #readBudget: number;
  readonly #itemBytes: number;
  readonly #ledger: Ledger;
  readonly #tasks: (() => void)[][] = [];
  /** What rules share, and the step from which on it is known. */
  readonly #once = new Map<string, number>();
  readonly #asked = new Set<string>();
  readonly #unknown = new Set<string>();
  /** Records read by the queries of their dependents: other fields that request them may be faster. */
  readonly #brought = new Set<string>();
  #seen = 0;
  #ahead = 0;

  constructor(costs: Costs, selections: Selections, mode: 'usual' | 'most', options: BudgetOptions) {
    this.#costs = costs;
    this.#selections = selections;
    this.#isMost = mode === 'most';
    this.#readBudget = options.readBudget ?? 10;
    this.#itemBytes = options.itemBytes ?? 1024;
    this.#ledger = new Ledger(!this.#isMost);
  }

  operation({ selectionSet, operation }: OperationDefinitionNode, root: string) {
    const fields: Node[] = [];
    const source: Source = { moments: 1 };
    const place = (step: number): Place => ({
      type: root,
      times: 1,
      step,
      identity: '',
      source,
      path: '',
      fields,
    });
    try {
      if (operation !== 'mutation') {
        this.#select(place(0), [selectionSet]);
        this.#finish();
      } else {
        // Each begins when the one before it is answered whole.
        for (const [name, nodes] of this.#selections.fieldsOf(root, [selectionSet])) {
          this.#field(place(this.#ledger.steps), name, nodes);
          this.#finish();
          this.#forget();
        }
      }
    } catch (error) {
      if (!(error instanceof TooManyFields)) throw error;
      const requests = Number.POSITIVE_INFINITY;
      return { figures: { requests, steps: requests, readUnits: requests }, unknown: [], fields: [] };
    }
    this.#ledger.settle();
    const all = flat(fields);
    const sum = (of: keyof Tally) => all.reduce((total, { tally }) => total + tally[of], 0);
    const figures: Figures = {
      requests: sum('requests'),
      steps: this.#ledger.steps,
      readUnits: sum('readUnits'),
    };
    return { figures, unknown: [...this.#unknown].sort(), fields };
  }

  #at(step: number, task: () => void): void {
    const tasks = this.#tasks[step] ?? [];
    tasks.push(task);
    this.#tasks[step] = tasks;
  }

  #finish(): void {
    for (let step = 0; step < this.#tasks.length; step++) {
      // A task may add others to its own step.
      for (const tasks = this.#tasks[step] ?? []; tasks.length > 0; ) tasks.shift()?.();
    }
    this.#tasks.length = 0;
  }

  /** After a write nothing that was read still counts. */
  #forget(): void {
    this.#once.clear();
    this.#asked.clear();
    this.#brought.clear();
  }

  #select(place: Place, sets: Sets): void {
    for (const type of this.#selections.objectTypes(place.type)) {
      for (const [name, nodes] of this.#selections.fieldsOf(type, sets))
        this.#field({ ...place, type }, name, nodes);
    }
  }

  #field(place: Place, name: string, nodes: readonly FieldNode[]): void {
    const [node] = nodes;
    if (node === undefined || node.name.value.startsWith('__')) return;
    if (++this.#seen > mostFields) throw new TooManyFields();
    const field = `${place.type}.${node.name.value}`;
    const cost = this.#costs.fields[field];
    const sets = nodes.map(({ selectionSet }) => selectionSet);
    const path = place.path === '' ? name : `${place.path}.${name}`;
    if (cost === undefined) {
      if (place.identity === '') this.#unknown.add(field);
      this.#attribute({ ...place, path }, node, sets);
      return;
    }
    const args = this.#selections.argumentsOf(place.type, node);
    const begun = place.begun?.get(name);
    const tally = begun?.tally ?? { requests: 0, readUnits: 0 };
    const call: Call = { field, node, args, sets, place, tally, begun };
    const entry: Node = {
      name: field,
      kind: cost.kind === 'rule' ? 'rule' : cost.kind === 'write' ? 'mutation' : 'pattern',
      path,
      times: place.times,
      by: askedBy(cost) ?? node.name.value,
      index: cost.kind === 'query' ? cost.index : null,
      step: place.step,
      tally: call.tally,
      why: '',
      fields: [],
    };
    place.fields.push(entry);
    const allow = 'allow' in cost ? cost.allow : undefined;
    const begin = this.#rule(allow, place.times, place, place.step, entry);
    this.#at(begin, () => this.#answer(cost, call, entry, begin));
  }

  /** An object, or a list of objects, inside its parent: it takes no request. */
  #attribute({ page, isEdge, begun: _, ...place }: Place, node: FieldNode, sets: Sets): void {
    const field = node.name.value;
    const type = this.#selections.typeOf(place.type, field);
    if (type === undefined || !node.selectionSet) return;
    const isList = type.startsWith('[');
    const times = place.times * (isList ? (page ?? assumedList) : 1);
    // The nodes of a page and those of its edges are the same.
    const isOfPage = page !== undefined && (field === 'nodes' || field === 'edges');
    const identity = isOfPage
      ? `${place.identity}[]`
      : isEdge && field === 'node'
        ? place.identity
        : `${place.identity}/${field}`;
    const edge = isOfPage && field === 'edges' ? { isEdge: true as const } : {};
    this.#select({ ...place, type: named(type), times, identity, ...edge }, sets);
  }

  #answer(cost: FieldCost, call: Call, entry: Node, step: number): void {
    entry.step = step;
    if (cost.kind === 'get' || cost.kind === 'query') this.#read(cost, call, entry, step);
    else if (cost.kind === 'write') this.#write(cost, call, entry, step);
    else this.#byHand(cost.rule, call, entry, step);
  }

  #byHand(rule: string, call: Call, entry: Node, step: number): void {
    const { place } = call;
    const end = this.#rule(rule, place.times, place, step, entry, true);
    // It may have written something.
    if (call.field.startsWith('Mutation.')) this.#forget();
    const source = end > step ? { moments: place.times } : place.source;
    this.#children(call, entry, { step: end, rows: listRows(call.args), source, identity: identityOf(call) });
  }

  #read(cost: GetCost | QueryCost, call: Call, entry: Node, step: number): void {
    const { place, tally } = call;
    const begun = call.begun ?? this.#begin(cost, call, step);
    const { source, rows } = begun;
    entry.step = begun.step;
    entry.why = begun.why;
    let end = Math.max(step, begun.end);
    if (begun.led > 0) this.#keys(end, begun.led, source, tally);
    if (isLed(cost)) end += 1;
    const found = place.times * (cost.kind === 'get' ? rows : 1);
    const seen = this.#rule(cost.visible, found, place, end, entry);
    if (cost.kind === 'query' && (cost.gives === 'count' || cost.gives === 'exists')) return;
    const identity = identityOf(call);
    this.#children(call, entry, { step: seen, rows, source, identity, begun: begun.begun });
  }

  /** @param bringing the tally of a parent that comes by the field's first request */
  #begin(cost: GetCost | QueryCost, call: Call, step: number, bringing?: Tally): Begun {
    return cost.kind === 'get'
      ? this.#beginGet(cost, call, step)
      : this.#beginQuery(cost, call, step, bringing);
  }

  #beginGet(cost: GetCost, call: Call, step: number): Begun {
    const { place, tally } = call;
    const each = cost.each ? lengthOf(call.args, cost.each.argument, cost.each.max) : 1;
    const identity = identityOf(call);
    const isNew = this.#isNew(identity);
    const count = place.times * each * cost.of.length;
    const { begun, by, mayBring } = cost.starts
      ? this.#startPrefetch(call, { step, identity, isNew })
      : { begun: undefined, by: undefined, mayBring: false };
    // Of two equal requests either may be the first.
    const isLate = !isNew && this.#isMost && this.#brought.delete(identity);
    if ((isNew && by === undefined) || isLate) this.#keys(step, count, place.source, tally);
    const isBrought = by !== undefined || (this.#isMost && mayBring);
    const keys = `${plural(count, 'key')} of ${cost.of.join(', ')}`;
    const why = [
      by === undefined ? keys : `${keys}, ${place.times > 1 ? 'each ' : ''}with ${by} in one query`,
      ...(cost.leadsTo ? [`then ${cost.leadsTo} by key`] : []),
    ];
    return {
      step,
      end: step + 1,
      isNew,
      rows: each,
      source: isBrought ? { moments: place.times } : place.source,
      led: cost.leadsTo && isNew ? place.times * each : 0,
      why: isNew ? why.join(', ') : 'requested before',
      tally,
      begun,
    };
  }

  #beginQuery(cost: QueryCost, call: Call, step: number, bringing?: Tally): Begun {
    const { place, tally } = call;
    const together = bringing && togetherOf(cost);
    const reads = queryReads(cost, this.#selections, call, {
      isMost: this.#isMost,
      readBudget: this.#readBudget,
      itemBytes: this.#itemBytes,
      ...(together ? { further: together.between + 1 } : {}),
    });
    const isNew = this.#isNew(`${identityOf(call)}${reads.identity}`);
    const source: Source = { moments: place.times };
    const end = step + reads.requests.length;
    const follows = !isLed(cost) && reads.keys > 0;
    if (isNew) {
      reads.requests.forEach((count, at) => {
        const asking = at === 0 && bringing ? bringing : tally;
        this.#ledger.addRequests(step + at, place.times * count, asking);
      });
      const first = bringing ? reads.firstUnits : 0;
      if (bringing) bringing.readUnits += place.times * first;
      tally.readUnits += place.times * (reads.readUnits - first);
      const beside = reads.beside + (cost.beside ? 1 : 0);
      if (beside > 0) this.#keys(step, place.times * beside, place.source, tally);
      if (follows) this.#keys(end, place.times * reads.keys, source, tally);
    }
    return {
      step,
      end: end + (follows ? 1 : 0),
      isNew,
      rows: reads.rows,
      source,
      led: isLed(cost) && isNew ? place.times * reads.keys : 0,
      why: isNew ? reads.why : 'requested before',
      tally,
    };
  }

  /**
   * Prefetches selected fields that depend only on a record's key. One page may read the record with it: of those that
   * begin next to it, the first that was not requested before.
   *
   * @returns `by`: the field of that page; `mayBring`: it depends on a variable whether there is one
   */
  #startPrefetch(
    { field, place, node, sets, tally }: Call,
    { step, identity, isNew }: { readonly step: number; readonly identity: string; readonly isNew: boolean },
  ) {
    const begun = new Map<string, Begun>();
    let by: string | undefined;
    let mayBring = false;
    const [parent = ''] = field.split('.');
    const type = named(this.#selections.typeOf(parent, node.name.value) ?? '');
    const { times, source } = place;
    const around: Place = { type, times, step, identity, source, path: '', fields: [] };
    for (const [name, nodes] of this.#selections.fieldsOf(type, sets)) {
      const [first] = nodes;
      const cost = first && this.#costs.fields[`${type}.${first.name.value}`];
      if (first === undefined || cost === undefined || !('prefetch' in cost)) continue;
      if (++this.#ahead > mostFields) throw new TooManyFields();
      const call: Call = {
        field: `${type}.${first.name.value}`,
        node: first,
        args: this.#selections.argumentsOf(type, first),
        sets: nodes.map(({ selectionSet }) => selectionSet),
        place: around,
        tally: { requests: 0, readUnits: 0 },
        begun: undefined,
      };
      const together = cost.kind === 'query' ? togetherOf(cost) : undefined;
      const isAtParent = isNew && together !== undefined ? beginsAtParent(together, call.args) : false;
      mayBring ||= isAtParent !== false;
      const brings = isAtParent === true && by === undefined && this.#isAsked(cost, call);
      const one = this.#begin(cost, call, step, brings ? tally : undefined);
      if (brings) by = first.name.value;
      const how = brings ? "read by its parent's query" : 'prefetched in parallel with its parent';
      begun.set(name, one.isNew ? { ...one, why: `${one.why}, ${how}` } : one);
    }
    if (by !== undefined) this.#brought.add(identity);
    return { begun, by, mayBring };
  }

  /** Whether a query will be sent: it is selected, and was not sent before. */
  #isAsked(cost: FieldCost, call: Call): boolean {
    if (cost.kind !== 'query') return false;
    const assumed = { isMost: this.#isMost, readBudget: this.#readBudget, itemBytes: this.#itemBytes };
    const { requests, identity } = queryReads(cost, this.#selections, call, assumed);
    return requests.length > 0 && !this.#asked.has(`${identityOf(call)}${identity}`);
  }

  #write(cost: WriteCost, call: Call, entry: Node, step: number): void {
    const { place, tally } = call;
    let at = step;
    const read = (records: number) => {
      this.#ledger.addRequests(at++, place.times, tally);
      tally.readUnits += place.times * records * Math.ceil(this.#itemBytes / 4096);
    };
    if (cost.token) read(1);
    if (cost.reads) read(cost.records ?? 1);
    for (const rule of cost.rules ?? []) at = this.#rule(rule, place.times, place, at, entry);
    const { sequences = 0, cascades = 0 } = cost;
    for (let one = 0; one < sequences; one++) this.#ledger.addRequests(at++, place.times, tally);
    tally.readUnits += place.times * sequences;
    if (cascades > 0) {
      this.#ledger.addRequests(at++, place.times * cascades, tally);
      tally.readUnits += place.times * cascades;
      this.#unknown.add(`${cost.mutation ?? call.node.name.value}, for what goes with ${cost.of}`);
    }
    this.#ledger.addRequests(at++, place.times, tally);
    const first = [
      ...(cost.token ? ['the token is looked up'] : []),
      ...(cost.reads ? [`${cost.of} ${cost.records ? 'are' : 'is'} read`] : []),
      ...(sequences > 0 ? [`${plural(sequences, 'sequence')} read`] : []),
      ...(cascades > 0 ? [`what goes with it is looked for in ${plural(cascades, 'partition')}`] : []),
    ];
    entry.why = [...first, `${first.length > 0 ? 'then ' : ''}all is written at once`].join(', ');
    this.#forget();
    this.#children(call, entry, { step: at, rows: 1, source: { moments: 1 }, identity: identityOf(call) });
  }

  /**
   * Calls a rule, and returns the step in which it has answered.
   *
   * @param isField whether the rule resolves the field, so that its requests are the field's own
   */
  #rule(
    name: string | undefined,
    times: number,
    place: Place,
    step: number,
    entry: Node,
    isField = false,
  ): number {
    if (name === undefined) return step;
    const cost = this.#costs.rules[name];
    if (cost === undefined) {
      this.#unknown.add(name);
      if (isField) entry.why = 'a rule; its requests are its own';
      return step;
    }
    const { gets = 0, requests = 0, once } = cost;
    const known = once === undefined ? undefined : this.#once.get(once);
    const tally = isField ? entry.tally : { requests: 0, readUnits: 0 };
    let end = known === undefined ? step : Math.max(step, known);
    const calls = once === undefined ? times : 1;
    if (known === undefined && gets > 0) {
      this.#keys(step, gets * calls, place.source, tally);
      end = step + 1;
      if (once !== undefined) this.#once.set(once, end);
    }
    for (let at = 0; at < requests; at++) this.#ledger.addRequests(end + at, times, tally);
    const reads = once === undefined ? plural(gets * times, 'key') : `\`${once}\`, once an operation`;
    const why = [
      ...(gets > 0 && known === undefined ? [`reads ${reads}`] : []),
      ...(gets > 0 && known !== undefined ? [`\`${once}\` is known`] : []),
      ...(requests > 0 ? [`${plural(requests, 'request')} of its own`] : []),
    ].join(', ');
    if (isField) {
      entry.why = why === '' ? 'a rule without requests' : why;
    } else if (requests > 0 || (gets > 0 && known === undefined)) {
      entry.fields.push({
        name,
        kind: 'rule',
        path: '',
        times: calls,
        by: name,
        index: null,
        step,
        tally,
        why,
        fields: [],
      });
    }
    return end + requests;
  }

  #children(call: Call, entry: Node, found: Found): void {
    const type = this.#selections.typeOf(call.place.type, call.node.name.value);
    if (type === undefined || !call.node.selectionSet) return;
    const isList = type.startsWith('[');
    const place: Place = {
      type: named(type),
      times: call.place.times * (isList ? found.rows : 1),
      step: found.step,
      identity: found.identity,
      source: found.source,
      path: '',
      fields: entry.fields,
      ...(isList ? {} : { page: found.rows }),
      ...(found.begun ? { begun: found.begun } : {}),
    };
    this.#at(found.step, () => this.#select(place, call.sets));
  }

  #keys(step: number, count: number, source: Source, tally: Tally): void {
    this.#ledger.addKeys(step, { count, source, tally });
    tally.readUnits += count * this.#unitsOfGet;
  }

  get #unitsOfGet(): number {
    return Math.ceil(this.#itemBytes / 4096) / 2;
  }

  #isNew(identity: string): boolean {
    if (this.#asked.has(identity)) return false;
    this.#asked.add(identity);
    return true;
  }
}

/** One field, resolved for some objects. */
interface Call {
  readonly field: string;
  readonly node: FieldNode;
  readonly args: Arguments;
  readonly sets: Sets;
  readonly place: Place;
  readonly tally: Tally;
  readonly begun: Begun | undefined;
}

interface Found {
  readonly step: number;
  /** How many elements a list, or a connection's lists, have. */
  readonly rows: number;
  readonly source: Source;
  readonly identity: string;
  readonly begun?: ReadonlyMap<string, Begun> | undefined;
}

/** Whether its own reads return one row, which leads to another record. */
function isLed(cost: GetCost | QueryCost): boolean {
  return cost.leadsTo !== undefined && (cost.kind === 'get' || cost.gives === 'one');
}

function togetherOf({ prefetch }: QueryCost): TogetherCost | undefined {
  return typeof prefetch === 'object' ? prefetch : undefined;
}

function flat(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => [node, ...flat(node.fields)]);
}

function named(type: string): string {
  return type.replace(/[[\]!]/g, '');
}

function identityOf({ place, field, args }: Call): string {
  return `${place.identity}/${field}${JSON.stringify([...args])}`;
}

/** How many rows a rule's list may have: as many as are requested. */
function listRows(args: Arguments): number {
  return numberOf(args, 'first', assumedList) ?? numberOf(args, 'last', assumedList) ?? assumedList;
}

/** What asks for a field, where it is not called as the field. */
function askedBy(cost: FieldCost): string | undefined {
  if (cost.kind === 'rule') return cost.rule;
  return cost.kind === 'write' ? cost.mutation : cost.pattern;
}
