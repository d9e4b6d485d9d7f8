/** What the parts of an import share. */
import type { Requester, Send } from '../client/requests.js';
import { TableloomError } from '../errors.js';
import { getItems } from '../read/batch-get.js';
import type { StoredProject } from '../reindex/types.js';
import { resolveTableName, tableRefOf } from '../tables/definition.js';
import type { AttributeValue, Item, Key } from '../types.js';
import type { Contention } from '../write/contention.js';
import type { CallEnvironment } from '../write/write.js';
import { Ledger, stampAttributes, stampOf } from './ledger.js';
import type { ImportMapping, SourceMapping, SourceReference, Transforms } from './mapping.js';
import { type Codec, codecOf, keyOfValues } from './rows/records.js';
import { keyText, keyValues, type Row, type RowContext, referencesOf, sourceTable } from './rows/rows.js';
import { builtIn, Refusal } from './rows/transforms.js';

export interface ImportProject {
  readonly mapping: ImportMapping;
  /** What the generated `index.ts` exports. */
  readonly generated: StoredProject;
  /** The project's own transforms. Default: none. */
  readonly transforms?: Transforms;
}

export interface ImportEnvironment {
  readonly requester: Requester;
  readonly scan: Send<'Scan'>;
  readonly contention: Contention;
  readonly env: CallEnvironment;
}

/** A source with its entity. */
export interface Source {
  readonly mapping: SourceMapping;
  readonly codec: Codec;
  readonly keyFields: readonly string[];
}

/** Physical names of the tables of sources, as requests refer to them. */
export function sourceTables(
  { sources }: ImportMapping,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    sources.map((source) => [sourceTable(source).name, resolveTableName(source.table, environment)]),
  );
}

export class ImportContext {
  readonly sources: readonly Source[];
  readonly ledger: Ledger;
  readonly transforms: Transforms;
  readonly environment: ImportEnvironment;

  constructor({ mapping, generated, transforms = {} }: ImportProject, environment: ImportEnvironment) {
    this.transforms = transforms;
    this.environment = environment;
    this.sources = mapping.sources.map((source) => {
      const codec = generated.codecs.find(({ name }) => name === source.entity);
      if (codec === undefined)
        throw new TableloomError(
          'CONFIGURATION',
          `The source ${source.name} is imported as ${source.entity}, which is not an entity of the project.`,
        );
      const missing = source.fields.flatMap(({ transforms: names }) =>
        names.filter((name) => !(name in builtIn) && !(name in transforms)),
      );
      if (missing.length > 0)
        throw new TableloomError(
          'CONFIGURATION',
          `The import needs transforms that are not passed: ${missing.join(', ')}.`,
        );
      return { mapping: source, codec: codecOf(codec), keyFields: source.identity };
    });
    const tables = generated.tables
      .map(tableRefOf)
      .filter(({ name }) => this.sources.some(({ codec }) => codec.table.name === name));
    this.ledger = new Ledger(environment.requester, tables);
  }

  /** CONFIGURATION where there is none of the name. */
  source(name: string): Source {
    const found = this.sources.find(({ mapping }) => mapping.name === name);
    if (found !== undefined) return found;
    const names = this.sources.map(({ mapping }) => mapping.name).join(', ');
    throw new TableloomError('CONFIGURATION', `There is no source ${name}. The sources are ${names}.`);
  }

  /** Where the record of a row is. Throws a Refusal where the row's key makes none. */
  place({ mapping, codec, keyFields }: Source, row: Row, importedAt: Date): Key {
    try {
      return keyOfValues(
        codec,
        keyValues(mapping, keyFields, row, { transforms: this.transforms, importedAt }),
      );
    } catch (error) {
      if (error instanceof TableloomError) throw new Refusal(error.code, error.message);
      throw error;
    }
  }

  /** What an entry says of the record of a row whose key is secret. */
  placeText({ mapping }: Source, place: Key | undefined): { readonly place?: string } {
    const isSecret = mapping.key.some((name) => mapping.secret.includes(name));
    return isSecret && place !== undefined ? { place: JSON.stringify(place) } : {};
  }

  /** The row whose record an item is of a source; undefined for those of others. */
  rowOf(source: Source, item: Item): string | undefined {
    const stamp = item[stampAttributes.source];
    const prefix = stampOf(source.mapping, '');
    return typeof stamp === 'string' && stamp.startsWith(prefix) ? stamp.slice(prefix.length) : undefined;
  }
}

/** How long a reference that was found is believed, in milliseconds, and how many are. */
const believedMs = 5000;
const mostBelieved = 50_000;

