/** What a declaration means for stored records, as the lock has them. */

import type { Diagnostic, Span } from '../../diagnostics/diagnostic.js';
import { keyName, type Lock, type LockedEntity, type Pending } from '../../lock.js';
import {
  type EntityModel,
  fieldNamed,
  type Model,
  type PatternModel,
  printType,
  type TypeRef,
} from '../../model.js';
import type { EntityLayout } from '../types.js';
import { type LaidOut, nextFacts } from './next.js';
import { asWritten, indexText } from './pending.js';
import { attributePlace, keyPlace, placeOf } from './places.js';
import { renamedLock } from './renames.js';
import { article, reuseFindings } from './reuse.js';
import { lockedAggregate, writtenKey, writtenNow } from './slots.js';
import { sumText } from './sums.js';

export function lockFindings(model: Model, layout: LaidOut, lock: Lock): Diagnostic[] {
  if (lock.entities.size === 0) return [];
  const next = nextFacts(layout, lock);
  return [...pendingFindings(model, layout, next), ...reuseFindings(model, layout, lock, next)];
}

/**
 * What records need that were stored under another lock. What is accepted since then is not pending in `next`, unless that is a
 * draft, which keeps nothing. Only of a sealed lock are there records that nobody may lose.
 */
export function findingsAgainst(
  { lock, diagnostics }: { readonly lock: Lock; readonly diagnostics: readonly Diagnostic[] },
  { model, layout, next }: { readonly model: Model; readonly layout: LaidOut; readonly next: Lock },
): Diagnostic[] {
  const facts = nextFacts(layout, renamedLock(lock, model.entities));
  const isOpen = ({ code, name }: Pending) =>
    !(lock.isSealed && next.isSealed) || next.pending.some((one) => one.code === code && one.name === name);
  const found = pendingFindings(model, layout, { ...facts, pending: facts.pending.filter(isOpen) });
  const severity = lock.isSealed ? 'error' : 'warning';
  return [...diagnostics, ...found.map((one) => ({ ...one, severity }) as const)];
}

/** Something that records need which were stored before. */
export interface Need {
  readonly pending: Pending;
  /** What it means; null where records are read as they are, as `renamed` or `readDefault` says. */
  readonly finding: Diagnostic | null;
}

/** All that records need which were stored under another lock, whether or not somebody has dealt with it since. */
export function needsAgainst(
  lock: Lock,
  { model, layout }: { readonly model: Model; readonly layout: LaidOut },
): Need[] {
  const known = renamedLock({ ...lock, isSealed: true, pending: [] }, model.entities);
  // A draft says otherwise what to do.
  return needsOf(model, layout, { ...nextFacts(layout, known), isSealed: lock.isSealed });
}

function pendingFindings(model: Model, layout: LaidOut, next: Lock): Diagnostic[] {
  return needsOf(model, layout, next).flatMap(({ finding }) => finding ?? []);
}

function needsOf(model: Model, layout: LaidOut, next: Lock): Need[] {
  // Of one that may be the former one, whether it is has to be known first.
  const suspected = new Set(
    next.pending
      .filter((one) => one.code === 'attribute-renamed' && !isProvidedFor(one, layout))
      .map(({ name }) => name),
  );
  return next.pending
    .filter((one) => one.code !== 'attribute-required' || !suspected.has(one.name))
    .flatMap((pending): Need[] => {
      if (isProvidedFor(pending, layout)) return [{ pending, finding: null }];
      return findingOf(pending, { model, layout, next }).map((finding) => ({ pending, finding }));
    });
}

/** Whether records are read as they are: by `renamed` or `readDefault`, which have to stay until none needs them. */
function isProvidedFor({ code, owner, name, was }: Pending, { entities }: LaidOut): boolean {
  const attribute = entities.get(owner)?.attributes.get(name.slice(owner.length + 1));
  if (code === 'attribute-renamed') return was.every((one) => attribute?.formerly?.includes(one));
  return code === 'attribute-required' && attribute?.readsDefault === true;
}

interface Around {
  readonly model: Model;
  readonly layout: LaidOut;
  readonly next: Lock;
}

