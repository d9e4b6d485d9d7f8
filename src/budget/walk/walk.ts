/** Walks an operation step by step, so that what an earlier step has read is known in a later one. */

import type { FieldNode, OperationDefinitionNode } from 'graphql';
import { type Arguments, numberOf } from '../arguments.js';
import type { Costs, FieldCost } from '../costs.js';
import type { BudgetOptions, Figures } from '../figures.js';
import type { Selections, Sets } from '../selections.js';
import { type Call, type Entry, identityOf, type Parents, type Result } from './calls.js';
import { countDelivery } from './deliveries.js';
import type { Arrivals, Tally } from './ledger.js';
import { type Mode, Progress, TooManyFields } from './progress.js';
import { countRead } from './reads.js';
import { countAllowed, countRule, type RuleCall } from './rules.js';
import { countWrite } from './writes.js';

/** Elements assumed of a list of unknown length. */
const assumedList = 100;

export interface Walked {
  readonly figures: Figures;
  /** Sorted. */
  readonly unknown: readonly string[];
  readonly entries: readonly Entry[];
}

export class Walk {
  readonly #progress: Progress;
  readonly #selections: Selections;
  readonly #tasks: (() => void)[][] = [];

  constructor(costs: Costs, selections: Selections, mode: Mode, options: BudgetOptions) {
    this.#progress = new Progress(costs, selections, mode, options);
    this.#selections = selections;
  }

