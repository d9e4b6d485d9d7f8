/** Tables as the runtime takes them: what generated code exports, and what commands work by. */

import type { IndexPlan, MultiAttributeKey, TablePlan } from '../types/storage.js';

export interface TableDefinition {
  readonly table: string;
  readonly name: string;
  readonly key: { readonly partition: string; readonly sort?: string };
  readonly indexes: readonly IndexDefinition[];
  readonly ttl?: string;
}

interface IndexDefinition {
  readonly name: string;
  readonly kind: 'global' | 'local';
  readonly partition: string;
  readonly sort?: string;
  readonly multiAttribute?: {
    readonly partition: Readonly<Record<string, 'S' | 'N'>>;
    readonly sort: Readonly<Record<string, 'S' | 'N'>>;
  };
  readonly project: IndexPlan['project'];
}

export function tableDefinition({
  name,
  physicalName,
  partition,
  sort,
  indexes,
  ttl,
}: TablePlan): TableDefinition {
  return {
    table: name,
    name: physicalName,
    key: { partition, ...(sort === null ? {} : { sort }) },
    indexes: indexes.map(indexDefinition),
    ...(ttl === null ? {} : { ttl }),
  };
}

function indexDefinition({
  name,
  kind,
  partition,
  sort,
  multiAttribute,
  project,
}: IndexPlan): IndexDefinition {
  const keys = multiAttribute && {
    partition: keyTypes(multiAttribute.partition),
    sort: keyTypes(multiAttribute.sort),
  };
  return {
    name,
    kind,
    partition,
    ...(sort === null ? {} : { sort }),
    ...(keys ? { multiAttribute: keys } : {}),
    project:
      project.kind === 'include'
        ? { kind: 'include', attributes: project.attributes }
        : { kind: project.kind },
  };
}

/** `{ city: 'S', rating: 'N' }`, in the order of the key. */
function keyTypes(keys: readonly MultiAttributeKey[]): Record<string, 'S' | 'N'> {
  return Object.fromEntries(keys.map(({ name, type }) => [name, type]));
}
