/** What every operation passes before it is executed, whatever it is sent over. */
import type { FastifyRequest } from 'fastify';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { Prices, type Sent } from '../cost/points.js';
import type { PluginOptions, ServerLimits } from '../options.js';
import { type Payer, type RateLimits, Rates, usualRates } from '../rates/rates.js';
import { tokensIn } from './documents.js';

/** Tokens that take as long to validate as a small operation takes in all. */
const tokensPerPoint = 100;

/** Bytes of a body that take as long to read. */
const bytesPerPoint = 16 * 1024;

export class Toll {
  readonly #prices: Prices;
  readonly #rates: Rates | undefined;

  constructor(
    { costs, rates }: Pick<PluginOptions, 'costs' | 'rates'>,
    schema: GraphQLSchema,
    { requests }: ServerLimits,
    isProduction: boolean,
  ) {
    this.#prices = new Prices(costs, schema, requests);
    this.#rates = ratesOf(rates ?? isProduction);
  }

  /** Throws RATE_LIMITED for an address of which too much was refused. Of a request nothing else is known yet. */
  request(request: FastifyRequest): void {
    this.#rates?.admit(request);
  }

  /** Throws RATE_LIMITED for a caller who has no point left, before a document is read. */
  caller(payer: Payer): void {
    this.#rates?.check(payer);
  }

  /**
   * Takes points for a document that was not read before: parsing and validating the largest takes as long as twenty small operations. Throws
   * RATE_LIMITED.
   */
  async document(document: DocumentNode, payer: () => Payer): Promise<void> {
    if (this.#rates === undefined) return;
    const points = Math.floor(tokensIn(document) / tokensPerPoint);
    if (points > 0) await this.#rates.take(payer(), points);
  }

  /** Counts a request, or an operation, that was refused before anything of it was executed: the larger, the more. */
  refused(request: FastifyRequest): void {
    const bytes = Number(request.headers['content-length'] ?? 0);
    this.#rates?.refused(request, 1 + Math.floor((bytes > 0 ? bytes : 0) / bytesPerPoint));
  }

  /** Throws QUERY_TOO_COSTLY or RATE_LIMITED, before the operation is executed. */
  async operation(sent: Sent, payer: () => Payer): Promise<void> {
    this.#prices.refuseIntrospection(sent);
    if (this.#rates !== undefined) await this.#rates.take(payer(), this.#prices.of(sent));
  }
}

function ratesOf(rates: boolean | Partial<RateLimits>): Rates | undefined {
  if (rates === false) return undefined;
  return new Rates({ ...usualRates, ...(rates !== true && rates) });
}
