/** What keeps two versions of a plan from working on the same records at the same time. */
import type { TableDefinition } from '../tables/definition.js';
import type { CounterForm, KeyForm, PartForm, StoredForm } from './form.js';
import { changedForms, type StoredPlan } from './plan-record.js';

export interface Obstacle {
  /** An entity, or an entity and a part of it: `User.email`. */
  readonly subject: string;
  readonly why: string;
  readonly remedy: string;
}

/** Of the versions of each entity that are stored otherwise; none: a migration may begin. */
export function obstacles(from: StoredPlan, to: StoredPlan): Obstacle[] {
  return [
    ...changedForms(from, to).flatMap((one) => [
      ...ofEntity(one.from, one.to),
      ...ofReferences(one.from, one.to, to.forms),
    ]),
    ...ofHistories(from, to),
    ...ofKeys(from.forms, to.forms),
    ...ofIndexes(from.tables, to.tables),
  ];
}

function ofEntity(from: StoredForm, to: StoredForm): Obstacle[] {
  const { name } = from;
  const isMoved = !isSame(from.key, to.key);
  const added = (to.computed ?? []).filter((field) => !from.computed?.includes(field));
  const found: (Obstacle | false)[] = [
    !isSame(from.table, to.table) && {
      subject: name,
      why: 'its records are stored elsewhere, or under other key attributes',
      remedy: 'Declare a new entity for the other table and import the records into it: `tableloom import`.',
    },
    from.revision !== to.revision && {
      subject: name,
      why: 'another attribute counts its revisions, so that neither version would notice the changes of the other',
      remedy: 'Keep the attribute.',
    },
    isMoved &&
      (from.cascades ?? to.cascades) === true && {
        subject: name,
        why: 'its key changes, and deleting one deletes others, in several transactions that find it by its key',
        remedy: 'Change the key before `onDelete: cascade` is declared, in a migration of its own.',
      },
    !isSame(from.ttl, to.ttl) && {
      subject: name,
      why: 'the versions do not let the same records expire, and those that expire are deleted for both',
      remedy:
        'Change `ttl` while no server runs: `tableloom deploy --offline`, then `tableloom reindex`, then the servers.',
    },
    ...added.map((field) => ({
      subject: `${name}.${field}`,
      why: 'a rule computes it that servers of the earlier version do not have: they would leave it out of date',
      remedy:
        'Deploy it while no server runs: `tableloom deploy --offline`, then `tableloom reindex`, then the servers.',
    })),
    ...[...new Set([...from.required, ...to.required])].map((field) => ofRequired(from, to, field)),
    ...ofNumbers(from, to),
    ...to.guards
      .filter((guard) =>
        from.guards.some(
          ({ key }) =>
            mayMeet(key, guard.key) &&
            !isSame([key.attributes, readingOf(from, key)], [guard.key.attributes, readingOf(to, guard.key)]),
        ),
      )
      .map(({ field }) => ({
        subject: `${name}.${field}`,
        why: 'the versions write the guards of unique values otherwise, under keys that may be those of other values',
        remedy:
          'Declare another attribute with the new form, make that unique, and remove the old one later.',
      })),
  ];
  return found.filter((one) => one !== false);
}

/** References that are new, and whose records go with what they name. */
function ofReferences(from: StoredForm, to: StoredForm, forms: readonly StoredForm[]): Obstacle[] {
  const cascades = ({ name, to: { name: named } }: StoredForm['references'][number]) =>
    forms
      .find((form) => form.name === named)
      ?.referencedBy.some(({ by, onDelete }) => by === `${to.name}.${name}` && onDelete === 'cascade');
  return to.references
    .filter((one) => !from.references.some(({ name }) => name === one.name) && cascades(one))
    .map(({ name: field }) => ({
      subject: `${to.name}.${field}`,
      why: 'servers of the earlier version would delete what it names, and leave the records that are to go with it',
      remedy: 'Declare it with `onDelete: restrict` first, and change that later.',
    }));
}

