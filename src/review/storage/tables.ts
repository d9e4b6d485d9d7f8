/** Tables and indexes: what DynamoDB changes in place, and what it does not. */

import type { IndexPlan, TablePlan } from '../../generator/plan/types/storage.js';
import type { Found } from '../found.js';
import { paired } from '../pairs.js';
import { rowOf } from '../rules.js';
import type { Around } from './around.js';
import { type Comparers, compared, isSame } from './compare.js';
import { accepted } from './needs.js';

const ofTable: Comparers<TablePlan, Around> = {
  name: 'name',
  physicalName: (was, is, around) => [
    {
      rule: 'table-renamed',
      subject: is.name,
      message: `Table \`${is.name}\` is \`${is.physicalName}\` in DynamoDB, and was \`${was.physicalName}\`.`,
      notes: [`Records written before stay in \`${was.physicalName}\`; \`${is.physicalName}\` is empty.`],
      at: around.place(is.name),
    },
  ],
  partition: keyChanged,
  sort: (was, is, around) => (was.partition === is.partition ? keyChanged(was, is, around) : []),
  indexes: (was, is, around) => {
    const { both, gone } = paired(was.indexes, is.indexes, ({ name }) => name);
    return [
      ...both.flatMap((pair) => compared(ofIndex, pair.was, pair.is, { around, table: is.name })),
      ...gone.map(({ name }): Found => {
        return {
          rule: 'index-gone',
          subject: `${is.name}.${name}`,
          message: `Index \`${name}\` of table \`${is.name}\` is no longer declared.`,
          at: around.place(`${is.name}.${name}`),
        };
      }),
    ];
  },
  isMade: 'code only',
  // What it stores is lost without harm.
  cache: 'code only',
  ttl: (was, is, around) => {
    const attribute = is.ttl ?? was.ttl;
    if (was.ttl !== null && is.ttl !== null)
      return [
        {
          rule: 'table-expiry-changed',
          subject: is.name,
          message: `Table \`${is.name}\` expires its items by \`${is.ttl}\`, and did by \`${was.ttl}\`.`,
          at: around.place(is.name),
        },
      ];
    return [
      {
        rule: 'table-expiry-changed',
        subject: is.name,
        severity: 'note',
        class: 'code only',
        message:
          is.ttl === null
            ? `Table \`${is.name}\` need not expire items by \`${attribute}\` any more.`
            : `Table \`${is.name}\` expires items by \`${attribute}\`.`,
        at: around.place(is.name),
        remedy:
          is.ttl === null
            ? 'Turn it off in DynamoDB once no item has the attribute: `tableloom deploy` leaves it on.'
            : 'Run `tableloom deploy`, which turns it on.',
      },
    ];
  },
  // Its templates are made of the names of the key attributes.
  tokens: 'code only',
};

function keyChanged(was: TablePlan, is: TablePlan, around: Around): Found[] {
  const text = ({ partition, sort }: TablePlan) => `\`${[partition, ...(sort ? [sort] : [])].join(', ')}\``;
  return [
    {
      rule: 'table-key-changed',
      subject: is.name,
      message: `The key of table \`${is.name}\` is ${text(is)}, and was ${text(was)}.`,
      at: around.place(is.name),
    },
  ];
}

interface OfTable {
  readonly around: Around;
  readonly table: string;
}

const ofIndex: Comparers<IndexPlan, OfTable> = {
  name: 'name',
  kind: (was, is, context) => [indexChanged(is, context, `is a ${is.kind} index, and was a ${was.kind} one`)],
  partition: 'lock',
  sort: 'lock',
  project: (was, is, context) => {
    const lacks = lackingProjection(was.project, is.project);
    if (lacks !== undefined) return [indexChanged(is, context, `has to project ${lacks} as well`)];
    const more = lackingProjection(is.project, was.project);
    return more === undefined ? [] : [projectsLess(is, context, more)];
  },
  multiAttribute: (was, is, context) => {
    // Which attributes they are is in the lock.
    const types = (index: IndexPlan) => {
      const { partition = [], sort = [] } = index.multiAttribute ?? {};
      return [...partition, ...sort];
    };
    return types(is).flatMap(({ name, type }): Found[] => {
      const known = types(was).find((one) => one.name === name);
      return known === undefined || known.type === type
        ? []
        : [
            indexChanged(
              is,
              context,
              `has the key attribute \`${name}\` of type ${type}, which was ${known.type}`,
            ),
          ];
    });
  },
};

function indexChanged({ name, kind }: IndexPlan, { around, table }: OfTable, what: string): Found {
  const found: Found = {
    rule: 'index-changed',
    subject: `${table}.${name}`,
    message: `Index \`${name}\` of table \`${table}\` ${what}.`,
    at: around.place(`${table}.${name}`),
    ...(kind === 'local'
      ? { remedy: 'A local index is only created with its table: copy the data to a new table.' }
      : {}),
  };
  return around.isAccepted('index-new', found.subject) ? accepted(found, rowOf(found.rule).severity) : found;
}

function projectsLess({ name }: IndexPlan, { around, table }: OfTable, more: string): Found {
  return {
    rule: 'index-changed',
    subject: `${table}.${name}`,
    severity: 'note',
    class: 'code only',
    message: `Index \`${name}\` of table \`${table}\` need not project ${more} any more.`,
    notes: [
      'Tables that are there keep the wider projection, which serves as well; a new table projects less.',
    ],
    at: around.place(`${table}.${name}`),
    remedy: 'Nothing.',
  };
}

type Project = IndexPlan['project'];

/** What an index that projects `was` lacks of `is`; an index that projects more serves as well. */
function lackingProjection(was: Project, is: Project): string | undefined {
  if (was.kind === 'all' || is.kind === 'keys') return undefined;
  if (is.kind === 'all') return 'all attributes';
  const known = was.kind === 'include' ? was.attributes : [];
  const lacks = is.attributes.filter((one) => !known.includes(one));
  return lacks.length === 0 ? undefined : lacks.map((one) => `\`${one}\``).join(', ');
}

export function tableFindings(around: Around): Found[] {
  const { before, after } = around;
  const { both, gone, added } = paired(before.plan.tables, after.plan.tables, ({ name }) => name);
  return [
    ...both.flatMap(({ was, is }) => compared(ofTable, was, is, around)),
    ...gone.map((was): Found => {
      const heir = added.find((one) => one.physicalName === was.physicalName);
      return {
        rule: 'table-gone',
        subject: was.name,
        message: `Table \`${was.name}\` is no longer declared.`,
        at: around.place(was.name),
        // Only its name in the declaration is another one: entities that move are reported one by one.
        ...(heir && isSame([heir.partition, heir.sort], [was.partition, was.sort])
          ? {
              severity: 'note',
              class: 'code only',
              notes: [`\`${heir.name}\` is the same table in DynamoDB: \`${was.physicalName}\`.`],
              remedy: 'Nothing.',
            }
          : {}),
      };
    }),
    ...added
      .filter((is) => gone.every((one) => one.physicalName !== is.physicalName))
      .map((is): Found => {
        return {
          rule: 'table-new',
          subject: is.name,
          message: `Table \`${is.name}\` is new: \`${is.physicalName}\`.`,
          at: around.place(is.name),
          remedy: 'Run `tableloom deploy`.',
        };
      }),
  ];
}
