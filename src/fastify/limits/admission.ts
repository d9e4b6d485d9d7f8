/** What every operation passes before it is executed, whatever it is sent over. */
import type { FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { Prices, type Sent } from '../cost/points.js';
import type { PluginOptions, ServerLimits } from '../options.js';
import { type Payer, type RateLimits, Rates, usualRates } from '../rates/rates.js';

export class Admission {
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

  /** Counts a request, or an operation, that was refused before anything of it was executed. */
  refused(request: FastifyRequest): void {
    this.#rates?.refused(request);
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
