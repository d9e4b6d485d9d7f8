/** Holds what import.yaml says against the plan. Nothing is read or written before it fits. */

import type { Code } from '../diagnostics/codes.js';
import type { Diagnostic, Span } from '../diagnostics/diagnostic.js';
import { suggestion } from '../diagnostics/suggest.js';
import type { Plan } from '../plan/types/plan.js';
import type { AttributePlan, EntityPlan } from '../plan/types/storage.js';
import type { Word } from '../sources.js';
import type {
  ConstantAt,
  FieldModel,
  FieldPlan,
  FieldTypePlan,
  ImportModel,
  MappingPlan,
  OwnTransform,
  SourceModel,
  SourcePlan,
} from './model.js';
import { fallbackFindings, inOrder } from './order.js';
import { accepts, type BuiltIn, builtInTransforms, fieldType, typeName } from './types.js';
import { unmapped } from './unmapped.js';

export interface Checked {
  readonly mapping: MappingPlan;
  readonly diagnostics: readonly Diagnostic[];
}

export function checkImport(model: ImportModel, plan: Plan, own: readonly OwnTransform[]): Checked {
  const checking = new Checking(model, plan, own);
  const sources = model.sources.flatMap((source) => checking.source(source) ?? []);
  const { ordered, findings } = inOrder(model, sources);
  return { mapping: { sources: ordered }, diagnostics: [...checking.diagnostics, ...findings] };
}

class Checking {
  readonly diagnostics: Diagnostic[] = [];
  readonly #model: ImportModel;
  readonly #plan: Plan;
  readonly #transforms: ReadonlyMap<string, BuiltIn>;