function findingOf(one: Pending, around: Around): Diagnostic[] {
  if (one.code === 'index-new') return newIndex(one, around);
  if (one.owner.startsWith('type ')) return ofField(one, around);
  const layout = around.layout.entities.get(one.owner);
  const after = around.next.entities.get(one.owner);
  if (!layout || !after) return [];
  const said = sayingOf(one, { ...around, layout, after });
  return said ? [{ severity: 'warning', code: one.code, ...said }] : [];
}

interface Subject {
  readonly model: Model;
  readonly layout: EntityLayout;
  readonly after: LockedEntity;
  readonly next: Lock;
}

type Saying = Pick<Diagnostic, 'message' | 'at' | 'notes' | 'hint'>;

function sayingOf(one: Pending, subject: Subject): Saying | undefined {
  const { model, layout, next } = subject;
  const field = one.name.slice(one.owner.length + 1);
  const attribute = layout.attributes.get(field);
  const at = attributePlace(model, layout.model, field);
  switch (one.code) {
    case 'identity-changed':
      return identityChanged(one, subject);
    case 'key-moved':
      return keyMoved(one, subject);
    case 'backfill-needed': {
      const missing = backfill(one, subject);
      return missing && { ...missing, hint: reindexHint(one, next) };
    }
    case 'attribute-renamed':
      return {
        message: `\`${one.owner}.${one.was[0]}\` is gone and \`${one.name}\`, of the same type, is new: is it the same attribute?`,
        at,
        notes: [{ message: 'if so, stored records have the value under the former name' }],
        hint: `If it is, declare \`renamed: { ${one.was[0]}: ${field} }\` of \`${one.owner}\`. If it is not, ${acceptance(one, next)}.`,
      };
    case 'attribute-required':
      return {
        message: `\`${one.name}\` is required, but records stored before may have none, and reading one of them fails.`,
        at,
        hint: `Declare \`default\` and \`readDefault\` of it, or leave it nullable. If every record has a value, ${acceptance(one, next)}.`,
      };
    case 'attribute-retyped':
      return { ...retyped(one, attribute?.type, next), at };
    case 'enum-value-gone':
      return { ...valueGone(one, next), at: model.sdl.types.get(attribute?.of ?? '')?.at ?? at };
    case 'event-lanes': {
      const type = layout.model.events?.types.find(({ name }) => name.text === field);
      const lanes = type?.shards?.count ?? 1;
      return {
        message: `\`${field}\` is spread over ${lanes === 1 ? '1 shard' : `${lanes} shards`}, but events stored before are in ${one.was[0]}: those in the others are not read.`,
        at: type?.shards?.at ?? type?.name.at ?? at,
        hint: `Keep \`shards: ${one.was[0]}\` until those events have expired. Then ${acceptance(one, next)}.`,
      };
    }
    case 'index-new':
      return undefined;
  }
}

function retyped(one: Pending, type: TypeRef | undefined, next: Lock): Omit<Saying, 'at'> {
  const isDropped =
    one.was.some((was) => was.startsWith('list of ')) &&
    next.entities
      .get(one.owner)
      ?.attributes.get(one.name.slice(one.owner.length + 1))
      ?.encoding.startsWith('set of ');
  return {
    message: `\`${one.name}\` is \`${type ? printType(type) : ''}\`${isDropped ? ', stored as a set' : ''}, but stored records have ${one.was.map(article).join(' or ')} there.`,
    ...(isDropped && {
      notes: [{ message: 'a stored list is read as empty, and the next write of the record drops it' }],
    }),
    hint: `Add an attribute with another name, or convert the records before you deploy. Then ${acceptance(one, next)}.`,
  };
}

function valueGone(one: Pending, next: Lock): Omit<Saying, 'at'> {
  const was = one.was.map((text) => `\`${text}\``).join(' or ');
  return {
    message: `\`${one.name}\` no longer has the value ${was}, but stored records may have it, and reading one of them fails.`,
    hint: `Keep the value, marked \`@deprecated\`, or store another one in those records. Then ${acceptance(one, next)}.`,
  };
}

