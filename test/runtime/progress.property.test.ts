/** Cursors of subscribers: they are written as events come, and read back as what came. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Progress } from '../../src/runtime/events/progress.js';

const first = Date.UTC(2026, 0, 1);

/** Events in any order, some of one millisecond, and moments up to which all is settled. */
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ id: fc.uuid(), after: fc.integer({ min: -50, max: 300_000 }) }) },
    { weight: 1, arbitrary: fc.record({ settled: fc.integer({ min: -50, max: 300_000 }) }) },
  ),
  { maxLength: 60 },
);

test('what was passed is passed after any cursor, and the cursor is the same however it was written', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const progress = new Progress(first);
      const events: { id: string; timestamp: string }[] = [];
      for (const step of all) {
        if ('settled' in step) progress.settle(first + step.settled);
        else {
          const event = { id: step.id, timestamp: new Date(first + step.after).toISOString() };
          events.push(event);
          progress.pass(event);
        }
        const decoded = Progress.decode(progress.encode());
        expect(decoded.floor).toBe(progress.floor);
        for (const event of events) expect(decoded.has(event)).toBe(progress.has(event));
        for (const { id, timestamp } of events)
          expect(progress.has({ id, timestamp })).toBe(Date.parse(timestamp) > progress.floor);
        expect(decoded.encode()).toEqual(progress.encode());
      }
    }),
  );
});

test('a cursor that was given out does not change as more is passed', () => {
  const progress = new Progress(first);
  const given = Array.from({ length: 100 }, (_, at) => {
    progress.pass({ id: `id-${at}`, timestamp: new Date(first + 1 + 7 * at).toISOString() });
    const bytes = progress.encode();
    return { bytes, text: bytes.toString('hex') };
  });
  for (const { bytes, text } of given) expect(bytes.toString('hex')).toBe(text);
});
