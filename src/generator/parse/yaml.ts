/** access-patterns.yaml -> model, every word with its place. */

import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  visit,
} from 'yaml';
import type { Code } from '../diagnostics/codes.js';
import type { Diagnostic, Span } from '../diagnostics/diagnostic.js';
import { keysOf, language } from '../language/schema.js';
import { validate } from '../language/validate.js';
import type {
  Binding,
  Comparison,
  EntityModel,
  FieldPath,
  FilterModel,
  FilterOperator,
  IdempotentModel,
  IndexModel,
  Literal,
  LiteralSource,
  Model,
  MutationModel,
  PatternModel,
  ReferenceModel,
  RuleModel,
  Source,
  TableModel,
  TemplateModel,
  TransactionModel,
  TypeRef,
  UniqueModel,
  ValidationModel,
  Word,
} from '../model.js';
import { comparisons, elementUpdates, filterOperators, mutationKinds, partOf, writeKinds } from '../model.js';

type YamlModel = Omit<Model, 'sdl'>;

/** Reads one YAML text. The model holds what could be read; the diagnostics say what could not. */
export function readYaml(file: string, text: string): { model: YamlModel; diagnostics: Diagnostic[] } {
  return new YamlReader(file, text).read();
}

interface Entry {
  readonly key: Word;
  readonly value: Node | null;
}

/** The first pass has refused every other key. */
type Entries<K extends string> = ReadonlyMap<K, Entry>;

const literalText = /^[^$]/;

const patternKinds = ['one', 'many', 'mixed', 'count', 'sum', 'exists'] as const;

class YamlReader {
  private readonly diagnostics: Diagnostic[] = [];
  /** Where the first pass found a fault: its consequences are not reported. */
  private readonly refused = new Set<number>();
  private readonly file: string;
  private readonly text: string;
  /** The steps that values may be taken from. */
  private steps: ReadonlySet<string> = new Set();

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  read(): { model: YamlModel; diagnostics: Diagnostic[] } {
    const document = parseDocument(this.text, { lineCounter: new LineCounter(), uniqueKeys: false });
    const whole: Span = { file: this.file, start: 0, end: Math.min(this.text.length, 1) };
    const empty: YamlModel = {
      at: whole,
      tables: [],
      entities: [],
      patterns: [],
      mutations: [],
      transactions: [],
      rules: [],
      external: [],
    };
    const [syntaxError] = document.errors;
    if (syntaxError) {
      const [start, end] = syntaxError.pos;
      const [message = ''] = syntaxError.message.split(' at line ');
      this.report('yaml-syntax', { file: this.file, start, end }, `${message.replace(/\.$/, '')}.`);
      return { model: empty, diagnostics: this.diagnostics };
    }
    this.refuseAliases(document);
    if (this.diagnostics.length > 0) return { model: empty, diagnostics: this.diagnostics };
    this.diagnostics.push(...validate(this.file, document.contents, language, whole));
    for (const { at } of this.diagnostics) this.refused.add(at.start);
    const top = this.entries(document.contents, keysOf.top);
    const entities = this.named(top.get('entities'), (name, node) => this.entity(name, node));
    const mutations = this.named(top.get('mutations'), (name, node) => this.mutation(name, node));
    const single = mutations.flatMap((one) => ('steps' in one ? one.steps : [one]));
    const model: YamlModel = {
      at: whole,
      tables: top.has('tables')
        ? this.named(top.get('tables'), (name, node) => this.table(name, node))
        : [unsaidTable(whole, entities, mutations)],
      entities,
      patterns: this.named(top.get('patterns'), (name, node) => this.pattern(name, node)),
      mutations: single,
      transactions: mutations.filter((one) => 'steps' in one),
      rules: this.named(top.get('rules'), (name, node) => this.rule(name, node)),
      external: this.words(top.get('external')).flatMap((word) => fieldPathOf(word) ?? []),
    };
    return { model, diagnostics: this.diagnostics };
  }

  /** A finding about an aliased value would have two places, and a reader of the diff would see neither. */
  private refuseAliases(document: Document): void {
    visit(document, {
      Alias: (_key, node) => {
        const at = this.span(node);
        if (at)
          this.report(
            'yaml-syntax',
            at,
            `\`*${node.source}\` is an alias: the language has none.`,
            'Write the value out.',
          );
        return visit.REMOVE;
      },
    });
  }

