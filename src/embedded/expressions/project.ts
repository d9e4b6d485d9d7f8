import { type AttributeValue, attribute, type Item } from '../items/attributes.js';
import type { Path } from './expressions.js';

/** What to keep of a value: all of it, or parts by name or position. */
type Tree = true | Map<string | number, Tree>;

/** The parts of an item that `paths` name; list elements keep their order and close up. */
export function project(item: Item, paths: readonly Path[]): Item {
  const tree = new Map<string | number, Tree>();
  for (const path of paths) grow(tree, path);
  return keepMap(item, tree) ?? {};
}

function grow(tree: Map<string | number, Tree>, [step, ...rest]: Path): void {
  if (step === undefined) return;
  if (rest.length === 0) {
    tree.set(step, true);
    return;
  }
  const branch = tree.get(step);
  if (branch === true) return;
  const next = branch ?? new Map<string | number, Tree>();
  tree.set(step, next);
  grow(next, rest);
}

function keep(value: AttributeValue, tree: Tree): AttributeValue | undefined {
  if (tree === true) return value;
  if ('M' in value) {
    const map = keepMap(value.M, tree);
    return map === undefined ? undefined : { M: map };
  }
  if (!('L' in value)) return undefined;
  const members = value.L.flatMap((member, at) => {
    const branch = tree.get(at);
    const kept = branch === undefined ? undefined : keep(member, branch);
    return kept === undefined ? [] : [kept];
  });
  return members.length === 0 ? undefined : { L: members };
}

function keepMap(map: Item, tree: Map<string | number, Tree>): Item | undefined {
  const kept: Record<string, AttributeValue> = {};
  let empty = true;
  for (const [name, branch] of tree) {
    const value = typeof name === 'string' ? attribute(map, name) : undefined;
    const part = value === undefined ? undefined : keep(value, branch);
    if (part === undefined || typeof name !== 'string') continue;
    kept[name] = part;
    empty = false;
  }
  return empty ? undefined : kept;
}
