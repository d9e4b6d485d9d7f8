/** What is stored otherwise, entity by entity, in words. */

import type { KeyForm, StoredForm, VersionForm } from '../../runtime/migrate/form.js';
import { textOf } from '../../runtime/migrate/obstacles.js';
import { differing, type StoredPlan } from '../../runtime/migrate/plan-record.js';

export interface EntityDifferences {
  readonly entity: string;
  readonly changes: readonly string[];
}

export function differencesOf(from: StoredPlan, to: StoredPlan): EntityDifferences[] {
  return differing(from, to).map((entity) => {
    const [was, is] = [from, to].map(({ forms }) => forms.find(({ name }) => name === entity));
    return { entity, changes: was && is ? changesOf(was, is) : [] };
  });
}

/** Of a history that ends, its versions are data that somebody may want. */
function goneHistories(was: StoredForm, is: StoredForm): string[] {
  const gone = was.versions.filter((one) => is.versions.every(({ entity }) => entity !== one.entity));
  return gone.map(({ entity }) => `history ${entity} is gone: \`complete\` deletes its versions`);
}

function changesOf(was: StoredForm, is: StoredForm): string[] {
  const stays = ({ entity }: VersionForm) => is.versions.some((one) => one.entity === entity);
  const changes = [
    ...keys('its key', [was.key], [is.key]),
    ...each('key on', was.indexes, is.indexes, (one) => one.index ?? '', keyText),
    ...each('index entry', was.entries, is.entries, ({ type }) => type.split('.')[1] ?? type, itemText),
    ...goneHistories(was, is),
    ...each('history', was.versions.filter(stays), is.versions, ({ entity }) => entity, historyText),
    ...each(
      'unique value',
      was.guards,
      is.guards,
      ({ field }) => field,
      ({ key }) => keyText(key),
    ),
    ...each(
      'number',
      was.counters,
      is.counters,
      ({ name }) => name,
      ({ key }) => keyText(key),
    ),
    ...each(
      'reference',
      was.references,
      is.references,
      ({ name }) => name,
      ({ key }) => keyText(key),
    ),
    ...each(
      'records that name it, of',
      was.referencedBy,
      is.referencedBy,
      ({ by }) => by,
      ({ onDelete }) => onDelete,
    ),
    ...attributes(was, is),
  ];
  return changes.length > 0 ? changes : ['what servers of it read otherwise'];
}

function keyText(key: KeyForm): string {
  const { present = [], when = [] } = key;
  const only = [
    ...present.map((field) => `with \`${field}\``),
    ...when.map(({ field, values }) => `where \`${field}\` is ${values.map(String).join(' or ')}`),
  ];
  return [textOf(key), ...only].join(', ');
}

function itemText({
  keys,
  attributes: carried,
}: {
  readonly keys: readonly KeyForm[];
  readonly attributes: readonly string[];
}): string {
  return `${keys.map(keyText).join(', ')}, with ${carried.join(', ')}`;
}

function historyText({ keep, ...version }: VersionForm): string {
  const { versions, expires } = keep ?? {};
  const kept = expires
    ? `for ${expires.seconds} seconds`
    : versions === undefined
      ? ''
      : `the last ${versions}`;
  return [itemText(version), ...(kept === '' ? [] : [`kept ${kept}`])].join(', ');
}

function keys(what: string, was: readonly KeyForm[], is: readonly KeyForm[]): string[] {
  const [before, after] = [was, is].map((all) => all.map(keyText).join(', '));
  return before === after ? [] : [`${what}: ${before} becomes ${after}`];
}

/** Those that are new, gone or stored otherwise, by their names. */
function each<T>(
  what: string,
  was: readonly T[],
  is: readonly T[],
  nameOf: (one: T) => string,
  said: (one: T) => string,
): string[] {
  const [before, after] = [was, is].map((all) => new Map(all.map((one) => [nameOf(one), one])));
  const names = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])]);
  return [...names].flatMap((name) => {
    const [one, other] = [before?.get(name), after?.get(name)];
    if (JSON.stringify(one) === JSON.stringify(other)) return [];
    if (one === undefined) return other === undefined ? [] : [`new ${what} ${name}: ${said(other)}`];
    if (other === undefined) return [`${what} ${name} is gone`];
    const [text, next] = [said(one), said(other)];
    return [text === next ? `${what} ${name} is made otherwise` : `${what} ${name}: ${text} becomes ${next}`];
  });
}

function attributes(was: StoredForm, is: StoredForm): string[] {
  const names = new Set([...Object.keys(was.reads), ...Object.keys(is.reads)]);
  const read = [...names].flatMap((name) => {
    const [one, other] = [was.reads[name], is.reads[name]];
    if (JSON.stringify(one) === JSON.stringify(other)) return [];
    const { formerly = [], default: preset, normalize = [] } = other ?? {};
    const parts = [
      ...(formerly.length > 0 ? [`was called ${formerly.join(', ')}`] : []),
      ...(preset === undefined ? [] : [`is ${JSON.stringify(preset)} where there is none`]),
      ...(normalize.length > 0 ? [`is stored by ${normalize.join(' and ')}`] : []),
    ];
    return [`\`${name}\` ${parts.length > 0 ? parts.join(', ') : 'is read as it is stored'}`];
  });
  const required = is.required
    .filter((name) => !was.required.includes(name))
    .map((name) => `\`${name}\` is required`);
  return [...read, ...required];
}