  private table(name: Word, node: Node | null): TableModel | undefined {
    const map = this.entries(node, keysOf.table);
    const physicalName = this.word(map.get('name'));
    const [partition, sort] = this.words(map.get('key'));
    if (!partition || !physicalName) return undefined;
    const indexes = this.named(map.get('indexes'), (index, value) => this.index(index, value, partition));
    const ttl = this.word(map.get('ttl'));
    return {
      name,
      physicalName,
      partition,
      ...optional({ sort, ttl }),
      indexes,
      isOpen: !map.has('indexes'),
    };
  }

  private index(name: Word, node: Node | null, tablePartition: Word): IndexModel | undefined {
    if (isSeq(node)) {
      const [partition, sort] = this.words({ key: name, value: node });
      return (
        partition && { name, kind: 'global', partition, ...optional({ sort }), project: { kind: 'all' } }
      );
    }
    const map = this.entries(node, keysOf.index);
    const project = this.projection(map.get('project'));
    const raw = map.get('partition');
    if (raw) return this.multiAttributeIndex(name, raw, map, project);
    const attributes = map.get('sort');
    if (attributes && isSeq(attributes.value)) {
      this.report(
        'wrong-type',
        this.span(attributes.value) ?? attributes.key.at,
        'A single value is expected here, not a list.',
        'Write `sort: SORT` for a local index, or name the `partition` attributes too.',
      );
      return undefined;
    }
    const local = this.word(attributes);
    const key = map.get('key');
    if (local && key) {
      this.report(
        'wrong-value',
        key.key.at,
        `Index \`${name.text}\` has both \`key\` and \`sort\`.`,
        'Write `key` for a global index, `sort` for a local one.',
      );
    }
    if (local) return { name, kind: 'local', partition: tablePartition, sort: local, project };
    const [partition, sort] = this.words(key);
    if (!partition && !key) {
      this.report(
        'missing-key',
        name.at,
        `Index \`${name.text}\` has neither \`key\` nor \`sort\`.`,
        'Write `[PARTITION, SORT]` for a global index or `{ sort: SORT }` for a local one.',
      );
    }
    return partition && { name, kind: 'global', partition, ...optional({ sort }), project };
  }

  /** `{ partition: [city], sort: [category, rating] }`: attributes of records as they are. */
  private multiAttributeIndex(
    name: Word,
    raw: Entry,
    map: Entries<keyof typeof keysOf.index>,
    project: IndexModel['project'],
  ): IndexModel | undefined {
    const key = map.get('key');
    if (key)
      this.report(
        'wrong-value',
        key.key.at,
        `Index \`${name.text}\` has both \`key\` and \`partition\`.`,
        'Write `key` for keys that are built, `partition` and `sort` for attributes as they are.',
      );
    const [partition, sort] = [this.words(raw), this.words(map.get('sort'))];
    const [first] = partition;
    if (!first) return undefined;
    return {
      name,
      kind: 'multi-attribute',
      partition: first,
      ...optional({ sort: sort[0] }),
      multiAttribute: { partition, sort },
      project,
    };
  }

  private projection(entry: Entry | undefined): IndexModel['project'] {
    if (!entry) return { kind: 'all' };
    if (isSeq(entry.value)) return { kind: 'include', fields: this.wordList(entry.value, entry.key.at) };
    return this.word(entry)?.text === 'KEYS_ONLY' ? { kind: 'keys' } : { kind: 'all' };
  }

