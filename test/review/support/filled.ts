/** Records whose items have just so many bytes. */

import type { Written } from '../../support/written.js';

type Values = Readonly<Record<string, string | number>>;

interface Codec {
  item(record: Values): Values;
}

export type Filler<Entity extends string> = (
  entity: Entity,
  record: Values,
  /** The texts that make it as long as it is to be: all as long as one another. */
  texts: readonly string[],
  letter?: string,
) => Values;

/** @param bytes of the item of each entity */
export async function fillerOf<Entity extends string>(
  { module }: Written,
  bytes: Readonly<Record<Entity, number>>,
): Promise<Filler<Entity>> {
  const codecs = (await module('items')) as Readonly<Record<string, Codec>>;
  return (entity, record, texts, letter = 'x') => {
    const codec = codecs[`${entity.charAt(0).toLowerCase()}${entity.slice(1)}Codec`];
    if (!codec) throw new Error(`no codec of ${entity}`);
    const filled = (length: number) => ({
      ...record,
      ...Object.fromEntries(texts.map((name) => [name, letter.repeat(length)])),
    });
    const size = (length: number) => bytesOf(codec.item(filled(length)));
    // A text may be in keys as well.
    const times = (size(100) - size(0)) / 100;
    return filled(Math.max(1, Math.floor((bytes[entity] - size(0)) / times)));
  };
}

function bytesOf(item: Values): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + name.length + (typeof value === 'string' ? value.length : 2),
    0,
  );
}
