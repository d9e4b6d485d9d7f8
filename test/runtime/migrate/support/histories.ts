/** Writers whose records have histories: what each of them was acknowledged, held against the versions that are stored. */

import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { type DrawnProject, type Mapping, pageArguments } from '../../../fuzz/draw/project.js';
import type { Values } from '../../../fuzz/oracle/declarations.js';
import type { Play } from '../../../fuzz/play/play.js';
import { Dice } from '../../../support/dice.js';
import { base } from './changes.js';
import type { SideBySide } from './side-by-side.js';

interface Said {
  readonly key?: Mapping;
  readonly keep?: number | string;
  readonly index?: Mapping;
}

/** Items have a history. */
export const kept =
  ({ key = { PK: 'ITEM#{id}', SK: 'VERSION#{version}' }, keep, index }: Said = {}) =>
  (project: DrawnProject): DrawnProject => ({
    ...project,
    tables: { main: { ...(project.tables as { readonly main: Mapping }).main, ttl: 'ttl' } },
    types: { ...project.types, ItemVersion: base.types.Item ?? {} },
    entities: {
      ...project.entities,
      ItemVersion: { historyOf: 'Item', key, ...(keep !== undefined && { keep }) },
    },
    patterns: {
      ...project.patterns,
      versionsOfItem: {
        yaml: { many: 'ItemVersion', where: { id: '$id' }, sort: 'version' },
        at: 'Query.versionsOfItem',
        args: { id: 'ID!', ...pageArguments },
        returns: 'ItemVersionConnection!',
      },
      ...(index && {
        versionsOfOwner: {
          yaml: { many: 'ItemVersion', where: { owner: '$owner' }, sort: 'at', index: 'GSI3', key: index },
          at: 'Query.versionsOfOwner',
          args: { owner: 'ID!', ...pageArguments },
          returns: 'ItemVersionConnection!',
        },
      }),
    },
  });

const fields = [...Object.keys(base.types.Item ?? {})];
const selection = fields.join(' ');

/** A version as it is stored, with what is no attribute of the record. */
export type StoredVersion = Values & { readonly id: string; readonly version: number };

/** The states of one record, by revision. */
type States = Map<number, Values>;

export class Historian {
  readonly #both: SideBySide;
  readonly #dice: Dice;
  /** Every state that a server acknowledged. */
  readonly acknowledged = new Map<string, States>();
  /** Those that are in the history since it is kept. */
  readonly kept = new Map<string, States>();
  /** The records that are there. */
  readonly alive = new Map<string, Values>();
  /** Whether what is written is in the history from now on. */
  isKept: boolean;

  constructor(both: SideBySide, number: number, isKept: boolean) {
    this.#both = both;
    this.#dice = new Dice(number);
    this.isKept = isKept;
  }

  /** The fill has met every record: one that nobody wrote since the history is kept has begun with the state that it has. */
  begun(): void {
    for (const [id, record] of this.alive) if (!this.kept.has(id)) noted(this.kept, id, record);
  }

  async seed(count: number): Promise<void> {
    for (let at = 0; at < 12; at++)
      await this.#ask(
        this.#both.old,
        'mutation { addOwner(input: { id: "o%" }) { id } }'.replace('%', String(at)),
      );
    for (let at = 0; at < count; at++) await this.#add(this.#both.old, `i${at}`);
    for (let at = 0; at < count * 3; at++) await this.write([this.#both.old]);
  }

  /** One write by one of the servers; three at the same time are of different records. */
  async write(servers: readonly Play[], part = 0, of = 1): Promise<void> {
    const play = this.#dice.of(servers);
    const ids = [...this.acknowledged.keys()].filter((_, at) => at % of === part);
    const id = this.#dice.of(ids);
    if (!this.alive.has(id)) return this.#add(play, id);
    if (this.#dice.below(5) === 0) {
      await this.#ask(play, `mutation ($id: ID!) { dropItem(id: $id) { id } }`, { id });
      this.alive.delete(id);
      return;
    }
    const { id: _id, code: _code, ...input } = this.#values(id);
    const changes = Object.fromEntries(this.#dice.some(Object.entries(input), 2));
    const document = `mutation ($id: ID!, $input: ItemChanges!) { changeItem(id: $id, input: $input) { ${selection} } }`;
    this.#note(await this.#ask(play, document, { id, input: changes }));
  }

  async #add(play: Play, id: string): Promise<void> {
    const document = `mutation ($input: NewItem!) { addItem(input: $input) { ${selection} } }`;
    this.#note(await this.#ask(play, document, { input: this.#values(id) }));
  }

  #values(id: string): Values {
    const word = () => this.#dice.of(['a', 'b', 'c d', 'é']);
    return {
      id,
      owner: `o${this.#dice.below(12)}`,
      name: word(),
      code: `${id}-${this.#dice.below(1_000_000)}`,
      kind: this.#dice.of(['OPEN', 'HELD', 'DONE']),
      rank: this.#dice.below(50),
      at: `2126-0${1 + this.#dice.below(9)}-15T10:30:00.000Z`,
      note: this.#dice.below(3) === 0 ? null : word(),
    };
  }

  #note(record: Values): void {
    const id = String(record.id);
    this.alive.set(id, record);
    noted(this.acknowledged, id, record);
    if (this.isKept) noted(this.kept, id, record);
  }

  async #ask(play: Play, document: string, variables: Values = {}): Promise<Values> {
    const { data, errors } = await play.ask(document, variables);
    if (errors) throw new Error(JSON.stringify(errors));
    return Object.values(data ?? {})[0] as Values;
  }

  /** What a server answers of the history of a record, from the first version on. */
  async answered(play: Play, id: string): Promise<readonly Values[]> {
    const document = `query ($id: ID!) { versionsOfItem(id: $id, first: 100) { edges { node { ${selection} } } } }`;
    const { edges } = (await this.#ask(play, document, { id })) as unknown as {
      readonly edges: readonly { readonly node: Values }[];
    };
    return edges.map(({ node }) => node);
  }

  /** The items that a type has in the tables, with their keys. */
  async stored(type: string): Promise<readonly StoredVersion[]> {
    const { documents, tableName } = this.#both.old.project;
    const items: StoredVersion[] = [];
    let after: Record<string, unknown> | undefined;
    do {
      const page = await documents.send(
        new ScanCommand({ TableName: tableName('main'), ConsistentRead: true, ExclusiveStartKey: after }),
      );
      for (const item of page.Items ?? []) if (item._type === type) items.push(item as StoredVersion);
      after = page.LastEvaluatedKey;
    } while (after !== undefined);
    return items;
  }

  /** The oracle's state of both versions: what there is. */
  settle(): void {
    for (const play of [this.#both.old, this.#both.next])
      play.state = new Map(play.state)
        .set(
          'Owner',
          Array.from({ length: 12 }, (_, at) => ({ id: `o${at}`, title: null, version: 1 })),
        )
        .set('Item', [...this.alive.values()]);
  }
}

function noted(all: Map<string, States>, id: string, record: Values): void {
  const states = all.get(id) ?? new Map<number, Values>();
  states.set(Number(record.version), record);
  all.set(id, states);
}

/** The attributes of a version that clients see. */
export function shownOf(version: Values): Values {
  return Object.fromEntries(fields.map((name) => [name, version[name] ?? null]));
}