  private entity(name: Word, node: Node | null): EntityModel | undefined {
    const map = this.entries(node, keysOf.entity);
    const immutable = map.get('immutable');
    const immutableAll = immutable && isScalar(immutable.value) && immutable.value.value === true;
    return {
      name,
      key: this.templates(map.get('key')),
      stored: this.fields(map.get('stored')).flatMap((entry) => {
        const word = this.word(entry);
        const type = word && this.typeRef(word);
        return type ? [{ name: entry.key, type }] : [];
      }),
      secret: this.words(map.get('secret')),
      generate: this.fields(map.get('generate')).flatMap((entry) => this.generated(entry)),
      default: this.fields(map.get('default')).flatMap((entry) => {
        const value = this.literal(entry.value, entry.key.at);
        return value ? [{ field: entry.key, value }] : [];
      }),
      normalize: this.fields(map.get('normalize')).flatMap((entry) => {
        const steps = this.words(entry);
        return steps.length > 0 ? [{ field: entry.key, steps }] : [];
      }),
      encode: this.fields(map.get('encode')).flatMap((entry) => {
        const how = this.word(entry);
        return how ? [{ field: entry.key, how }] : [];
      }),
      compute: this.fields(map.get('compute')).flatMap((entry) => {
        const rule = this.word(entry);
        return rule ? [{ field: entry.key, rule }] : [];
      }),
      unique: this.uniques(map.get('unique')),
      immutable: immutableAll ? true : this.words(immutable),
      singleton: this.boolean(map.get('singleton')),
      sets: this.words(map.get('sets')),
      references: this.named(map.get('references'), (named, value) => this.reference(named, value)),
      movable: this.words(map.get('movable')),
      transitions: this.fields(map.get('transitions')).map((entry) => ({
        field: entry.key,
        moves: this.fields(entry).map((from) => ({ from: from.key, to: this.words(from) })),
      })),
      validate: this.fields(map.get('validate')).flatMap((entry) => {
        const validation = this.validationOf(entry);
        return validation ? [{ field: entry.key, validation }] : [];
      }),
      ...optional({
        table: this.word(map.get('table')),
        identity: map.has('identity') ? this.words(map.get('identity')) : undefined,
        ttl: this.word(map.get('ttl')),
        historyOf: this.word(map.get('historyOf')),
        keep: this.keep(map.get('keep')),
      }),
    };
  }

  /** `{ max: 254, pattern: "…" }`, or the name of a rule. */
  private validationOf(entry: Entry): ValidationModel | undefined {
    if (!isMap(entry.value)) {
      const rule = this.word(entry);
      return rule && { kind: 'rule', rule };
    }
    const map = this.entries(entry.value, keysOf.bounds);
    const bound = (one: Entry | undefined) => {
      const literal = one && this.literal(one.value, one.key.at);
      return typeof literal?.value === 'number' ? { value: literal.value, at: literal.at } : undefined;
    };
    return {
      kind: 'bounds',
      at: entry.key.at,
      ...optional({
        min: bound(map.get('min')),
        max: bound(map.get('max')),
        pattern: this.word(map.get('pattern')),
      }),
    };
  }

  /** `now`, or `{ sequence: projectId }`. */
  private generated(entry: Entry): EntityModel['generate'] {
    const how = this.word(entry);
    if (how) return [{ field: entry.key, how }];
    const sequence = this.entries(entry.value, keysOf.generated).get('sequence');
    return sequence ? [{ field: entry.key, how: sequence.key, within: this.words(sequence) }] : [];
  }

  private reference(name: Word, node: Node | null): ReferenceModel | undefined {
    if (!isMap(node)) {
      const to = this.wordOf(node, name.at);
      return to && { name, to };
    }
    const map = this.entries(node, keysOf.reference);
    const to = this.word(map.get('to'));
    const fields = map.has('fields')
      ? this.fields(map.get('fields')).flatMap((entry) => {
          const field = this.word(entry);
          return field ? [{ key: entry.key, field }] : [];
        })
      : undefined;
    return to && { name, to, ...optional({ fields, onDelete: this.word(map.get('onDelete')) }) };
  }

  private keep(entry: Entry | undefined): EntityModel['keep'] {
    const number = this.count(entry);
    if (number) return { at: number.at, versions: number.count };
    const length = this.word(entry);
    return length && { at: length.at, seconds: secondsOf(length.text) };
  }

  private uniques(entry: Entry | undefined): UniqueModel[] {
    if (!entry) return [];
    const items = isSeq(entry.value) ? entry.value.items : [entry.value];
    return items.flatMap((item): UniqueModel[] => {
      const node = item as Node | null;
      if (isSeq(node)) return [{ fields: this.wordList(node, entry.key.at) }];
      if (isMap(node)) {
        const map = this.entries(node, keysOf.constraint);
        const name = this.word(map.get('name'));
        return name ? [{ name, fields: this.words(map.get('fields')) }] : [];
      }
      const word = this.wordOf(node, entry.key.at);
      return word ? [{ fields: [word] }] : [];
    });
  }

