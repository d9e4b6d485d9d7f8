/** Random sequences of generated writes, against the model. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { engineKind } from '../support/engines.js';
import { runs } from '../support/runs.js';
import { type Application, withApplication } from './support/database.js';
import { type Operation, transaction } from './support/operations.js';
import { allItems, applied, empty, expired, type State, same } from './support/oracle.js';
import { expectAnswers, type Look, look } from './support/patterns.js';
import { checkProperty } from './support/replay.js';
import { codeOf, recomputed } from './support/storage.js';

/** What happens next in a sequence. */
type Step =
  | {
      readonly kind: 'write';
      readonly operations: readonly Operation[];
      readonly isStored: boolean;
      readonly look: Look | null;
    }
  | { readonly kind: 'wait'; readonly ms: number }
  /** DynamoDB removes what has expired. */
  | { readonly kind: 'sweep' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      operations: transaction,
      look: fc.oneof({ weight: 15, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: look }),
      isStored: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 1000, 86_400_000, 20 * 86_400_000),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'sweep' as const }) },
);

const loaded: fc.Arbitrary<readonly Operation[]> = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(transaction, { maxLength: 4 }).map((each) => each.flat()) },
);

/** The table holds what the state says, and nothing that cannot be computed from its own records. */
async function expectStored(application: Application, state: State): Promise<void> {
  const items = await application.items();
  const expected = allItems(state);
  if (!same(items, expected)) expect(items).toEqual(expected);
  const again = recomputed(items);
  if (!same(items, again)) expect(items).toEqual(again);
}

async function send(application: Application, state: State, drawn: readonly Operation[]): Promise<State> {
  const { clock, database } = application;
  const operations = drawn.map((operation) => operation.aimed(state, clock));
  const expected = applied(state, operations, clock);
  const outcome = await database
    .session()
    .write(...operations.map((operation) => operation.write()))
    .then(
      (results) => ({ results }),
      (error: unknown) => ({ code: codeOf(error) }),
    );
  if (expected.kind === 'refused') {
    expect([...expected.errors]).toContain('code' in outcome ? outcome.code : 'no error');
    return state;
  }
  expect(outcome).toEqual({ results: expected.results });
  return expected.state;
}

/** Loads what can be created beside each other into the empty table. */
async function load(application: Application, drawn: readonly Operation[]): Promise<State> {
  let state = empty();
  const creates: Operation[] = [];
  for (const operation of drawn.map((each) => each.creating())) {
    const expected = applied(state, [operation], application.clock);
    // One that has expired could be replaced, but not in one load.
    if (expected.kind === 'refused' || creates.some(({ target }) => target === operation.target)) continue;
    creates.push(operation);
    state = expected.state;
  }
  const report = await application.database.session().putAll(creates.map((create) => create.write()));
  const { users, contractors, tokens, logs, configs } = state;
  const written = [users, contractors, tokens, logs, configs].reduce((sum, { size }) => sum + size, 0);
  expect(report).toEqual({ written, unwritten: [], isComplete: true });
  return state;
}

test('after any sequence of writes every item is what the records say, and every pattern answers so', async () => {
  await checkProperty(
    fc.asyncProperty(
      loaded,
      fc.array(step, { minLength: 6, maxLength: 10, size: 'max' }),
      look,
      (first, steps, last) =>
        withApplication(async (application) => {
          let state = await load(application, first);
          for (const step of steps) {
            if (step.kind === 'wait') application.clock = new Date(application.clock.getTime() + step.ms);
            else if (step.kind === 'sweep') {
              const gone = expired(state, application.clock);
              await application.sweep(gone);
              for (const id of gone) state.tokens.delete(id);
            } else {
              state = await send(application, state, step.operations);
              if (step.isStored) await expectStored(application, state);
              if (step.look !== null)
                await expectAnswers(application.database.session(), state, application.clock, step.look);
            }
          }
          await expectStored(application, state);
          await expectAnswers(application.database.session(), state, application.clock, last);
        }),
    ),
    runs(engineKind() === 'embedded' ? 120 : 10),
  );
});