  constructor(model: ImportModel, plan: Plan, own: readonly OwnTransform[]) {
    this.#model = model;
    this.#plan = plan;
    const owned = own.map(({ name, isInvertible }): [string, BuiltIn] => [
      name,
      { isInvertible, gives: 'any' },
    ]);
    for (const { name } of own)
      if (name in builtInTransforms && model.transforms)
        this.#report(
          'import-transform',
          model.transforms.at,
          `The module exports \`${name}\`, which is a transform of Tableloom.`,
          'Rename the function.',
        );
    this.#transforms = new Map([...owned, ...Object.entries(builtInTransforms)]);
  }

  source(source: SourceModel): SourcePlan | undefined {
    const entity = this.#entity(source);
    if (entity === undefined || source.table === undefined) return undefined;
    const before = this.diagnostics.length;
    const fields = [
      ...source.fields.flatMap((field) => this.#field(source, entity, field) ?? []),
      ...this.#missing(source, entity),
    ];
    this.#key(source, entity);
    this.#wayBack(source);
    this.diagnostics.push(...unmapped(source, fields));
    const unique = this.#unique(source, entity);
    const rejections = source.reject.flatMap((one) => this.#rejection(entity, one) ?? []);
    if (this.diagnostics.slice(before).some(({ severity }) => severity === 'error')) return undefined;
    return {
      name: source.name.text,
      table: source.table.text,
      key: source.key.map(({ text }) => text),
      entity: entity.name,
      identity: entity.keyFields,
      secret: source.secret.map(({ text }) => text),
      fields,
      unique,
      rejections,
      oneWay: source.oneWay,
    };
  }

  #entity({ entity: word }: SourceModel): EntityPlan | undefined {
    if (word === undefined) return undefined;
    const importable = this.#plan.entities.filter(
      ({ name, historyOf }) => historyOf === null && name !== this.#plan.events?.entity,
    );
    const found = importable.find(({ name }) => name === word.text);
    if (found !== undefined) return found;
    const isOther = this.#plan.entities.some(({ name }) => name === word.text);
    this.#report(
      'import-entity',
      word.at,
      isOther
        ? `The records of \`${word.text}\` are written along with those of others, and are not imported.`
        : `access-patterns.yaml has no entity \`${word.text}\`.`,
      suggestion(
        word.text,
        importable.map(({ name }) => name),
      ),
    );
    return undefined;
  }

  #attribute(entity: EntityPlan, word: Word): AttributePlan | undefined {
    const writable = entity.attributes.filter(isWritable);
    const found = writable.find(({ name }) => name === word.text);
    if (found !== undefined) return found;
    const isSet = entity.attributes.some(({ name }) => name === word.text);
    this.#report(
      'import-field',
      word.at,
      isSet
        ? `\`${entity.name}.${word.text}\` is set by every write, so that no row can say it.`
        : `\`${entity.name}\` has no field \`${word.text}\`.`,
      isSet
        ? 'Remove it.'
        : suggestion(
            word.text,
            writable.map(({ name }) => name),
          ),
    );
    return undefined;
  }

  #field(source: SourceModel, entity: EntityPlan, field: FieldModel): FieldPlan | undefined {
    const attribute = this.#attribute(entity, field.name);
    if (attribute === undefined) return undefined;
    const type = fieldType(attribute, this.#plan.enums);
    const { from, map, otherwise, value, fallback, unit } = field;
    if (from.length === 0 && value === undefined && fallback === undefined)
      this.#report(
        'import-required',
        field.name.at,
        `\`${field.name.text}\` is made of nothing.`,
        'Add `from:`, `value:` or `default:`.',
      );
    this.#transformsFit(field, type);
    this.#clear(source, field);
    for (const { to } of map ?? []) this.#constant(field, type, to);
    for (const one of [otherwise, value]) if (one) this.#constant(field, type, one);
    if (fallback?.kind === 'value') this.#constant(field, type, fallback.constant);
    if (fallback?.kind === 'time' && type.kind !== 'moment')
      this.#mistyped(fallback.at, field.name.text, 'a time', type);
    if (fallback?.kind === 'field') this.diagnostics.push(...fallbackFindings(source, field, fallback.field));
    const given = plainFallback(field) ?? ownDefault(attribute, type);
    const reference = this.#reference(field, type);
    return {
      field: attribute.name,
      type,
      isRequired: !attribute.nullable,
      from: from.map(({ text }) => text),
      transforms: field.transform.map(({ text }) => text),
      ...(map && { map: Object.fromEntries(map.map((one) => [one.from.text.toLowerCase(), one.to.value])) }),
      ...(otherwise && { otherwise: otherwise.value }),
      ...(given && { fallback: given }),
      ...(reference && { reference }),
      oneWay: field.oneWay,
      moment: unit?.text === 'milliseconds' || unit?.text === 'seconds' ? unit.text : 'iso',
    };
  }

  #transformsFit({ name, transform, map }: FieldModel, type: FieldTypePlan): void {
    for (const word of transform)
      if (!this.#transforms.has(word.text))
        this.#report(
          'import-transform',
          word.at,
          `There is no transform \`${word.text}\`.`,
          suggestion(word.text, this.#transforms.keys()) ?? 'Export it from the module of `transforms`.',
        );
    const last = transform.at(-1);
    const gives = last && this.#transforms.get(last.text)?.gives;
    if (last === undefined || gives === undefined || gives === 'any' || map !== undefined) return;
    const fits =
      type.kind === 'json' ||
      (gives === 'moment' ? ['moment', 'text'] : ['text', 'enum', 'moment']).includes(type.kind);
    if (!fits) this.#mistyped(last.at, name.text, `what \`${last.text}\` gives`, type);
  }

  /** No value of a secret attribute is stored as it is. */
  #clear({ secret }: SourceModel, { from, transform }: FieldModel): void {
    const clear = from.find(({ text }) => secret.some((one) => one.text === text));
    const isHidden = transform.some(({ text }) => !this.#transforms.get(text)?.isClear);
    if (clear !== undefined && !isHidden)
      this.#report(
        'import-secret',
        clear.at,
        `\`${clear.text}\` is secret, and would be stored as it is.`,
        'Write `transform: hash`, or `uuid` where it identifies a record.',
      );
  }

  #constant({ name }: FieldModel, type: FieldTypePlan, { value, at }: ConstantAt): void {
    if (!accepts(type, value)) this.#mistyped(at, name.text, `\`${JSON.stringify(value)}\``, type);
  }

  #mistyped(at: Span, field: string, what: string, type: FieldTypePlan): void {
    const hint =
      type.kind === 'enum'
        ? `Choose one of ${type.values.map((one) => `\`${one}\``).join(', ')}.`
        : undefined;
    this.#report('import-type', at, `\`${field}\` is ${typeName(type)}, and ${what} is not.`, hint);
  }

  #reference(field: FieldModel, type: FieldTypePlan): FieldPlan['reference'] {
    const word = field.references;
    if (word === undefined) return undefined;
    const names = this.#model.sources.map(({ name }) => name.text);
    const to = this.#model.sources.find(({ name }) => name.text === word.text);
    if (to === undefined)
      this.#report(
        'import-source',
        word.at,
        `There is no source \`${word.text}\`.`,
        suggestion(word.text, names),
      );
    else if (to.key.length > 1 || to.key.some(({ text }) => to.secret.some((one) => one.text === text)))
      this.#report(
        'import-source',
        word.at,
        `Rows of \`${word.text}\` cannot be named by one attribute that is not secret.`,
        'Remove `references`: the field then keeps its value.',
      );
    const missing = field.missing ?? { kind: 'reject' };
    if (missing.kind !== 'value') return { source: word.text, missing };
    this.#constant(field, type, missing.constant);
    return { source: word.text, missing: { kind: 'value', value: missing.constant.value } };
  }

  /** Fields that are not mapped: they have a default, or may be without a value. */
  #missing(source: SourceModel, entity: EntityPlan): FieldPlan[] {
    return entity.attributes.filter(isWritable).flatMap((attribute): FieldPlan[] => {
      if (source.fields.some(({ name }) => name.text === attribute.name)) return [];
      const type = fieldType(attribute, this.#plan.enums);
      const fallback = ownDefault(attribute, type);
      if (fallback === undefined) {
        const isKey = entity.keyFields.includes(attribute.name);
        if (!attribute.nullable && !isKey)
          this.#report(
            'import-required',
            source.name.at,
            `\`${entity.name}.${attribute.name}\` cannot be null, and the source does not say what it is made of.`,
            `Add \`${attribute.name}:\` to its fields, with an attribute, a \`value\` or a \`default\`.`,
          );
        return [];
      }
      const { name: field, nullable } = attribute;
      return [
        {
          field,
          type,
          isRequired: !nullable,
          from: [],
          transforms: [],
          fallback,
          oneWay: true,
          moment: 'iso',
        },
      ];
    });
  }

  /** A row that is met twice must give one record. */
  #key(source: SourceModel, entity: EntityPlan): void {
    const key = new Set(source.key.map(({ text }) => text));
    for (const name of entity.keyFields) {
      const field = source.fields.find((one) => one.name.text === name);
      const isFixed =
        field !== undefined &&
        field.references === undefined &&
        field.from.length > 0 &&
        field.from.every(({ text }) => key.has(text));
      if (!isFixed)
        this.#report(
          'import-key',
          field?.name.at ?? source.name.at,
          `\`${entity.name}.${name}\` is part of the record’s key, and is not made of the row’s key alone: a row that is met twice would be two records.`,
          `Make it of ${[...key].map((one) => `\`${one}\``).join(' and ')}, with \`transform: uuid\` where the value is no key.`,
        );
    }
  }

  #wayBack(source: SourceModel): void {
    for (const field of source.fields) {
      const stuck = field.transform.find(({ text }) => this.#transforms.get(text)?.isInvertible === false);
      if (stuck !== undefined && !field.oneWay)
        this.#report(
          'import-one-way',
          stuck.at,
          `\`${stuck.text}\` has no way back, so that rows cannot get \`${field.name.text}\` from records.`,
          'Write `oneWay: true`, or give the function a `back`.',
        );
    }
    const back = source.fields.filter(({ oneWay }) => !oneWay).map(({ from }) => from[0]?.text);
    const lost = source.key.find(({ text }) => !back.includes(text));
    if (lost !== undefined && !source.oneWay)
      this.#report(
        'import-one-way',
        lost.at,
        `No field goes back to \`${lost.text}\`, which is a part of the row’s key: new records could not become rows.`,
        'Write `oneWay: true` at the source.',
      );
  }

  #unique(source: SourceModel, entity: EntityPlan): SourcePlan['unique'] {
    const known = entity.guards.map(({ fields }) => fields.join('+'));
    const policies = source.unique.flatMap(({ field, newest, others }) => {
      if (!known.includes(field.text)) {
        this.#report(
          'import-unique',
          field.at,
          `\`${field.text}\` is not unique in \`${entity.name}\`.`,
          suggestion(field.text, known),
        );
        return [];
      }
      const by = newest && this.#attribute(entity, newest);
      return by ? [{ fields: field.text.split('+'), newest: by.name, others }] : [];
    });
    for (const name of known)
      if (!source.unique.some(({ field }) => field.text === name))
        this.diagnostics.push({
          code: 'import-unique',
          severity: 'warning',
          message: `Of rows with the same \`${name}\`, the source keeps the one that is met first, and rejects the others.`,
          at: source.name.at,
          hint: `Write \`unique: { ${name}: { newest: … } }\`.`,
        });
    return policies;
  }

  #rejection(
    entity: EntityPlan,
    { name, field, isPast, values }: SourceModel['reject'][number],
  ): SourcePlan['rejections'][number] | undefined {
    const attribute = field && this.#attribute(entity, field);
    if (attribute === undefined || field === undefined) return undefined;
    const type = fieldType(attribute, this.#plan.enums);
    if (isPast === values.length > 0)
      this.#report(
        'import-rejection',
        name.at,
        `\`${name.text}\` says no single condition.`,
        'Write `when: past`, or `in: [ … ]`.',
      );
    if (isPast && type.kind !== 'moment') this.#mistyped(field.at, field.text, 'a moment', type);
    const when = isPast
      ? ({ kind: 'past' } as const)
      : ({ kind: 'values', values: values.map(({ value }) => value) } as const);
    return { name: name.text, field: attribute.name, when };
  }

  #report(code: Code, at: Span, message: string, hint?: string): void {
    this.diagnostics.push({ code, severity: 'error', message, at, ...(hint === undefined ? {} : { hint }) });
  }
}

function isWritable({ generated, computed }: AttributePlan): boolean {
  return generated !== 'revision' && generated !== 'sequence' && computed === undefined;
}

function plainFallback({ fallback, value }: FieldModel): FieldPlan['fallback'] {
  if (value !== undefined) return { kind: 'value', value: value.value };
  if (fallback === undefined) return undefined;
  if (fallback.kind === 'value') return { kind: 'value', value: fallback.constant.value };
  return fallback.kind === 'field' ? { kind: 'field', field: fallback.field.text } : { kind: 'time' };
}

/** What a write sets where a value is left out, if the import can set the same. */
function ownDefault(
  { default: value, generated }: AttributePlan,
  type: FieldTypePlan,
): FieldPlan['fallback'] {
  if (generated === 'now' || generated === 'touch') return { kind: 'time' };
  if (value === null || (type.kind === 'moment' && String(value).startsWith('now'))) return undefined;
  return { kind: 'value', value };
}