  private pattern(name: Word, node: Node | null): PatternModel | undefined {
    const map = this.entries(node, keysOf.pattern);
    const [cardinality, ...others] = patternKinds.filter((kind) => map.has(kind));
    const named = cardinality && this.word(map.get(cardinality));
    const through = map.get('through');
    const join = through && cardinality && this.through(through, cardinality);
    if (!named || !cardinality || others.length > 0 || (through && !join)) return undefined;
    const where = this.lookups(map.get('where'));
    return {
      name,
      cardinality,
      target: join?.target ?? named,
      where: join?.where ?? where,
      ...(join && { leadsTo: { target: named, where } }),
      members: this.fields(map.get('members')).map((entity) => ({
        entity: entity.key,
        renames: this.fields(entity).flatMap((entry) => {
          const as = this.word(entry);
          return as ? [{ field: entry.key, as }] : [];
        }),
      })),
      narrow: this.bindings(map.get('narrow')),
      sort: this.words(map.get('sort')).map((word) => {
        const descending = word.text.startsWith('-');
        const text = word.text.replace(/^-/, '');
        return {
          field: { text, at: partOf(word, word.text.length - text.length, word.text.length) },
          descending,
        };
      }),
      when: this.fields(map.get('when')).flatMap((field) => {
        const values = this.literals(field);
        const [only] = values;
        if (!only) return [];
        return [
          { field: field.key, values: values.length === 1 && only.value === 'present' ? 'present' : values },
        ];
      }),
      key: this.templates(map.get('key')),
      consistent: this.boolean(map.get('consistent')),
      ...optional({
        for: this.fieldPath(map.get('for')),
        parent: this.word(map.get('parent')),
        order: this.source(map.get('order')),
        range: this.range(map.get('range')),
        filter: this.filter(map.get('filter')),
        bucket: this.bucket(map.get('bucket')),
        in: this.source(map.get('in')),
        across: this.count(map.get('across')),
        shards: this.count(map.get('shards')),
        upTo: this.count(map.get('upTo')),
        maintained: this.maintained(map, cardinality),
        of: this.word(map.get('of')),
        select: this.word(map.get('select')),
        cap: this.count(map.get('cap')),
        total: this.flag(map.get('total')),
        index: this.word(map.get('index')),
        entry: this.entryItem(map.get('entry')),
        type: this.discriminator(map.get('type')),
        page: this.page(map.get('page')),
        limit: this.source(map.get('limit')),
        last: this.word(map.get('last')),
        allow: this.word(map.get('allow')),
        visible: this.word(map.get('visible')),
      }),
    };
  }

  /** A sum is always kept: nothing but the whole partition tells it. */
  private maintained(
    map: Entries<keyof typeof keysOf.pattern>,
    cardinality: PatternModel['cardinality'],
  ): PatternModel['maintained'] {
    const sum = map.get('sum');
    if (sum && !map.has('of'))
      this.report(
        'missing-key',
        sum.key.at,
        '`sum` lacks `of`.',
        'Say which attribute is added up: `of: total`.',
      );
    return cardinality === 'sum' && sum ? { at: sum.key.at } : this.flag(map.get('maintained'));
  }

  /** The join that leads to what is returned: `{ many: Participation, where: { … } }`. */
  private through(
    entry: Entry,
    cardinality: PatternModel['cardinality'],
  ): Pick<PatternModel, 'target' | 'where'> | undefined {
    const map = this.entries(entry.value, keysOf.through);
    const [kind, ...more] = [...map.values()].filter(({ key }) => key.text !== 'where');
    if (kind?.key.text !== cardinality || more.length > 0) {
      const isCounted = ['count', 'sum', 'exists'].includes(cardinality);
      this.report(
        'pattern-kind',
        entry.key.at,
        isCounted
          ? `\`${cardinality}\` asks about one entity, and \`through\` leads to another.`
          : `\`${cardinality}\` goes through \`${cardinality}\`, as often as it finds something.`,
        isCounted
          ? `Write \`${cardinality}:\` with the entity that \`through\` names.`
          : `Write \`through: { ${cardinality}: Entity, where: { … } }\`.`,
      );
      return undefined;
    }
    const target = this.word(kind);
    return target && { target, where: this.lookups(map.get('where')) };
  }

  private range(entry: Entry | undefined): PatternModel['range'] {
    const [first, ...more] = this.fields(entry);
    for (const extra of more) {
      this.report(
        'range-fields',
        extra.key.at,
        'A range bounds one field: DynamoDB takes one condition on the sort key.',
        `Bound \`${first?.key.text}\` only, or make \`${extra.key.text}\` part of another pattern.`,
      );
    }
    if (!first) return undefined;
    const map = this.entries(first.value, keysOf.range);
    const bounds = [...map.values()].flatMap((bound) => {
      const source = this.source(bound);
      return source ? [{ operator: bound.key, source }] : [];
    });
    return { field: first.key, bounds };
  }

