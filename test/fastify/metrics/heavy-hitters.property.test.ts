/** What the sketch promises, whatever it is given. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HeavyHitters } from '../../../src/fastify/metrics/heavy-hitters.js';

test('weights are never too small, too great by no more than their error, and whatever is heavy is there', () => {
  const additions = fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 20 })), { maxLength: 400 });
  fc.assert(
    fc.property(additions, fc.integer({ min: 1, max: 12 }), (all, size) => {
      const sketch = new HeavyHitters<number>(size);
      const exact = new Map<number, number>();
      for (const [thing, weight] of all) {
        sketch.add(String(thing), weight, () => thing);
        exact.set(thing, (exact.get(thing) ?? 0) + weight);
      }
      const sum = all.reduce((total, [, weight]) => total + weight, 0);
      expect(sketch.total).toBe(sum);
      const found = sketch.top(size);
      expect(found.length).toBe(Math.min(size, exact.size));
      for (const { place, weight, error } of found) {
        const real = exact.get(place) ?? 0;
        expect(weight).toBeGreaterThanOrEqual(real);
        expect(weight - error).toBeLessThanOrEqual(real);
        expect(error).toBeLessThanOrEqual(sum / size);
      }
      for (const [thing, weight] of exact)
        if (weight > sum / size) expect(found.map(({ place }) => place)).toContain(thing);
    }),
  );
});
