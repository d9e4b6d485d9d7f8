/** What the lock says that stored records need: their keys, their attributes, the indexes of tables. */

import type { Diagnostic } from '../../generator/diagnostics/diagnostic.js';
import type { Need } from '../../generator/layout/lock/findings.js';
import type { Pending } from '../../generator/lock.js';
import { type Found, placeOf } from '../found.js';
import { rowOf, type Severity, type StorageClass, severities } from '../rules.js';
import type { Around } from './around.js';

export function needFindings(around: Around): Found[] {
  // Types within attributes are compared where records have them: `Order.address.zip`.
  const needs = around.needs.filter(({ pending }) => !pending.owner.startsWith('type '));
  // In the order in which they are dealt with: an index has to be there before records are reindexed.
  const ordered = [...needs.filter(isOfTable), ...needs.filter((need) => !isOfTable(need))];
  return ordered.map((need) => ({
    ...sayingOf(need, around),
    rule: isOtherIndex(need.pending) ? 'index-changed' : need.pending.code,
    subject: need.pending.name,
    ...sampleOf(need.pending, around),
  }));
}

/** It is there, and has other keys or projects less than it has to. */
function isOtherIndex({ code, was }: Pending): boolean {
  return code === 'index-new' && was.length > 0;
}

function isOfTable({ pending }: Need): boolean {
  return pending.code === 'index-new';
}

type Saying = Omit<Found, 'rule' | 'subject' | 'sample'>;

function sayingOf({ pending, finding }: Need, around: Around): Saying {
  const { code, name, was } = pending;
  if (finding === null)
    return {
      severity: 'note',
      class: 'code only',
      message:
        code === 'attribute-renamed'
          ? `\`${name}\` was called ${was.map((one) => `\`${one}\``).join(' or ')}: records stored before are read by the former name.`
          : `\`${name}\` is required: records stored before that have none read as its default.`,
      notes: [`Each write stores it, and so does \`tableloom reindex ${pending.owner}\`.`],
      at: around.place(name),
    };
  const { message, notes = [], hint, at } = finding;
  const said = {
    message,
    notes: notes.map((note) => sentence(note.message)),
    at: placeOf(around.after, 'after', at) ?? around.place(name),
    ...classOf(pending, around),
  };
  if (around.isAccepted(code, name)) return accepted(said, severityOf(pending, around));
  return { ...said, ...(hint === undefined ? {} : { remedy: hint }) };
}

/** One severity milder than it would be. */
export function accepted<One extends Pick<Found, 'notes'>>(found: One, severity: Severity): One {
  const notes = [
    ...(found.notes ?? []),
    'It is accepted in the lock: somebody has dealt with it, or says that it does not matter.',
  ];
  return { ...found, severity: milder(severity), notes };
}

/** Where the row of the rule does not say all. */
function classOf(pending: Pending, around: Around): Pick<Found, 'class' | 'severity'> {
  const isNotInPlace = pending.code === 'index-new' && !isAddedOnline(pending, around);
  return {
    ...(isNotInPlace ? { class: 'not in place' satisfies StorageClass } : {}),
    severity: isNotInPlace ? 'error' : severityOf(pending, around),
  };
}

/** What is there already answers otherwise than before, until records are reindexed. */
function severityOf({ code, name, was }: Pending, { before }: Around): Severity {
  const [pattern = '', part] = name.split('.');
  const isKnown = part === 'include' && before.plan.patterns.some((one) => one.name === pattern);
  const isOther = was[0]?.startsWith('of ') ?? false;
  if (code === 'backfill-needed' && ((was[0] === 'include' && isKnown) || isOther)) return 'error';
  return rowOf(code).severity;
}

function isAddedOnline({ name, was }: Pending, { after }: Around): boolean {
  const [table, index] = name.split('.');
  const plan = after.plan.tables.find((one) => one.name === table);
  return was.length === 0 && plan?.indexes.find((one) => one.name === index)?.kind === 'global';
}

export function milder(severity: Severity): Severity {
  return severities[severities.indexOf(severity) + 1] ?? severity;
}

function sampleOf({ code, owner, name, was }: Pending, around: Around): Pick<Found, 'sample'> {
  const [, field = ''] = /\.([^.]+)$/.exec(name) ?? [];
  switch (code) {
    case 'index-new':
    case 'event-lanes':
      return {};
    case 'enum-value-gone':
      return around.losing(owner, field, was[0]);
    case 'attribute-required':
      return around.without(owner, field);
    case 'backfill-needed':
      if (was[0] === 'unique') return around.item(`guard ${owner}.${field}`);
      if (was[0] === 'reference') return around.item(`counter ${owner}.${field}`);
      if (was[0] === 'expiry') return around.item(owner);
      return around.read(owner, name.replace(/\.include$/, ''));
    case 'key-moved':
      return name.startsWith(`${owner}.`) ? around.normalizing(owner, field) : around.read(owner, name);
    default:
      return around.item(owner);
  }
}

/** Notes of diagnostics begin in lower case. */
function sentence(text: Diagnostic['message']): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
