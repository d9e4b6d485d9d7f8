/** What is there before and after, by name. */

export interface Paired<One> {
  readonly was: One | undefined;
  readonly is: One | undefined;
  /** As it is, or as it was where it is gone. */
  readonly one: One;
}

export interface Pairs<One> {
  /** In the order of `after`; what is gone is last. */
  readonly all: readonly Paired<One>[];
  readonly both: readonly { readonly was: One; readonly is: One }[];
  readonly gone: readonly One[];
  readonly added: readonly One[];
}

/** @param formerly further names under which one of after may have been there before */
export function paired<One>(
  before: readonly One[],
  after: readonly One[],
  nameOf: (one: One) => string,
  formerly: (one: One) => readonly string[] = () => [],
): Pairs<One> {
  const open = new Map(before.map((one) => [nameOf(one), one]));
  const found = after.map((is) => {
    const name = [nameOf(is), ...formerly(is)].find((one) => open.has(one));
    const was = name === undefined ? undefined : open.get(name);
    if (name !== undefined) open.delete(name);
    return { was, is, one: is };
  });
  const gone = [...open.values()];
  return {
    all: [...found, ...gone.map((was) => ({ was, is: undefined, one: was }))],
    both: found.flatMap(({ was, is }) => (was === undefined ? [] : [{ was, is }])),
    gone,
    added: found.flatMap(({ was, is }) => (was === undefined ? [is] : [])),
  };
}
