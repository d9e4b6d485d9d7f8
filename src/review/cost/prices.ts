/** What DynamoDB costs where requests are paid one by one. */

import type { Revision } from '../revision.js';

export interface Prices {
  /** Of which region and day: `us-east-1, November 2024`. */
  readonly of: string;
  readonly currency: string;
  readonly readMillion: number;
  readonly writeMillion: number;
  readonly storageGigabyte: number;
}

/**
 * AWS, "Amazon DynamoDB pricing", pay per request: us-east-1, table class Standard, since the reduction of November 2024.
 * Without the free tier.
 */
const published: Prices = {
  of: 'us-east-1, November 2024',
  currency: 'USD',
  readMillion: 0.125,
  writeMillion: 0.625,
  storageGigabyte: 0.25,
};

export function pricesOf({ model }: Pick<Revision, 'model'>): Prices {
  const { region, ...prices } = model.review.prices;
  const isOwn = Object.keys(model.review.prices).length > 0;
  return {
    ...published,
    ...prices,
    of: region ?? (isOwn ? `${published.of}, changed by \`prices\`` : published.of),
  };
}

export function moneyText(amount: number, currency: string): string {
  const digits = amount !== 0 && Math.abs(amount) < 10 ? 2 : 0;
  const text = Math.abs(amount).toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  const sign = amount < 0 ? '-' : '';
  return currency === 'USD' ? `${sign}$${text}` : `${sign}${text} ${currency}`;
}
