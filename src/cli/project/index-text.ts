/** Tables and indexes in words. */

import type { IndexDefinition, TableDefinition, TableStep } from 'tableloom/runtime';

/** `on [PK, SK], with the indexes GSI1 and GSI2`. */
export function tableText({ key, indexes }: Pick<TableDefinition, 'key' | 'indexes'>): string {
  const on = `on [${key.sort === undefined ? key.partition : `${key.partition}, ${key.sort}`}]`;
  const names = indexes.map(({ name }) => name);
  if (names.length === 0) return on;
  return `${on}, with the index${names.length === 1 ? '' : 'es'} ${names.join(', ')}`;
}

/** `GSI1 on [GSI1PK, GSI1SK], with id and name`. */
export function indexText({ name, partition, sort, multiAttribute, project }: IndexDefinition): string {
  const single = sort === undefined ? partition : `${partition}, ${sort}`;
  const several =
    multiAttribute &&
    `${Object.keys(multiAttribute.partition).join(', ')} / ${Object.keys(multiAttribute.sort).join(', ')}`;
  const held =
    project.kind === 'all'
      ? 'all attributes'
      : project.kind === 'keys'
        ? 'keys alone'
        : project.attributes.join(', ');
  return `${name} on [${several ?? single}], with ${held}`;
}

/** What a step of a deployment does. */
export function stepText(step: TableStep, definition?: TableDefinition): string {
  switch (step.kind) {
    case 'create-table':
      return `create the table ${definition ? tableText(definition) : ''}`;
    case 'create-index':
      return `add the index ${indexText(step.index)}`;
    case 'delete-index':
      return `delete the index ${step.index}, which no pattern reads`;
    case 'enable-ttl':
      return `expire items by ${step.attribute}`;
    case 'disable-ttl':
      return `expire items by ${step.attribute} no longer: nothing declares it`;
    case 'enable-recovery':
      return 'turn on point-in-time recovery';
  }
}