  /** `{ field: $arg, other: { gte: $arg }, or: [ … ], not: { … } }`: everything in a mapping must hold. */
  private filter(entry: Entry | undefined): FilterModel | undefined {
    if (!entry) return undefined;
    const of = this.fields(entry).flatMap((field): FilterModel[] => {
      switch (field.key.text) {
        case 'and':
        case 'or': {
          const alternatives = isSeq(field.value) ? field.value.items : [];
          const parts = alternatives.flatMap(
            (item) => this.filter({ key: field.key, value: item as Node }) ?? [],
          );
          return [{ kind: field.key.text === 'or' ? 'any' : 'all', of: parts }];
        }
        case 'not': {
          const condition = this.filter(field);
          return condition ? [{ kind: 'not', of: condition }] : [];
        }
        default:
          return this.comparison(field);
      }
    });
    const [first] = of;
    return first && of.length === 1 ? first : { kind: 'all', of };
  }

  private comparison(entry: Entry): FilterModel[] {
    const field = entry.key;
    if (!isMap(entry.value)) {
      const source = this.source(entry);
      return source ? [{ kind: 'compare', field, operator: 'eq', values: [source], isList: false }] : [];
    }
    return this.fields(entry).flatMap((operand): FilterModel[] => {
      const operator = operand.key.text;
      if (operator === 'size') {
        return this.fields(operand).flatMap((one): FilterModel[] => {
          const source = this.source(one);
          if (!isComparison(one.key.text)) return [];
          return source
            ? [{ kind: 'compare', field, operator: `size ${one.key.text}`, values: [source], isList: false }]
            : [];
        });
      }
      if (!isFilterOperator(operator)) return [];
      const isList = isSeq(operand.value);
      const values = isSeq(operand.value)
        ? operand.value.items.flatMap((item) => this.source({ key: operand.key, value: item as Node }) ?? [])
        : [this.source(operand)].flatMap((source) => source ?? []);
      return values.length > 0 ? [{ kind: 'compare', field, operator, values, isList }] : [];
    });
  }

  private bucket(entry: Entry | undefined): PatternModel['bucket'] {
    const word = this.word(entry);
    if (!word) return undefined;
    const match = /^(\w+)\(\s*(\w+)\s*\)$/.exec(word.text);
    const [, unit, field] = match ?? [];
    if (!unit || !field) return undefined;
    const start = word.text.indexOf(field, unit.length + 1);
    return {
      unit: { text: unit, at: partOf(word, 0, unit.length) },
      field: { text: field, at: partOf(word, start, start + field.length) },
      at: word.at,
    };
  }

  private entryItem(entry: Entry | undefined): PatternModel['entry'] {
    if (!entry) return undefined;
    if (isScalar(entry.value))
      return this.boolean(entry) ? { at: entry.key.at, key: [], include: [] } : undefined;
    const map = this.entries(entry.value, keysOf.entry);
    return { at: entry.key.at, key: this.templates(map.get('key')), include: this.words(map.get('include')) };
  }

  private discriminator(entry: Entry | undefined): PatternModel['type'] {
    const fields = this.fields(entry);
    const by = fields.find((field) => field.key.text === 'by');
    const source = this.source(by);
    if (!entry) return undefined;
    if (!source) {
      if (by) return undefined;
      this.report(
        'missing-key',
        entry.key.at,
        '`type` lacks `by`.',
        'Say which value tells the types apart: `by: $parent.kind`.',
      );
      return undefined;
    }
    const members = fields
      .filter((field) => field !== by)
      .flatMap((field) => {
        const entity = this.word(field);
        return entity ? [{ value: field.key, entity }] : [];
      });
    return { by: source, members, at: entry.key.at };
  }

  private page(entry: Entry | undefined): PatternModel['page'] {
    if (!entry) return undefined;
    const map = this.entries(entry.value, keysOf.page);
    return {
      at: entry.key.at,
      ...optional({
        default: this.count(map.get('default'))?.count,
        max: this.count(map.get('max'))?.count,
      }),
    };
  }

  private mutation(name: Word, node: Node | null): MutationModel | TransactionModel | undefined {
    const map = this.entries(node, keysOf.mutation);
    return map.has('transaction') ? this.transaction(name, node) : this.single(name, map);
  }

