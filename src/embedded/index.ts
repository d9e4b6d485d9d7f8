import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type EngineRequestHandler, requestHandler } from './handler.js';
import { expire } from './operations/expire.js';
import { openCatalog } from './store/catalog.js';
import { DamagedFileError, isLocked, Store } from './store/store.js';

export type { EngineRequest, EngineRequestHandler, EngineResponse } from './handler.js';

export interface EmbeddedOptions {
  /** Folder that keeps the data, created if it is not there. Absent: memory, gone with the engine. */
  readonly path?: string;
}

/** A DynamoDB inside this process, for development and tests. */
export interface EmbeddedEngine {
  /** Pass to `new DynamoDBClient({ ...engine.clientConfig })`. Any number of clients may share an engine. */
  readonly clientConfig: {
    readonly region: string;
    readonly endpoint: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    /** Leaves requests unsigned: nobody checks, and it is a third of the time a request takes. */
    readonly signer: { sign<Request>(request: Request): Promise<Request> };
    readonly requestHandler: EngineRequestHandler;
  };
  /**
   * Removes what the time to live of its table says is over; nothing expires by itself.
   * @param nowSeconds seconds since 1970
   * @returns number of removed items
   */
  expire(nowSeconds: number): Promise<number>;
  /** Finishes the requests under way, then closes the folder. Later requests reject. */
  close(): Promise<void>;
}

/**
 * Opens an engine. With a folder, what was answered survives the end of the process in any way (not a loss of
 * power: writes are handed to the operating system, not forced to the disk), and a transaction or an item with
 * its index entries is there wholly or not at all.
 * @throws EngineOpenError if another engine has the folder open, a file of it is damaged, or it holds something else
 */
export async function openEmbedded(options: EmbeddedOptions = {}): Promise<EmbeddedEngine> {
  // The SDK's switch for its notice that Amazon's service will ask for a later Node: its clients talk to us.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const store = await openStore(options.path);
  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;
  const track = <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (closing !== undefined) return Promise.reject(new Error('the embedded DynamoDB is closed'));
    const promise = work();
    underWay.add(promise);
    const done = () => underWay.delete(promise);
    promise.then(done, done);
    return promise;
  };
  const handler = requestHandler(store);
  return {
    clientConfig: {
      region: 'local',
      endpoint: 'http://embedded.invalid',
      credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
      signer: { sign: async (request) => request },
      requestHandler: { ...handler, handle: (request, given) => track(() => handler.handle(request, given)) },
    },
    expire: (nowSeconds) => track(() => expire(store, nowSeconds)),
    close() {
      closing ??= Promise.allSettled([...underWay]).then(() => store.close());
      return closing;
    },
  };
}

/** A folder that cannot be opened as an engine's. */
export class EngineOpenError extends Error {
  readonly code: 'LOCKED' | 'DAMAGED' | 'UNREADABLE';

  constructor(code: EngineOpenError['code'], message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'EngineOpenError';
    this.code = code;
  }
}

async function openStore(path: string | undefined): Promise<Store> {
  if (path === undefined) return withCatalog(await Store.open());
  const folder = resolve(path);
  try {
    await mkdir(folder, { recursive: true });
    return await withCatalog(await Store.open(folder));
  } catch (error) {
    if (isLocked(error)) {
      const message = `${folder} is open in another engine; a folder serves one at a time`;
      throw new EngineOpenError('LOCKED', message, error);
    }
    const reason = causes(error).at(-1)?.message ?? String(error);
    if (error instanceof DamagedFileError || reason.startsWith('Corruption')) {
      const message = `${folder} is damaged: ${reason}. Restore it from a copy, or delete it to begin with empty tables`;
      throw new EngineOpenError('DAMAGED', message, error);
    }
    throw new EngineOpenError('UNREADABLE', `${folder} cannot be opened: ${reason}`, error);
  }
}

async function withCatalog(store: Store): Promise<Store> {
  try {
    await openCatalog(store);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

function causes(error: unknown): Error[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [];
}
