/** Several entities read by one query. */
import { TableloomError } from '../errors.js';
import type { EntityReader } from '../types.js';
import { whole } from '../whole.js';

/** Reads the items of several entities of one table, each as the entity in its `_type`. */
export function anyEntity<R extends object>(
  codecs: readonly [EntityReader<R>, ...EntityReader<R>[]],
): EntityReader<R> {
  const [{ table }] = codecs;
  const byType = new Map<unknown, EntityReader<R>>(codecs.map((codec) => [codec.name, codec]));
  const ttl = codecs.find((codec) => codec.ttl !== undefined)?.ttl;
  return {
    name: codecs.map((codec) => codec.name).join(' or '),
    several: codecs.map((codec) => codec.name),
    table,
    read(item) {
      const { _type: type } = item;
      const codec = byType.get(type);
      if (codec !== undefined) return whole(codec, item);
      throw new TableloomError(
        'STORAGE_REFUSED',
        'A query found an item of an unknown entity: regenerate the code, or check what else writes to the table.',
      );
    },
    ...(ttl === undefined ? {} : { ttl }),
  };
}
