/** How a table differs from its definition, as values: what creates tables and what deploys them takes them from here. */
import type { Projection } from '@aws-sdk/client-dynamodb';
import type { IndexDefinition, TableDefinition } from './definition.js';
import { keySchema, keyTypes, schemaText } from './schema.js';
import type { TableState } from './state.js';

export type Difference =
  | { readonly kind: 'key'; readonly found: string; readonly wanted: string }
  | { readonly kind: 'key-type'; readonly attribute: string; readonly wanted: 'S' | 'N' }
  | { readonly kind: 'index-missing'; readonly index: IndexDefinition }
  | {
      readonly kind: 'index-key';
      readonly index: IndexDefinition;
      readonly found: string;
      readonly wanted: string;
    }
  | { readonly kind: 'index-projection'; readonly index: IndexDefinition; readonly lacks: string }
  /** Nothing declares it. */
  | { readonly kind: 'index-additional'; readonly name: string; readonly of: 'global' | 'local' }
  | { readonly kind: 'ttl-missing'; readonly attribute: string }
  | { readonly kind: 'ttl-other'; readonly found: string; readonly wanted: string }
  | { readonly kind: 'ttl-additional'; readonly attribute: string };

export function differencesOf(definition: TableDefinition, { table, ttl }: TableState): Difference[] {
  const types = new Map(
    table.AttributeDefinitions?.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  );
  const wanted = schemaText(keySchema(definition.key));
  const found = schemaText(table.KeySchema);
  const keys = keyTypes([definition.key, ...definition.indexes]);
  return [
    ...(found === wanted ? [] : [{ kind: 'key', found, wanted } as const]),
    ...definition.indexes.flatMap((index) => indexDifference(index, table)),
    ...[...keys].flatMap(([attribute, type]) => {
      const other = types.get(attribute);
      return other === undefined || other === type
        ? []
        : [{ kind: 'key-type', attribute, wanted: type } as const];
    }),
    ...additional(definition, table),
    ...expiry(definition.ttl, ttl),
  ];
}

type Table = TableState['table'];

function indexDifference(index: IndexDefinition, table: Table): Difference[] {
  const indexes = index.kind === 'global' ? table.GlobalSecondaryIndexes : table.LocalSecondaryIndexes;
  const there = indexes?.find(({ IndexName }) => IndexName === index.name);
  if (there === undefined) return [{ kind: 'index-missing', index }];
  const [found, wanted] = [schemaText(there.KeySchema), schemaText(keySchema(index))];
  if (found !== wanted) return [{ kind: 'index-key', index, found, wanted }];
  const lacks = missingProjection(index, there.Projection);
  return lacks === undefined ? [] : [{ kind: 'index-projection', index, lacks }];
}

function additional({ indexes }: TableDefinition, table: Table): Difference[] {
  const declared = new Set(indexes.map(({ name }) => name));
  const of = (all: readonly { IndexName?: string | undefined }[] | undefined, kind: 'global' | 'local') =>
    (all ?? []).flatMap(({ IndexName: name = '' }) =>
      declared.has(name) ? [] : [{ kind: 'index-additional', name, of: kind } as const],
    );
  return [...of(table.GlobalSecondaryIndexes, 'global'), ...of(table.LocalSecondaryIndexes, 'local')];
}

function expiry(wanted: string | undefined, found: string | undefined): Difference[] {
  if (wanted === found) return [];
  if (wanted === undefined) return found === undefined ? [] : [{ kind: 'ttl-additional', attribute: found }];
  return [
    found === undefined ? { kind: 'ttl-missing', attribute: wanted } : { kind: 'ttl-other', found, wanted },
  ];
}

/** The first attribute that an existing projection lacks; one that has more is accepted. */
function missingProjection({ project }: IndexDefinition, found: Projection | undefined): string | undefined {
  if (found?.ProjectionType === 'ALL' || project.kind === 'keys') return undefined;
  if (project.kind === 'all') return 'all attributes';
  return project.attributes.find((attribute) => !found?.NonKeyAttributes?.includes(attribute));
}

const copy = 'That cannot be changed: copy the data to a new table.';

/** A difference, to be read after the table's name, and what to do; undefined where the table serves all the same. */
export function mismatchOf(one: Difference): { readonly is: string; readonly remedy: string } | undefined {
  switch (one.kind) {
    case 'key':
      return { is: `has the key ${one.found}, not ${one.wanted}`, remedy: copy };
    case 'key-type': {
      const type = one.wanted === 'S' ? 'text' : 'a number';
      return { is: `has the key attribute ${one.attribute}, which is not ${type}`, remedy: copy };
    }
    case 'index-missing': {
      const { kind, name } = one.index;
      const remedy =
        kind === 'local'
          ? 'A local index is only created with its table: copy the data to a new table.'
          : 'Add the index to the table: `tableloom deploy` does.';
      return { is: `has no ${kind} index ${name}`, remedy };
    }
    case 'index-key': {
      const is = `has the index ${one.index.name} on ${one.found}, not ${one.wanted}`;
      return { is, remedy: remedyOf(one.index) };
    }
    case 'index-projection': {
      const is = `has the index ${one.index.name}, which does not project ${one.lacks}`;
      return { is, remedy: remedyOf(one.index) };
    }
    case 'ttl-other':
      return {
        is: `expires its items by ${one.found}, not ${one.wanted}`,
        remedy: 'Change it in the table or in the declaration.',
      };
    default:
      return undefined;
  }
}

function remedyOf({ kind, name }: IndexDefinition): string {
  if (kind === 'local') return copy;
  return `Delete ${name} and deploy again, which interrupts what reads it; or declare it under another name, deploy, and delete ${name} when nothing reads it any more.`;
}