/** The type of an item alone says that it is of a history which begins or ends. */
function ofHistories(from: StoredPlan, to: StoredPlan): Obstacle[] {
  const names = new Set(
    [...from.forms, ...to.forms].flatMap(({ versions }) => versions.map(({ entity }) => entity)),
  );
  return [...names].flatMap((subject) => {
    const [was, is] = [from, to].map(({ forms }) => ({
      original: forms.find(({ versions }) => versions.some(({ entity }) => entity === subject))?.name,
      isThere: forms.some(({ name }) => name === subject),
    }));
    if (!was?.isThere || !is?.isThere || was.original === is.original) return [];
    const what = (original: string | undefined) =>
      original === undefined ? 'records of its own' : `versions of ${original}`;
    return [
      {
        subject,
        why: `the earlier version stores ${what(was.original)} in it, and the next one ${what(is.original)}`,
        remedy: 'Give the history another name.',
      },
    ];
  });
}

function ofNumbers(from: StoredForm, to: StoredForm): Obstacle[] {
  return to.counters.flatMap((counter) => {
    const others = from.counters.filter(({ key }) => mayMeet(key, counter.key));
    const what = ({ key, field }: CounterForm, form: StoredForm) => [key, field, readingOf(form, key, field)];
    if (others.every((other) => isSame(what(other, from), what(counter, to)))) return [];
    return [
      {
        subject: `${from.name}.${counter.name}`,
        why: 'both versions would keep different numbers in one item',
        remedy:
          'Declare the new count or sum as a pattern with another name next to the old one, and remove that later.',
      },
    ];
  });
}

/** The fields that a key is made of, and on which it depends whether there is one. */
function fieldsOf({ attributes, present = [], when = [] }: KeyForm): string[] {
  const parts = Object.values(attributes).flat();
  return [
    ...parts.flatMap((part) => (typeof part === 'object' && 'field' in part ? part.field : [])),
    ...present,
    ...when.map(({ field }) => field),
  ];
}

/** How the fields of a key are read, and one more: as they are stored, or normalized, or a default in the place of nothing. */
function readingOf({ reads }: StoredForm, key: KeyForm, field?: string): unknown {
  const fields = [...fieldsOf(key), ...(field === undefined ? [] : [field])];
  return fields.map((name) => [reads[name]?.default, reads[name]?.normalize]);
}

function ofRequired(from: StoredForm, to: StoredForm, field: string): Obstacle | false {
  const [needed, needs] = [from.required.includes(field), to.required.includes(field)];
  if (needed === needs) return false;
  const isRenamed = [...Object.values(to.reads)].some(({ formerly = [] }) => formerly.includes(field));
  if (isRenamed || (to.reads[field]?.formerly ?? []).some((one) => from.required.includes(one))) return false;
  const readsDefault = to.reads[field]?.default !== undefined;
  if (needs && readsDefault) return false;
  return needs
    ? {
        subject: `${from.name}.${field}`,
        why: 'servers of the next version cannot read a record without it, and those of the earlier one write such',
        remedy: `Give it a default that is read: \`default: { ${field}: … }\`, \`readDefault: [${field}]\`.`,
      }
    : {
        subject: `${from.name}.${field}`,
        why: 'servers of the earlier version cannot read a record without it, and those of the next one may write such',
        remedy: 'Make it nullable in the SDL first, and let every record have it, in a migration of its own.',
      };
}

/** A key of one version, of an entity's item, on an index or of a table. */
interface PlacedKey {
  readonly entity: string;
  readonly item: string;
  readonly table: string;
  readonly key: KeyForm;
  readonly reading: unknown;
}

