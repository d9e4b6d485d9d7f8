/** What the parts of an import share. */
import { settledMs } from '../client/limits.js';
import type { Requester, Send } from '../client/requests.js';
import { TableloomError } from '../errors.js';
import type { StoredProject } from '../reindex/types.js';
import { resolveTableName, tableRefOf } from '../tables/definition.js';
import type { Item, Key } from '../types.js';
import type { Contention } from '../write/contention.js';
import type { CallEnvironment } from '../write/write.js';
import { Ledger, stampAttributes, stampOf } from './ledger.js';
import type { ImportMapping, SourceMapping, Transforms } from './mapping.js';
import { type Codec, codecOf, keyOfValues } from './rows/records.js';
import { keyValues, type Row, sourceTable, type Values } from './rows/rows.js';
import { builtIn, Refusal, unlessRefused } from './rows/transforms.js';
import { leaseMs } from './switch.js';

export interface ImportProject {
  readonly mapping: ImportMapping;
  /** What the generated `index.ts` exports. */
  readonly generated: StoredProject;
  /** The project's own transforms. Default: none. */
  readonly transforms?: Transforms;
  /**
   * How long a change of phase waits for writes that have begun, in milliseconds. Default: the longest that one may take with
   * the limits of this `Database`, 26 s with the default ones. Where others write with a longer `limits.deadlineMs`, more.
   */
  readonly settleMs?: number;
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
  readonly settleMs: number;

  constructor(
    { mapping, generated, transforms = {}, settleMs }: ImportProject,
    environment: ImportEnvironment,
  ) {
    this.transforms = transforms;
    this.settleMs = settleMs ?? settledMs(environment.requester.limits, leaseMs);
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
  place(source: Source, row: Row, importedAt: Date): Key {
    return this.placeOf(source, this.#identity(source, row, importedAt));
  }

  /** Where the record of these values is. Throws a Refusal where they make no key. */
  placeOf({ codec }: Source, values: Values): Key {
    try {
      return keyOfValues(codec, values);
    } catch (error) {
      if (error instanceof TableloomError) throw new Refusal(error.code, error.message);
      throw error;
    }
  }

  #identity({ mapping, keyFields }: Source, row: Row, importedAt: Date): Values {
    return keyValues(mapping, keyFields, row, { transforms: this.transforms, importedAt });
  }

  /** What an entry says of the record of a row whose key is secret. */
  identityText(source: Source, row: Row, importedAt: Date): { readonly identity?: string } {
    const { key, secret } = source.mapping;
    if (!key.some((name) => secret.includes(name))) return {};
    const identity = unlessRefused(() => {
      const values = this.#identity(source, row, importedAt);
      this.placeOf(source, values);
      return JSON.stringify(values);
    });
    return identity === undefined ? {} : { identity };
  }

  /** Whether an item is the record of a row. With `adopts`, one that nobody imported is that of the row with its key. */
  owns({ mapping }: Source, item: Item, row: string, adopts = false): boolean {
    const stamp = item[stampAttributes.source];
    return stamp === undefined ? adopts : stamp === stampOf(mapping, row);
  }

  /** The row whose record an item is of a source; undefined for those of others. */
  rowOf(source: Source, item: Item): string | undefined {
    const stamp = item[stampAttributes.source];
    const prefix = stampOf(source.mapping, '');
    return typeof stamp === 'string' && stamp.startsWith(prefix) ? stamp.slice(prefix.length) : undefined;
  }
}
