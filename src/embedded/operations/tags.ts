import { ApiError, ValidationError } from '../errors.js';
import { saveTable } from '../store/catalog.js';
import type { Store } from '../store/store.js';
import type { Table } from '../store/table.js';
import { typesOf, validate } from '../validate.js';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

interface Input {
  readonly ResourceArn?: string;
  readonly Tags?: readonly Tag[];
  readonly TagKeys?: readonly string[];
}

const tagTypes = typesOf('tagResource');
const untagTypes = typesOf('untagResource');
const listTypes = typesOf('listTagsOfResource');

/** Only keeps them: nothing is billed by them. */
export async function tagResource(store: Store, input: object): Promise<object> {
  const { ResourceArn, Tags = [] } = validate<Input>(input, tagTypes);
  const { record } = tableAt(store, ResourceArn, 'TagResource');
  if (Tags.length === 0) throw new ValidationError('Atleast one Tag needs to be provided as Input.');
  await saveTable(store, { ...record, tags: { ...record.tags, ...tagsOf(Tags) } });
  return {};
}

export async function untagResource(store: Store, input: object): Promise<object> {
  const { ResourceArn, TagKeys = [] } = validate<Input>(input, untagTypes);
  const { record } = tableAt(store, ResourceArn, 'UntagResource');
  if (TagKeys.length === 0) throw new ValidationError('Atleast one Tag Key needs to be provided as Input.');
  const left = Object.entries(record.tags ?? {}).filter(([key]) => !TagKeys.includes(key));
  await saveTable(store, { ...record, tags: Object.fromEntries(left) });
  return {};
}

export function listTagsOfResource(store: Store, input: object): object {
  const { ResourceArn } = validate<Input>(input, listTypes);
  const { tags = {} } = tableAt(store, ResourceArn, 'ListTagsOfResource').record;
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

export function tagsOf(tags: readonly Tag[]): Readonly<Record<string, string>> {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

/** @throws ValidationError for an ARN that is not a table's, ApiError AccessDeniedException where there is no such table */
function tableAt(store: Store, arn = '', operation: string): Table {
  const [, name] = /^arn:aws:dynamodb:[^:]*:\d+:table\/([\w.-]{3,255})$/.exec(arn) ?? [];
  if (name === undefined)
    throw new ValidationError(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  const table = store.tables.get(name);
  if (table?.record.description.TableArn === arn) return table;
  throw new ApiError(
    'com.amazon.coral.service#AccessDeniedException',
    `User is not authorized to perform: dynamodb:${operation} on resource: ${arn}`,
  );
}
