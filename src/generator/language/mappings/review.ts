/** What a review takes into account: sizes and rates, limits, severities, waivers, prices. */

import { rules, severities } from '../../../review/rules.js';
import { each, type Keys, mapping, type Section, type Shape } from '../shape.js';
import { count, text } from '../values.js';

const amount = {
  type: 'number',
  minimum: 0,
  refusal: { message: '`{}` is negative.', hint: 'Write a number from 0.' },
} as const satisfies Shape;

const sizeKeys = {
  records: {
    type: 'integer',
    minimum: 0,
    maximum: 1e12,
    title: 'Number of records',
    description: 'How many records are stored, or will be. Used for the cost of storage and of a reindex.',
    example: { records: 120_000, bytes: 900 },
    isRequired: true,
  },
  bytes: {
    type: 'integer',
    minimum: 1,
    maximum: 409_600,
    default: 1024,
    title: 'Size of a record',
    description:
      'The average size of an item in bytes, as DynamoDB counts it: names and values of its attributes.',
    example: { records: 120_000, bytes: 900 },
  },
} as const satisfies Keys;

const rateKeys = {
  average: {
    ...amount,
    title: 'Average',
    description: 'Calls a second, averaged over a month.',
    example: { average: 0.5, peak: 40 },
    isRequired: true,
  },
  peak: {
    ...amount,
    title: 'Peak',
    description:
      'Calls a second at the busiest time, which the throughput of partitions is compared with. If left out, the average.',
    example: { average: 0.5, peak: 40 },
  },
} as const satisfies Keys;

const limitKeys = {
  readUnits: {
    ...amount,
    title: 'Read units of a call',
    description: 'The most read units that one call of a pattern may usually use.',
    example: { readUnits: 20 },
  },
  page: {
    ...count(1000),
    title: 'Page size',
    description: 'The largest page that a pattern may return.',
    example: { page: 50 },
  },
  filterRatio: {
    ...amount,
    title: 'Items read for one returned',
    description:
      'How many items a page may read for each that it returns where a filter drops all others, as in `filter` and unequal members of a `mixed` pattern.',
    example: { filterRatio: 10 },
  },
  monthly: {
    ...amount,
    title: 'Cost of a month',
    description:
      'The most that a month may cost, of the declared sizes and rates, in the currency of the prices.',
    example: { monthly: 250 },
  },
} as const satisfies Keys;

const accepted = { reason: 'No client ever selected it.', until: '2027-03-31' };
const waived = { 'api-breaking User.nickname': accepted };
const ruleIds = Object.keys(rules).join('|');

const waiverKeys = {
  reason: {
    ...text,
    title: 'Reason',
    description: 'Why it is accepted. The report shows it with the finding.',
    example: accepted,
    isRequired: true,
  },
  until: {
    type: 'string',
    pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$',
    refusal: { message: '`{}` is not a date.', hint: 'Write a date in quotes: `"2027-03-31"`.' },
    title: 'Last day',
    description: 'The last day (UTC) on which the finding is accepted. From the next day on it counts again.',
    example: accepted,
    isRequired: true,
  },
} as const satisfies Keys;

const priceKeys = {
  region: {
    ...text,
    default: 'us-east-1',
    title: 'Name',
    description: 'What the report calls these prices.',
    example: { region: 'eu-central-1, 2026-11', readMillion: 0.1525 },
  },
  currency: {
    ...text,
    default: 'USD',
    title: 'Currency',
    description: 'The currency of the prices.',
    example: { currency: 'EUR', readMillion: 0.14 },
  },
  readMillion: {
    ...amount,
    title: 'Read units',
    description: 'The price of a million read units.',
    example: { readMillion: 0.1525 },
  },
  writeMillion: {
    ...amount,
    title: 'Write units',
    description: 'The price of a million write units.',
    example: { writeMillion: 0.7625 },
  },
  storageGigabyte: {
    ...amount,
    title: 'Storage',
    description: 'The price of a gigabyte for a month.',
    example: { storageGigabyte: 0.306 },
  },
} as const satisfies Keys;

const reviewKeys = {
  limits: {
    ...mapping(limitKeys),
    title: 'Limits',
    description:
      'What patterns may cost at most. What exceeds a limit is reported, whether this change made it so or not.',
    example: { limits: { readUnits: 20, page: 50 } },
  },
  severity: {
    ...each(
      { type: 'string', enum: [...severities, 'off'] },
      {
        propertyNames: {
          type: 'string',
          pattern: `^(${ruleIds})$`,
          refusal: {
            message: 'There is no rule `{}` of reviews.',
            hint: 'Name a rule as the report does. docs/review/ has a page for each.',
          },
        },
      },
    ),
    title: 'Severities',
    description:
      'The severity of a rule in the place of its own, by its id: `error` fails the review, `warning` and `note` do not, `off` leaves it out.',
    example: { severity: { 'api-dangerous': 'error', 'api-safe': 'off' } },
  },
  waivers: {
    ...each(mapping(waiverKeys, { noun: 'waiver' }), {
      propertyNames: {
        type: 'string',
        pattern: `^(${ruleIds})( \\S.*)?$`,
        refusal: {
          message: 'There is no rule of reviews with which `{}` begins.',
          hint: 'Write the rule and the subject as the report does: `api-breaking User.nickname`.',
        },
      },
    }),
    title: 'Waivers',
    description:
      'Findings that are accepted, with a reason and the last day: by the rule and the subject as the report gives them, or by the rule alone, which accepts all of its findings. They are shown and do not fail the review.',
    example: { waivers: waived },
  },
  prices: {
    ...mapping(priceKeys),
    title: 'Prices',
    description:
      'The prices of requests to DynamoDB, in the place of those of us-east-1 that the report names with their date.',
    example: { prices: { region: 'eu-central-1, 2026-11', readMillion: 0.1525, writeMillion: 0.7625 } },
  },
} as const satisfies Keys;

export const size = mapping(sizeKeys);
export const rate = { anyOf: [amount, mapping(rateKeys)] } as const satisfies Shape;
export const review = mapping(reviewKeys);

export const sizeOfSection = {
  heading: 'The size of an entity',
  intro: 'Under `sizes`, by the name of the entity. Only `tableloom review` uses it.',
  keys: sizeKeys,
  path: ['sizes', 'User'],
  shown: 2,
} as const satisfies Section;

export const rateSection = {
  heading: 'A rate',
  intro:
    'Under `rates`, by the name of a pattern, a mutation or a rule that answers a field. A number is the average. Only `tableloom review` uses it.',
  keys: rateKeys,
  path: ['rates', 'user'],
  shown: 2,
} as const satisfies Section;

export const reviewSection = {
  heading: 'Reviews',
  intro: 'Under `review`: the policy of `tableloom review`.',
  keys: reviewKeys,
  path: ['review'],
  shown: 1,
} as const satisfies Section;

export const limitSection = {
  heading: 'Limits of reviews',
  intro: 'Under `limits` of `review`.',
  keys: limitKeys,
  path: ['review', 'limits'],
  shown: 2,
} as const satisfies Section;

export const waiverSection = {
  heading: 'A waiver',
  intro: 'Under `waivers` of `review`, by the rule and the subject of the finding.',
  keys: waiverKeys,
  path: ['review', 'waivers', 'api-breaking User.nickname'],
  shown: 3,
} as const satisfies Section;

export const priceSection = {
  heading: 'Prices',
  intro: 'Under `prices` of `review`.',
  keys: priceKeys,
  path: ['review', 'prices'],
  shown: 2,
} as const satisfies Section;