  private transaction(name: Word, node: Node | null): TransactionModel {
    const map = this.entries(node, keysOf.mutation);
    for (const { key } of this.entries(node, keysOf.step).values())
      this.report(
        'mutation-kind',
        key.at,
        `\`${key.text}\` beside \`transaction\` is of no step.`,
        'Move it into the step it is meant for.',
      );
    const entries = this.fields(map.get('transaction'));
    const path = this.fieldPath(map.get('for'));
    const steps: MutationModel[] = [];
    for (const entry of entries) {
      // A step knows of those before it.
      this.steps = new Set(steps.flatMap(({ step }) => step?.name.text ?? []));
      const named: Word = { text: `${name.text}.${entry.key.text}`, at: entry.key.at };
      const step = this.single(named, this.entries(entry.value, keysOf.mutation));
      if (step)
        steps.push({ ...step, ...optional({ for: path }), step: { name: entry.key, transaction: name } });
    }
    this.steps = new Set();
    return {
      name,
      steps,
      ...optional({
        for: path,
        returns: this.word(map.get('returns')),
        allow: this.word(map.get('allow')),
        idempotent: this.idempotent(map.get('idempotent')),
      }),
    };
  }

  private idempotent(entry: Entry | undefined): IdempotentModel | undefined {
    if (!entry) return undefined;
    const map = isMap(entry.value) ? this.entries(entry.value, keysOf.idempotent) : undefined;
    const token = this.source(map ? map.get('token') : entry);
    const length = this.word(map?.get('for'))?.text;
    return token && { token, ...optional({ seconds: length === undefined ? undefined : secondsOf(length) }) };
  }

  private single(name: Word, map: Entries<keyof typeof keysOf.mutation>): MutationModel | undefined {
    const kind = mutationKinds.find((one) => map.has(one));
    const entity = kind && this.word(map.get(kind));
    if (!kind || !entity) return undefined;
    return {
      name,
      kind,
      entity,
      where: this.bindings(map.get('where')),
      set: this.fields(map.get('set')).flatMap((entry) => {
        const value = this.literal(entry.value, entry.key.at);
        return value && !isReference(value) ? [{ field: entry.key, value }] : [];
      }),
      given: this.fields(map.get('set')).flatMap((entry) => {
        const value = this.literal(entry.value, entry.key.at);
        const source = value && isReference(value) ? this.source(entry) : undefined;
        return source ? [{ field: entry.key, source }] : [];
      }),
      elements: elementUpdates.flatMap((how) =>
        this.bindings(map.get(how)).map(({ field, source }) => ({ how, field, source })),
      ),
      require: this.fields(map.get('require')).flatMap((entry) => {
        const condition = this.filter(entry);
        return condition ? [{ name: entry.key, condition: withCurrent(condition) }] : [];
      }),
      ...optional({
        for: this.fieldPath(map.get('for')),
        idempotent: this.idempotent(map.get('idempotent')),
        to: this.source(map.get('to')),
        extend: this.word(map.get('extend')),
        from: this.source(map.get('from')),
        expect: this.source(map.get('expect')),
        prepare: this.word(map.get('prepare')),
        alongside: this.word(map.get('alongside')),
        allow: this.word(map.get('allow')),
      }),
    };
  }

  private rule(name: Word, node: Node | null): RuleModel {
    const map = this.entries(node, keysOf.rule);
    const declared = this.entries(map.get('writes')?.value ?? null, keysOf.ruleWrites);
    return {
      name,
      writes: writeKinds.flatMap((kind) =>
        this.words(declared.get(kind)).map((entity) => ({ kind, entity })),
      ),
      ...optional({
        for: this.fieldPath(map.get('for')),
        in: this.word(map.get('in')),
        gets: this.count(map.get('gets'))?.count,
        once: this.word(map.get('once')),
        requests: this.count(map.get('requests'))?.count,
      }),
    };
  }

  // --- words ---

  private templates(entry: Entry | undefined): TemplateModel[] {
    return this.fields(entry).flatMap((field) => {
      const template = this.word(field);
      return template ? [{ attribute: field.key, template }] : [];
    });
  }

  private bindings(entry: Entry | undefined): Binding[] {
    return this.fields(entry).flatMap((field) => {
      const source = this.source(field);
      return source ? [{ field: field.key, source }] : [];
    });
  }

