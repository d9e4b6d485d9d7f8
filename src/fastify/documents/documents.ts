/** Documents that were checked before the server started: clients send their ids. */
import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';

export interface DocumentOptions {
  /**
   * Texts by id (`sha256:` and the SHA-256 of the text in hexadecimal; the prefix may be left out): what `tableloom documents`
   * writes, or `persisted-documents.json` of GraphQL Codegen's client preset with `hashAlgorithm: 'sha256'`.
   */
  readonly trusted: Readonly<Record<string, string>>;
  /** Whether all others are refused: DOCUMENT_NOT_TRUSTED. */
  readonly only: boolean;
}

/** What a request says of its document. */
export interface DocumentParameters {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

const prefix = 'sha256:';

export class TrustedDocuments {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #only: boolean;

  /**
   * Throws where an id is not that of its text, and where `check` refuses a text.
   *
   * @param check parses and validates as for a request
   */
  constructor({ trusted, only }: DocumentOptions, check: (text: string) => void) {
    const texts = new Map<string, string>();
    for (const [key, text] of Object.entries(trusted)) {
      const id = key.startsWith(prefix) ? key : prefix + key;
      if (id !== idOf(text))
        throw new TypeError(
          `\`documents.trusted\` has a text under ${key} whose SHA-256 is another one. Run \`tableloom documents\`.`,
        );
      try {
        check(text);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new TypeError(`The trusted document ${key} does not fit the schema: ${reason}`, {
          cause: error,
        });
      }
      texts.set(id, text);
    }
    this.#texts = texts;
    this.#only = only;
  }

  /**
   * The text that a request names, or has. Throws PERSISTED_DOCUMENT_NOT_FOUND, PERSISTED_QUERY_NOT_FOUND (to Apollo's
   * `extensions.persistedQuery`), DOCUMENT_NOT_TRUSTED and BAD_REQUEST.
   */
  textOf({ query, documentId, extensions }: DocumentParameters): unknown {
    const hash = apolloHash(extensions);
    const isText = typeof query === 'string' && query !== '';
    if (documentId !== undefined && documentId !== null) {
      if (typeof documentId !== 'string') throw badRequest('"documentId" must be a string.');
      if (isText) throw badRequest('Send either "query" or "documentId", not both.');
      return this.#named(documentId, 'PERSISTED_DOCUMENT_NOT_FOUND');
    }
    if (hash !== undefined && !isText) return this.#named(prefix + hash, 'PERSISTED_QUERY_NOT_FOUND');
    if (hash !== undefined && isText && idOf(query) !== prefix + hash)
      throw badRequest('"extensions.persistedQuery.sha256Hash" is not the SHA-256 of "query".');
    if (this.#only && isText && !this.#texts.has(idOf(query))) throw notTrusted();
    return query;
  }

  #named(id: string, code: string): string {
    const text = this.#texts.get(id);
    if (text !== undefined) return text;
    // Clients of Apollo look for this message as well as for the code, and send the text.
    const message =
      code === 'PERSISTED_QUERY_NOT_FOUND' ? 'PersistedQueryNotFound' : 'There is no document of this id.';
    throw new GraphQLError(message, { extensions: { code } });
  }
}

/** As the specification has it ("GraphQL over HTTP", appendix A, SHA256 hex document identifier). */
export function idOf(text: string): string {
  return prefix + createHash('sha256').update(text).digest('hex');
}

function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
}

function notTrusted(): GraphQLError {
  return new GraphQLError(
    'This server answers only documents that it knows. Send the id of one as "documentId".',
    {
      extensions: { code: 'DOCUMENT_NOT_TRUSTED' },
    },
  );
}

function apolloHash(extensions: unknown): string | undefined {
  const { persistedQuery } = (extensions ?? {}) as {
    readonly persistedQuery?: { readonly sha256Hash?: unknown } | null;
  };
  const hash = persistedQuery?.sha256Hash;
  return typeof hash === 'string' ? hash : undefined;
}