/** Finds the records that rows refer to: all of a batch at once. */
export class References {
  readonly #context: ImportContext;
  readonly #importedAt: Date;
  readonly #isFresh: boolean;
  readonly #known = new Map<string, { readonly value: AttributeValue | undefined; readonly until: number }>();

  /** @param isFresh nothing is believed that was read for another row */
  constructor(context: ImportContext, importedAt: Date, isFresh: boolean) {
    this.#context = context;
    this.#importedAt = importedAt;
    this.#isFresh = isFresh;
  }

  async of(source: Source, rows: readonly Row[]): Promise<RowContext> {
    const now = performance.now();
    if (this.#known.size > mostBelieved) this.#known.clear();
    const found = new Map<string, AttributeValue | undefined>();
    const open = new Map<string, Map<string, string>>();
    for (const row of rows)
      for (const [{ source: name }, key] of referencesOf(source.mapping, row)) {
        const id = `${name} ${key}`;
        const known = this.#isFresh ? undefined : this.#known.get(id);
        if (known !== undefined && known.until > now) found.set(id, known.value);
        else open.set(name, (open.get(name) ?? new Map<string, string>()).set(key, key));
      }
    for (const [name, keys] of open)
      for (const [key, value] of await this.#find(this.#context.source(name), keys)) {
        const id = `${name} ${key}`;
        found.set(id, value);
        if (!this.#isFresh) this.#known.set(id, { value, until: now + believedMs });
      }
    return {
      transforms: this.#context.transforms,
      importedAt: this.#importedAt,
      referred: ({ source: name }: SourceReference, key: string) => found.get(`${name} ${key}`),
    };
  }

  /** @param keys by what was named: the key that is looked for, which differs once a row was merged into another */
  async #find(source: Source, keys: Map<string, string>): Promise<Map<string, AttributeValue | undefined>> {
    const { ledger, environment } = this.#context;
    const found = new Map<string, AttributeValue | undefined>();
    let open = keys;
    for (let steps = 0; open.size > 0 && steps < 20; steps++) {
      const asked = [...open];
      const values = asked.map(([, key]) => this.#valueOf(source, key));
      const wanted = values.map(
        (one) => one && { table: source.codec.table, key: one.place, consistent: true },
      );
      const items = await getItems(
        environment.requester,
        wanted.flatMap((one) => one ?? []),
      );
      let at = 0;
      const gone: (readonly [string, string])[] = [];
      for (const [number, [named, key]] of asked.entries()) {
        const value = values[number];
        const item = value === undefined ? null : (items[at++] ?? null);
        if (item !== null) found.set(named, value?.value);
        else gone.push([named, key]);
      }
      const entries = await ledger.get(
        source.mapping.name,
        gone.map(([, key]) => keyText(source.mapping, this.#row(source, key))),
      );
      const next = new Map<string, string>();
      const coming = new Map<string, string>();
      for (const [number, [named, key]] of gone.entries()) {
        const entry = entries[number];
        if (entry?.outcome === 'merged' && entry.into !== undefined) next.set(named, entry.into);
        else if (entry?.outcome === 'rejected') found.set(named, undefined);
        else coming.set(named, key);
      }
      await this.#findRows(source, coming, found);
      open = next;
    }
    return found;
  }

  /** Rows that are still to be imported: their records will have the keys that they give. */
  async #findRows(
    source: Source,
    keys: ReadonlyMap<string, string>,
    found: Map<string, AttributeValue | undefined>,
  ): Promise<void> {
    const table = sourceTable(source.mapping);
    const wanted = [...keys].map(([named, key]) => ({ named, key, row: this.#row(source, key) }));
    const rows = await getItems(
      this.#context.environment.requester,
      wanted.map(({ row }) => ({ table, key: row as Key, consistent: true })),
    );
    for (const [at, { named, key }] of wanted.entries())
      found.set(named, rows[at] ? this.#valueOf(source, key)?.value : undefined);
  }

  #row({ mapping }: Source, key: string): Row {
    return { [mapping.key[0] ?? '']: key };
  }

  #valueOf(source: Source, key: string): { readonly place: Key; readonly value: AttributeValue } | undefined {
    const { mapping, keyFields } = source;
    const options = { transforms: this.#context.transforms, importedAt: this.#importedAt };
    try {
      const row = this.#row(source, key);
      const values = keyValues(mapping, keyFields, row, options);
      const [first = ''] = keyFields;
      return { place: this.#context.place(source, row, this.#importedAt), value: values[first] ?? null };
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  }
}
