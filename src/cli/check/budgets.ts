/** The recorded budgets of a project's operations: `operations/users.graphql` has its in `operations/users.budget.txt`. */

import type { Budget, Figures } from '../../budget/figures.js';
import { budgetText, figuresText } from '../../budget/text.js';
import type { Diagnostic } from '../../generator/diagnostics/diagnostic.js';
import { filesBelow, textOf } from '../files.js';
import { budgetsOf, type Operations, type Priced, readOperations } from '../operations.js';

/** The folder of operations whose budgets are kept. */
export const operationsFolder = 'operations';

const recordHint = 'Run `tableloom explain --record` and commit what it writes.';

/** The documents below the folder, sorted. */
export function operationPaths(): string[] {
  return filesBelow(operationsFolder).filter((path) => path.endsWith('.graphql'));
}

export function budgetPath(path: string): string {
  return path.replace(/\.graphql$/, '.budget.txt');
}

/** What the record of a document holds: the budgets of its operations, whatever the variables. */
export function recordOf(operations: Operations, prices: Priced): string {
  return budgetsOf(operations, prices).map(budgetText).join('\n');
}

/** Recorded budgets that no document has. */
export function orphanedBudgets(): string[] {
  const known = new Set(operationPaths().map(budgetPath));
  return filesBelow(operationsFolder).filter((path) => path.endsWith('.budget.txt') && !known.has(path));
}

/** What differs from the record. Throws DiagnosticsError where a document does not fit the schema. */
export function checkBudgets(prices: Priced): {
  readonly diagnostics: Diagnostic[];
  /** Path -> text of what the findings point into. */
  readonly sources: ReadonlyMap<string, string>;
  readonly operations: number;
} {
  const diagnostics: Diagnostic[] = [];
  const sources = new Map<string, string>();
  let count = 0;
  for (const path of operationPaths()) {
    const operations = readOperations(path, prices.schema);
    sources.set(path, operations.text);
    count += operations.names.length;
    const file = budgetPath(path);
    const recorded = textOf(file);
    if (recorded === undefined) diagnostics.push(missing(file));
    else {
      sources.set(file, recorded);
      diagnostics.push(...differences(operations, budgetsOf(operations, prices), file, recorded));
    }
  }
  for (const path of orphanedBudgets()) {
    diagnostics.push({
      code: 'budget-orphan',
      severity: 'error',
      message: 'The document of these budgets does not exist.',
      at: { file: path, start: 0, end: 0 },
      hint: 'Run `tableloom explain --record`, which deletes the file.',
    });
  }
  return { diagnostics, sources, operations: count };
}

function missing(file: string): Diagnostic {
  return {
    code: 'budget-missing',
    severity: 'error',
    message: 'The budgets of these operations are not recorded.',
    at: { file, start: 0, end: 0 },
    hint: recordHint,
  };
}

/** Each budget that rose, with the two trees; where none did, that the record is not what it would be. */
function differences(
  { path, document }: Operations,
  budgets: readonly Budget[],
  file: string,
  recorded: string,
): Diagnostic[] {
  const now = budgets.map(budgetText).join('\n');
  if (now === recorded) return [];
  const earlier = new Map(
    recorded.split(/\n(?=\w+(?: \w+)?: )/).map((text) => [titleIn(text), `${text.trimEnd()}\n`]),
  );
  const raised = budgets.flatMap((budget): Diagnostic[] => {
    const text = budgetText(budget);
    const before = earlier.get(titleIn(text));
    if (before === undefined || !isMore(budget, before)) return [];
    const node = document.definitions.find(
      (one) => one.kind === 'OperationDefinition' && (one.name?.value ?? null) === budget.name,
    );
    const name = node?.kind === 'OperationDefinition' ? (node.name?.loc ?? node.loc) : undefined;
    const start = name?.start ?? 0;
    return [
      {
        code: 'budget-raised',
        severity: 'error',
        message: `\`${titleIn(text)}\` costs more than its budget: ${figuresText(budget.usual)}.`,
        at: { file: path, start, end: budget.name === null ? start + 1 : (name?.end ?? start + 1) },
        notes: [{ message: `recorded\n${indented(before)}` }, { message: `now\n${indented(text)}` }],
        hint: 'Make it cheaper, or accept it: run `tableloom explain --record` and commit what it writes.',
      },
    ];
  });
  if (raised.length > 0) return raised;
  const line = firstDifference(recorded, now);
  return [
    {
      code: 'budget-stale',
      severity: 'error',
      message: 'These budgets are out of date. No figure is higher.',
      at: { file, start: line.start, end: line.end },
      notes: [
        {
          message: line.now === undefined ? 'the file would end here' : `this line would be \`${line.now}\``,
        },
      ],
      hint: recordHint,
    },
  ];
}

function titleIn(text: string): string {
  return /^[^:\n]*/.exec(text)?.[0] ?? '';
}

/** Whether any figure is above the recorded text's. */
function isMore({ usual, most }: Budget, recorded: string): boolean {
  const [first, second] = [
    ...recorded.matchAll(/^(?:[^:\n]*: |at most )(\S+) requests?, (\S+) steps?, (\S+) read units?$/gm),
  ].map(
    ([, requests, steps, readUnits]): Figures => ({
      requests: Number(requests),
      steps: Number(steps),
      readUnits: Number(readUnits),
    }),
  );
  if (first === undefined) return false;
  return exceeds(usual, first) || exceeds(most, second ?? first);
}

function exceeds(now: Figures, before: Figures): boolean {
  return now.requests > before.requests || now.steps > before.steps || now.readUnits > before.readUnits;
}

function indented(text: string): string {
  return text.trimEnd().replace(/^(?=.)/gm, '    ');
}

function firstDifference(a: string, b: string): { start: number; end: number; now: string | undefined } {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const start = at === 0 ? 0 : a.lastIndexOf('\n', at - 1) + 1;
  const newline = a.indexOf('\n', start);
  const end = Math.max(start + 1, newline === -1 ? a.length : newline);
  return { start, end, now: start >= b.length ? undefined : (b.slice(start).split('\n')[0] ?? '').trim() };
}