/** Of a type that is stored within attributes. */
function ofField(one: Pending, { model, next }: Around): Diagnostic[] {
  const [name = '', field = ''] = one.name.split('.');
  const declared = fieldNamed(model.sdl.types.get(name), field);
  if (!declared) return [];
  const common = { code: one.code, severity: 'warning', at: declared.at } as const;
  switch (one.code) {
    case 'attribute-retyped':
      return [{ ...common, ...retyped(one, declared.type, next) }];
    case 'enum-value-gone':
      return [{ ...common, ...valueGone(one, next) }];
    case 'attribute-required':
      return [
        {
          ...common,
          message: `\`${one.name}\` is required, but values stored before may have none, and reading one of them fails.`,
          hint: `Leave it nullable: a default is not read within a value. If every value has one, ${acceptance(one, next)}.`,
        },
      ];
    default:
      return [];
  }
}

function identityChanged({ owner, name, was }: Pending, { layout, after, next }: Subject): Saying {
  const now = after.key ? keyName(writtenKey(after.key.key, writtenNow(layout))) : '';
  return {
    message: `The key of \`${owner}\` was \`${was.at(-1)}\` and is now \`${now}\`.`,
    at: keyPlace(layout.model),
    notes: [{ message: 'stored records keep the old key, under which nothing finds them' }],
    hint: reindexHint({ owner, name }, next, 'Declare the old key as `identity` or `key`, or run'),
  };
}

function keyMoved(one: Pending, { model, layout, after, next }: Subject): Saying | undefined {
  const { name, owner, was } = one;
  const old = `\`${was.at(-1)}\``;
  const pattern = model.patterns.find((other) => other.name.text === name);
  const reads = after.patterns.get(name)?.reads;
  if (!pattern || reads === undefined) {
    const field = name.slice(owner.length + 1);
    const steps: readonly string[] = layout.attributes.get(field)?.normalize ?? [];
    const at =
      layout.model.normalize.find((other) => other.field.text === field)?.field.at ?? layout.model.name.at;
    const isStepNew = steps.some((step) => was.some((all) => !all.split(' ').includes(step)));
    if (isStepNew)
      return {
        message: `\`${name}\` is normalized now (${steps.join(', ')}), but stored records have it ${was.at(-1) === asWritten ? 'as it was written' : `by ${old}`}: keys with the new value do not find them.`,
        at,
        hint: reindexHint(one, next),
      };
    return {
      message: `\`${name}\` is no longer normalized by ${old}${steps.length > 0 ? `, only by \`${steps.join(', ')}\`` : ''}: keys with a value in another spelling do not find stored records.`,
      at,
      notes: [
        { message: 'where it is unique, a second record can take the same value in another spelling' },
        { message: 'how stored values were written is not known any more: a reindex does not bring it back' },
      ],
      hint: `Keep \`normalize\`. If callers ask for values as they are stored, ${acceptance(one, next)}.`,
    };
  }
  const written = writtenNow(layout);
  const text = (key: string) =>
    key === 'key' ? 'its own key' : `\`${written(key).replace(/^(?:number|guard) /, '')}\``;
  const isNumber = reads.startsWith('number ');
  return {
    message: `Pattern \`${name}\` read \`${owner}\` by ${was.at(-1) === 'key' ? 'its own key' : old} and now reads it by ${text(reads)}.`,
    at: placeOf(pattern),
    notes: [
      {
        message: isNumber
          ? 'it starts at 0'
          : 'the pattern does not find records that are stored under the old key only',
      },
    ],
    hint: reindexHint(one, next, 'Declare what keeps the old key, or run'),
  };
}