/** What one version stores where the other reads would be found there by it, too. */
function ofKeys(from: readonly StoredForm[], to: readonly StoredForm[]): Obstacle[] {
  const [before, after] = [from, to].map((forms) => forms.flatMap(placedKeys)) as [PlacedKey[], PlacedKey[]];
  const isIn = (all: readonly PlacedKey[]) => {
    const known = new Set(all.map((one) => JSON.stringify(one)));
    return (one: PlacedKey) => known.has(JSON.stringify(one));
  };
  const [wasThere, isThere] = [isIn(before), isIn(after)];
  const added = after.filter((one) => !wasThere(one));
  const gone = before.filter((one) => !isThere(one));
  const meeting = [
    ...added.flatMap((one) =>
      before.filter((other) => meets(one, other)).map((other) => [one, other] as const),
    ),
    ...gone.flatMap((one) =>
      after.filter((other) => meets(one, other)).map((other) => [other, one] as const),
    ),
  ];
  const found = meeting.map(([one, other]): Obstacle => {
    const where = one.key.index ?? `the table ${one.table}`;
    const isItself = one.item === other.item && isSame(one.key, other.key);
    const how = isItself
      ? 'has a value that each version reads otherwise (`normalize`, `readDefault`)'
      : `begins as ${textOf(other.key)} of ${other.item} does`;
    return {
      subject: one.item,
      why: `its key on ${where}, ${textOf(one.key)}, ${how}: each version would find items of the other`,
      remedy: 'Begin the new key with another word: pin it with `key:` or `index:`.',
    };
  });
  return [...new Map(found.map((one) => [`${one.subject} ${one.why}`, one])).values()];
}

function placedKeys(form: StoredForm): PlacedKey[] {
  const { name, table, key, indexes, entries, versions } = form;
  const at = (item: string, keys: readonly KeyForm[]) =>
    keys.map((one) => ({ entity: name, item, table: table.name, key: one, reading: readingOf(form, one) }));
  return [
    ...at(name, [key, ...indexes]),
    ...entries.flatMap((entry) => at(entry.type, entry.keys)),
    ...versions.flatMap(({ entity, keys }) => at(entity, keys)),
  ];
}

function meets(one: PlacedKey, other: PlacedKey): boolean {
  if (one.table !== other.table || one.key.index !== other.key.index) return false;
  // A key that is moved within a local index stays in the partition of its record.
  const isOfOneItem = one.entity !== other.entity || one.item === other.item;
  return mayMeet(one.key, other.key) && (one.key.index !== undefined || isOfOneItem);
}

/** Whether the texts of all of their attributes may begin alike. */
function mayMeet(one: KeyForm, other: KeyForm): boolean {
  return Object.entries(one.attributes).every(([attribute, parts]) => {
    const others = other.attributes[attribute];
    return others === undefined || mayBeginAlike(parts, others);
  });
}

/** Whether two keys may begin with the same text: where the literal text before the first value of one begins that of the other. */
function mayBeginAlike(a: readonly PartForm[], b: readonly PartForm[]): boolean {
  const [one, other] = [a, b].map(([first]) => (typeof first === 'string' ? first : '')) as [string, string];
  return one.startsWith(other) || other.startsWith(one);
}

/** `ORDER#{id} / METADATA`, in backticks. */
export function textOf({ attributes }: KeyForm): string {
  const texts = Object.values(attributes).map((parts) =>
    parts
      .map((part) => (typeof part === 'string' ? part : 'shards' in part ? '{shard}' : `{${part.field}}`))
      .join(''),
  );
  return `\`${texts.join(' / ')}\``;
}

function ofIndexes(from: readonly TableDefinition[], to: readonly TableDefinition[]): Obstacle[] {
  return from.flatMap(({ table, indexes }) => {
    const next = to.find((one) => one.table === table);
    return indexes.flatMap(({ name, project: _project, ...index }) => {
      const other = next?.indexes.find((one) => one.name === name);
      if (!other) return [];
      const { name: _name, project: _other, ...now } = other;
      if (isSame(index, now)) return [];
      return [
        {
          subject: `${table}.${name}`,
          why: 'the index has other key attributes, which no index can change',
          remedy: 'Give the new index another name.',
        },
      ];
    });
  });
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