  /** Equalities; `{ in: … }` for one with any of several values. */
  private lookups(entry: Entry | undefined): Binding[] {
    return this.fields(entry).flatMap((field): Binding[] => {
      if (!isMap(field.value)) {
        const source = this.source(field);
        return source ? [{ field: field.key, source }] : [];
      }
      const list = this.entries(field.value, keysOf.lookup).get('in');
      if (list && isSeq(list.value)) {
        const each = this.constants(list.key, list.value.items);
        return each[0] ? [{ field: field.key, source: each[0], each }] : [];
      }
      const source = this.source(list);
      return source ? [{ field: field.key, source, each: 'list' }] : [];
    });
  }

  private constants(key: Word, items: readonly unknown[]): LiteralSource[] {
    return items.flatMap((item) => {
      const source = this.source({ key, value: item as Node | null });
      return source?.kind === 'literal' ? [source] : [];
    });
  }

  private source(entry: Entry | undefined): Source | undefined {
    if (!entry) return undefined;
    const literal = this.literal(entry.value, entry.key.at);
    if (!literal) return undefined;
    const { value, at } = literal;
    if (value === null) return undefined;
    if (typeof value !== 'string' || literalText.test(value) || value === '')
      return { kind: 'literal', value, at };
    const [head = '', ...path] = value.slice(1).split('.');
    if (head === 'parent' || head === 'through') return { kind: head, path, at };
    if (this.steps.has(head)) return { kind: 'step', step: head, path, at };
    return { kind: 'argument', path: [head, ...path], at };
  }

  private fieldPath(entry: Entry | undefined): FieldPath | undefined {
    const word = this.word(entry);
    return word && fieldPathOf(word);
  }

  private typeRef(word: Word): TypeRef | undefined {
    const parse = (text: string): TypeRef | undefined => {
      const nonNull = text.endsWith('!');
      const bare = nonNull ? text.slice(0, -1) : text;
      if (bare.startsWith('[') && bare.endsWith(']')) {
        const of = parse(bare.slice(1, -1).trim());
        return of && { kind: 'list', of, nonNull };
      }
      return /^[A-Za-z_]\w*$/.test(bare) ? { kind: 'named', name: bare, nonNull } : undefined;
    };
    const type = parse(word.text.trim());
    if (!type)
      this.report(
        'wrong-value',
        word.at,
        `\`${word.text}\` is not a type.`,
        'Write it as in SDL: `String!`, `[String!]!`.',
      );
    return type;
  }

  /** What is said by `true`, with its place. */
  private flag(entry: Entry | undefined): { at: Span } | undefined {
    return entry && this.boolean(entry) ? { at: entry.key.at } : undefined;
  }

  private boolean(entry: Entry | undefined): boolean {
    const literal = entry && this.literal(entry.value, entry.key.at);
    return literal?.value === true;
  }

  private count(entry: Entry | undefined): { count: number; at: Span } | undefined {
    const literal = entry && this.literal(entry.value, entry.key.at);
    return typeof literal?.value === 'number' ? { count: literal.value, at: literal.at } : undefined;
  }

  private word(entry: Entry | undefined): Word | undefined {
    return entry && this.wordOf(entry.value, entry.key.at);
  }

  /** One word or a list of words. */
  private words(entry: Entry | undefined): Word[] {
    if (!entry) return [];
    if (isSeq(entry.value)) return this.wordList(entry.value, entry.key.at);
    const word = this.word(entry);
    return word ? [word] : [];
  }

  private wordList(node: { items: unknown[] }, at: Span): Word[] {
    return node.items.flatMap((item) => {
      const word = this.wordOf(item as Node, at);
      return word ? [word] : [];
    });
  }

  private wordOf(node: Node | null, at: Span): Word | undefined {
    const literal = this.literal(node, at);
    return typeof literal?.value === 'string' ? { text: literal.value, at: literal.at } : undefined;
  }

  /** One constant or a list of them. */
  private literals(entry: Entry): Literal[] {
    const nodes = isSeq(entry.value) ? entry.value.items : [entry.value];
    return nodes.flatMap((node) => this.literal(node as Node | null, entry.key.at) ?? []);
  }

  private literal(node: Node | null, at: Span): Literal | undefined {
    if (isScalar(node)) {
      const { value } = node;
      const span = this.span(node) ?? at;
      if (
        value === null ||
        typeof value === 'string' ||
        typeof value === 'number' ||
        typeof value === 'boolean'
      ) {
        return { value, at: span };
      }
    }
    return node === null ? { value: null, at } : undefined;
  }