/** What records stored before lack, and where it is declared. */
function backfill({ owner, name, was }: Pending, { model, layout, after }: Subject): Saying | undefined {
  const field = name.slice(owner.length + 1);
  const entity: EntityModel = layout.model;
  switch (was[0]) {
    case 'unique':
      return {
        message: `\`${name}\` is unique, but records stored before do not guard their values as declared.`,
        at:
          entity.unique.find(({ fields }) => field.endsWith(fields.map(({ text }) => text).join('+')))
            ?.fields[0]?.at ?? entity.name.at,
      };
    case 'reference':
      return {
        message: `\`${name}\` keeps the record it names from being deleted, or is deleted with it, but records stored before are not counted yet.`,
        at: entity.references.find((one) => one.name.text === field)?.name.at ?? entity.name.at,
      };
    case 'expiry':
      return {
        message: `\`${name}\` says when records expire, but records stored before do not expire yet.`,
        at: entity.ttl?.at ?? entity.name.at,
      };
    case 'include': {
      const pattern = model.patterns.find((one) => `${one.name.text}.include` === name);
      return (
        pattern && {
          message: `Pattern \`${pattern.name.text}\` reads fields of its index entry that entries stored before do not have.`,
          at: pattern.entry?.at ?? placeOf(pattern),
        }
      );
    }
    case 'total':
      return counted(model.patterns, name, `The total of \`${name}\``);
  }
  const reads = after.patterns.get(name)?.reads;
  const pattern = model.patterns.find((one) => one.name.text === name);
  if (!pattern || reads === undefined) return undefined;
  if (was[0]?.startsWith('of ')) {
    const number = layout.aggregates.find(({ partition }) => reads === `number ${partition.text}`);
    const { of } = number ? lockedAggregate(number) : {};
    return {
      message: `Pattern \`${name}\` is the ${pattern.cardinality} ${of ? sumText(of) : ''}, and was ${was.join(' or ')}: its number does not follow by itself.`,
      at: placeOf(pattern),
    };
  }
  if (reads.startsWith('number ')) return counted(model.patterns, name, `Pattern \`${name}\``);
  if (was[0] === 'default')
    return {
      message: `Pattern \`${name}\` reads \`${owner}\` by \`${writtenNow(layout)(reads)}\`, where records without a value that now read as the default are not as declared yet.`,
      at: placeOf(pattern),
    };
  return {
    message: `Pattern \`${name}\` reads \`${owner}\` by \`${writtenNow(layout)(reads)}\`, which records stored before do not have yet: it does not find them.`,
    at: placeOf(pattern),
  };
}

function counted(patterns: readonly PatternModel[], name: string, what: string): Saying | undefined {
  const pattern = patterns.find((one) => one.name.text === name);
  return pattern && { message: `${what} does not include records stored before yet.`, at: placeOf(pattern) };
}

/** What walks every record of the entity deals with it. */
function reindexHint(
  { owner, name }: Pick<Pending, 'owner' | 'name'>,
  { isSealed }: Lock,
  start = 'Run',
): string {
  return isSealed
    ? `${start} \`tableloom migrate\`; where no server runs, deploy and run \`tableloom reindex ${owner}\`. If you deal with it in another way, accept it: \`tableloom generate --accept ${name}\`.`
    : `\`tableloom dev\` brings its records up to date by itself; for other tables run \`tableloom reindex ${owner}\`.`;
}

/** The end of a sentence. */
function acceptance({ name }: Pending, { isSealed }: Lock): string {
  return isSealed
    ? `accept it: \`tableloom generate --accept ${name}\``
    : 'there is nothing else to do: it is not said again';
}

/** An index that a table of before lacks: nothing makes it but whoever owns the table. */
function newIndex({ name, owner, was, code }: Pending, { layout, next }: Around): Diagnostic[] {
  const table = layout.tables.find((one) => `table ${one.name.text}` === owner);
  const index = table?.indexes.find((one) => `${table.name.text}.${one.name.text}` === name);
  if (!table || !index) return [];
  const reader = layout.readers.find(({ read }) => read?.slot.index === index.name.text)?.pattern;
  const at: Span = table.isOpen && reader ? placeOf(reader) : index.name.at;
  const now = next.tables.get(table.name.text)?.indexes.get(index.name.text);
  const attributes = now && indexText(now);
  const isChanged = was.length > 0;
  const isLocal = index.kind === 'local';
  const start = isChanged
    ? 'An index cannot be changed: declare it under another name and run `tableloom deploy`.'
    : 'Run `tableloom deploy`.';
  const deploy = next.isSealed
    ? `${start} If the tables have it, accept it: \`tableloom generate --accept ${name}\`.`
    : '`tableloom dev` makes it by itself; for other tables run `tableloom deploy`.';
  return [
    {
      code,
      severity: 'warning',
      message: `Index \`${index.name.text}\` of table \`${table.name.text}\` is ${isChanged ? `no longer on ${was.at(-1)} but on ${attributes}` : 'new'}: a server does not start on a table that lacks it.`,
      at,
      hint: isLocal
        ? `A local index is only created with its table: copy the data to a new table.${next.isSealed ? ` Then accept it: \`tableloom generate --accept ${name}\`.` : ''}`
        : deploy,
    },
  ];
}
