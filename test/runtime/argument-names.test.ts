/** The argument that an error about a value names. */

import { KeyError, TableloomError } from 'tableloom/runtime';
import { naming } from 'tableloom/runtime/generated';
import { expect, test } from 'vitest';

type Names = Parameters<typeof naming>[0];

/** What the error of a resolver with these names says. */
async function named(names: Names, error: Error, args: object): Promise<unknown> {
  const resolve = naming(names, () => Promise.reject(error));
  const thrown = await resolve(null, args, null, null).catch((caught: unknown) => caught);
  expect(thrown).toBe(error);
  return error instanceof TableloomError ? error.extensions.argument : undefined;
}

const invalid = (path: string, step?: string | number) =>
  new TableloomError('VALUE_INVALID', 'no', { field: path.split(/[.[]/)[0], path, ...(step && { step }) });

test('is the field below the input, down to the place of the value', async () => {
  const args = { input: { label: null, stops: [{ at: 1 }, { at: 2 }] } };
  expect(await named('input', invalid('label'), args)).toBe('input.label');
  expect(await named('input', invalid('stops[1].at'), args)).toBe('input.stops[1].at');
  expect(await named('input', new KeyError('no', { field: 'label' }), args)).toBe('input.label');
});

test('is the argument of another name, and the longest name that leads to the place', async () => {
  const names = { '*': 'input', label: 'name', 'labels.?': 'value', 'lines.count': 'by' };
  const args = { name: 'x', by: 1, value: { deep: 1 }, input: { note: 'x', lines: [] } };
  expect(await named(names, invalid('label'), args)).toBe('name');
  expect(await named(names, invalid('note'), args)).toBe('input.note');
  expect(await named(names, invalid('labels.colour.deep'), args)).toBe('value.deep');
  expect(await named(names, invalid('lines[sku="a.[b]"].count'), args)).toBe('by');
});

test('is that of the step, and the element of the list that it is for', async () => {
  const names = { 'order.*': 'input', 'lines.*': 'input.lines[]', 'lines.orderId': 'id' };
  const args = { id: 'o', input: { note: 'x', lines: [{ sku: 'a' }, { sku: 'b' }] } };
  expect(await named(names, invalid('note', 'order'), args)).toBe('input.note');
  expect(await named(names, invalid('sku', 'lines.2'), args)).toBe('input.lines[1].sku');
  expect(await named(names, invalid('orderId', 'lines.1'), args)).toBe('id');
  expect(await named({ id: 'ids[]' }, invalid('id', 2), { ids: ['a', 'b'] })).toBe('ids[1]');
});

test('is none where the caller passed no such value, or the error is about something else', async () => {
  const args = { input: { label: 'x' } };
  expect(await named('input', invalid('computed'), args)).toBeUndefined();
  expect(await named('input', invalid('constructor'), args)).toBeUndefined();
  expect(await named({ label: 'name' }, invalid('note'), args)).toBeUndefined();
  expect(
    await named('input', new TableloomError('NOT_FOUND', 'no', { field: 'label' }), args),
  ).toBeUndefined();
  expect(await named('input', new Error('no'), args)).toBeUndefined();
});