  // --- mappings ---

  /** The items of a mapping `name: definition`, in the order written. */
  private named<T>(entry: Entry | undefined, read: (name: Word, node: Node | null) => T | undefined): T[] {
    return this.fields(entry).flatMap((field) => {
      const value = read(field.key, field.value);
      return value === undefined ? [] : [value];
    });
  }

  /** A mapping with any keys. */
  private fields(entry: Entry | undefined): Entry[] {
    if (!entry) return [];
    return this.pairs(entry.value);
  }

  /** A mapping with known keys. */
  private entries<K extends string>(node: Node | null, keys: Readonly<Record<K, unknown>>): Entries<K> {
    return new Map(
      this.pairs(node).flatMap((entry) => (isKeyOf(entry.key.text, keys) ? [[entry.key.text, entry]] : [])),
    );
  }

  private pairs(node: Node | null): Entry[] {
    if (!isMap(node)) return [];
    const seen = new Map<string, Span>();
    return node.items.flatMap((pair) => {
      const at = isScalar(pair.key) ? this.span(pair.key) : undefined;
      if (!isScalar(pair.key) || !at) return [];
      const key: Word = { text: String(pair.key.value), at };
      const earlier = seen.get(key.text);
      if (earlier) {
        this.diagnostics.push({
          code: 'duplicate-key',
          severity: 'error',
          message: `\`${key.text}\` is written twice.`,
          at: key.at,
          notes: [{ message: 'first here', at: earlier }],
          hint: 'Rename or remove one of them.',
        });
        return [];
      }
      seen.set(key.text, key.at);
      return [{ key, value: (pair.value ?? null) as Node | null }];
    });
  }

  private span(node: Node | ParsedNode | null): Span | undefined {
    const range = node?.range;
    return range ? { file: this.file, start: range[0], end: Math.max(range[1], range[0] + 1) } : undefined;
  }

  private report(code: Code, at: Span, message: string, hint?: string): void {
    if (this.refused.has(at.start)) return;
    this.diagnostics.push({ code, severity: 'error', message, at, ...optional({ hint }) });
  }
}

/** `$current.attribute` in a condition on the record: a value of its own. */
function withCurrent(condition: FilterModel): FilterModel {
  if (condition.kind === 'not') return { ...condition, of: withCurrent(condition.of) };
  if (condition.kind !== 'compare') return { ...condition, of: condition.of.map(withCurrent) };
  const values = condition.values.map((source): Source => {
    if (source.kind !== 'argument' || source.path[0] !== 'current') return source;
    return { kind: 'current', path: source.path.slice(1), at: source.at };
  });
  return { ...condition, values };
}

function fieldPathOf(word: Word): FieldPath | undefined {
  const [type, field] = word.text.split('.');
  return type && field ? { type, field, at: word.at } : undefined;
}

const secondsIn: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

/** `7d` in seconds. */
function secondsOf(length: string): number {
  return Number.parseInt(length, 10) * (secondsIn[length.at(-1) ?? ''] ?? Number.NaN);
}

/** `$input.userId`, not a constant. */
function isReference({ value }: Literal): boolean {
  return typeof value === 'string' && value.startsWith('$');
}

/** The table of a declaration that has none. */
function unsaidTable(
  at: Span,
  entities: readonly EntityModel[],
  mutations: readonly Pick<MutationModel, 'idempotent'>[],
): TableModel {
  const word = (text: string): Word => ({ text, at });
  const expires =
    entities.some(({ ttl, keep }) => ttl || keep?.seconds) || mutations.some(({ idempotent }) => idempotent);
  return {
    name: word('entities'),
    physicalName: word('${TABLE_PREFIX}-entities'),
    partition: word('PK'),
    sort: word('SK'),
    ...(expires ? { ttl: word('ttl') } : {}),
    indexes: [],
    isOpen: true,
  };
}

function isComparison(text: string): text is Comparison {
  return (comparisons as readonly string[]).includes(text);
}

function isFilterOperator(text: string): text is (typeof filterOperators)[number] & FilterOperator {
  return (filterOperators as readonly string[]).includes(text);
}

function isKeyOf<K extends string>(key: string, keys: Readonly<Record<K, unknown>>): key is K {
  return Object.hasOwn(keys, key);
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The properties that have a value: an absent optional property is absent, not undefined. */
function optional<T extends object>(properties: T): Present<T> {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => value !== undefined),
  ) as Present<T>;
}