  /** Infinite figures and no entries where the operation has too many fields. */
  operation({ selectionSet, operation }: OperationDefinitionNode, root: string): Walked {
    const { ledger, unknown } = this.#progress;
    const entries: Entry[] = [];
    const arrivals: Arrivals = { moments: 1 };
    const parents = (step: number): Parents => ({
      type: root,
      times: 1,
      step,
      identity: '',
      arrivals,
      path: '',
      fields: entries,
    });
    try {
      if (operation !== 'mutation') {
        this.#select(parents(0), [selectionSet]);
        this.#finish();
      } else {
        // Each mutation begins when the one before it is answered whole.
        for (const [name, nodes] of this.#selections.fieldsOf(root, [selectionSet])) {
          this.#field(parents(ledger.steps), name, nodes);
          this.#finish();
          this.#progress.forget();
        }
      }
    } catch (error) {
      if (!(error instanceof TooManyFields)) throw error;
      const requests = Number.POSITIVE_INFINITY;
      return { figures: { requests, steps: requests, readUnits: requests }, unknown: [], entries: [] };
    }
    ledger.settle();
    const all = flat(entries);
    const sum = (of: keyof Tally) => all.reduce((total, { tally }) => total + tally[of], 0);
    const figures = { requests: sum('requests'), steps: ledger.steps, readUnits: sum('readUnits') };
    return { figures, unknown: [...unknown].sort(), entries };
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

  #select(parents: Parents, sets: Sets): void {
    for (const type of this.#selections.objectTypes(parents.type)) {
      for (const [name, nodes] of this.#selections.fieldsOf(type, sets))
        this.#field({ ...parents, type }, name, nodes);
    }
  }

  #field(parents: Parents, name: string, nodes: readonly FieldNode[]): void {
    const [node] = nodes;
    if (node === undefined || node.name.value.startsWith('__')) return;
    this.#progress.countField();
    const field = `${parents.type}.${node.name.value}`;
    const cost = this.#progress.costs.fields[field];
    const sets = nodes.map(({ selectionSet }) => selectionSet);
    const path = parents.path === '' ? name : `${parents.path}.${name}`;
    const { times, arrivals, step } = parents;
    if (cost === undefined) {
      if (parents.identity === '') this.#progress.unknown.add(field);
      const entry = { fields: parents.fields, tally: { requests: 0, readUnits: 0 }, why: '' };
      const begin = countAllowed(this.#progress, field, { times, arrivals, step, entry });
      const attribute = () => this.#attribute({ ...parents, path, step: begin }, node, sets);
      if (begin === step) attribute();
      else this.#at(begin, attribute);
      return;
    }
    const args = this.#selections.argumentsOf(parents.type, node);
    const started = parents.prefetched?.get(name);
    const tally = started?.tally ?? { requests: 0, readUnits: 0 };
    const call: Call = { field, node, args, sets, parents, tally, started };
    const entry: Entry = {
      name: field,
      kind: kindOf(cost),
      path,
      times,
      by: nameOf(cost) ?? node.name.value,
      index: cost.kind === 'query' ? cost.index : null,
      step,
      tally,
      why: '',
      fields: [],
    };
    parents.fields.push(entry);
    const rule = 'allow' in cost ? cost.allow : undefined;
    const allowed = countAllowed(this.#progress, field, { times, arrivals, step, entry });
    const guarded = countRule(this.#progress, { rule, times, arrivals, step: allowed, entry });
    const begin = this.#viewerBefore(cost, call, { times, arrivals, step: guarded, entry });
    this.#at(begin, () => this.#resolve(cost, call, entry, begin));
  }

  /** Who the viewer is decides what is prefetched: it is found out before the record is read. */
  #viewerBefore(cost: FieldCost, { parents, node, sets }: Call, rule: Omit<RuleCall, 'rule'>): number {
    const { costs } = this.#progress;
    const type = this.#selections.namedTypeOf(parents.type, node.name.value);
    if (!costs.access || type === undefined || cost.kind !== 'get' || !cost.starts) return rule.step;
    const { before, viewer } = costs.access;
    const isAsked = Array.from(this.#selections.fieldsOf(type, sets), ([, [first]]) => {
      const path = `${type}.${first?.name.value}`;
      const field = costs.fields[path];
      return field !== undefined && 'prefetch' in field && before[path]?.includes(viewer) === true;
    }).some(Boolean);
    return isAsked ? countRule(this.#progress, { ...rule, rule: viewer }) : rule.step;
  }

  /** An object or a list of objects that the parent holds: no request is sent for it. */
  #attribute({ page, isEdge, prefetched: _, ...parents }: Parents, node: FieldNode, sets: Sets): void {
    const field = node.name.value;
    const type = this.#selections.namedTypeOf(parents.type, field);
    if (type === undefined || !node.selectionSet) return;
    const isList = this.#selections.isList(parents.type, field);
    const times = parents.times * (isList ? (page ?? assumedList) : 1);
    // The nodes of a page and those of its edges are the same.
    const isOfPage = page !== undefined && (field === 'nodes' || field === 'edges');
    const identity = isOfPage
      ? `${parents.identity}[]`
      : isEdge && field === 'node'
        ? parents.identity
        : `${parents.identity}/${field}`;
    const edge = isOfPage && field === 'edges' ? { isEdge: true as const } : {};
    this.#select({ ...parents, type, times, identity, ...edge }, sets);
  }

  #resolve(cost: FieldCost, call: Call, entry: Entry, step: number): void {
    entry.step = step;
    const result =
      cost.kind === 'write'
        ? countWrite(this.#progress, cost, call, entry, step)
        : cost.kind === 'subscription'
          ? countDelivery(this.#progress, cost, call, entry, {
              step,
              selected: this.#selections.names(call.sets),
            })
          : cost.kind === 'rule'
            ? this.#byRule(cost.rule, call, entry, step)
            : countRead(this.#progress, cost, call, entry, step);
    if (result) this.#children(call, entry, result);
  }

  #byRule(rule: string, call: Call, entry: Entry, step: number): Result {
    const { times, arrivals } = call.parents;
    const end = countRule(this.#progress, { rule, times, arrivals, step, entry, isField: true });
    // It may have written something.
    if (call.field.startsWith('Mutation.')) this.#progress.forget();
    return {
      step: end,
      rows: listRows(call.args),
      arrivals: end > step ? { moments: times } : arrivals,
      identity: identityOf(call),
    };
  }

  #children({ parents, node, sets }: Call, entry: Entry, result: Result): void {
    const type = this.#selections.namedTypeOf(parents.type, node.name.value);
    if (type === undefined || !node.selectionSet) return;
    const { step, rows, arrivals, identity, prefetched } = result;
    const isList = this.#selections.isList(parents.type, node.name.value);
    const times = parents.times * (isList ? rows : 1);
    const page = isList ? {} : { page: rows };
    const { fields } = entry;
    const children: Parents = {
      type,
      times,
      step,
      identity,
      arrivals,
      path: '',
      fields,
      ...page,
      prefetched,
    };
    this.#at(step, () => this.#select(children, sets));
  }
}

function kindOf({ kind }: FieldCost): Entry['kind'] {
  if (kind === 'rule' || kind === 'subscription') return kind;
  return kind === 'write' ? 'mutation' : 'pattern';
}

function flat(entries: readonly Entry[]): Entry[] {
  return entries.flatMap((entry) => [entry, ...flat(entry.fields)]);
}

/** How many rows a rule's list may have: as many as are requested. */
function listRows(args: Arguments): number {
  return numberOf(args, 'first', assumedList) ?? numberOf(args, 'last', assumedList) ?? assumedList;
}

/** The pattern, mutation or rule of a field, where its name is not the field's. */
function nameOf(cost: FieldCost): string | undefined {
  if (cost.kind === 'rule') return cost.rule;
  if (cost.kind === 'subscription') return cost.subscription;
  return cost.kind === 'write' ? cost.mutation : cost.pattern;
}
