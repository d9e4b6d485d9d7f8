/** The templates that a record's own key is built by. */

import type { EntityModel, TableModel, Word } from '../model.js';
import { constant } from '../names.js';

/** The templates a record's own key is built by, pinned or not: text by key attribute. */
export function keyTexts(entity: EntityModel, table: TableModel): string[] {
  const text = (attribute: Word | undefined, fallback: string) =>
    attribute && (entity.key.find((one) => one.attribute.text === attribute.text)?.template.text ?? fallback);
  return [text(table.partition, builtPartition(entity)), text(table.sort, 'METADATA')].filter(
    (one) => one !== undefined,
  );
}

/** The partition key of an entity that pins none. */
function builtPartition({ name, singleton }: EntityModel): string {
  return singleton ? constant(name.text) : `${constant(name.text)}#{id}`;
}
