/** access-patterns.yaml -> model, every word with its place. */

import {
  type Document,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  visit,
} from 'yaml';
import { type Diagnostic, type Span, suggestion } from '../diagnostics.js';
import type {
  Binding,
  Comparison,
  EntityModel,
  FieldPath,
  FilterModel,
  FilterOperator,
  IndexModel,
  Literal,
  LiteralSource,
  Model,
  MutationModel,
  PatternModel,
  RuleModel,
  Source,
  TableModel,
  TemplateModel,
  TypeRef,
  Word,
} from '../model.js';
import { comparisons, filterOperators, partOf } from '../model.js';

type YamlModel = Omit<Model, 'sdl'>;

/** Reads one YAML text. The model holds what could be read; the diagnostics say what could not. */
export function readYaml(file: string, text: string): { model: YamlModel; diagnostics: Diagnostic[] } {
  return new YamlReader(file, text).read();
}

interface Entry {
  readonly key: Word;
  readonly value: Node | null;
}

const literalText = /^[^$]/;

const patternKinds = ['one', 'many', 'mixed', 'count', 'exists'] as const;

class YamlReader {
  private readonly diagnostics: Diagnostic[] = [];
  private readonly file: string;
  private readonly text: string;

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
      rules: [],
      elsewhere: [],
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
    const top = this.entries(document.contents, 'access-patterns.yaml', whole, {
      version: true,
      tables: false,
      entities: true,
      patterns: false,
      mutations: false,
      rules: false,
      elsewhere: false,
    });
    const version = top.get('version');
    if (version) {
      const literal = this.literal(version.value, version.key.at);
      if (literal && literal.value !== 1) {
        this.report('wrong-value', literal.at, 'This version of the language is `1`.', 'Write `version: 1`.');
      }
    }
    const entities = this.named(top.get('entities'), (name, node) => this.entity(name, node));
    const model: YamlModel = {
      at: whole,
      tables: top.has('tables')
        ? this.named(top.get('tables'), (name, node) => this.table(name, node))
        : [unsaidTable(whole, entities)],
      entities,
      patterns: this.named(top.get('patterns'), (name, node) => this.pattern(name, node)),
      mutations: this.named(top.get('mutations'), (name, node) => this.mutation(name, node)),
      rules: this.named(top.get('rules'), (name, node) => this.rule(name, node)),
      elsewhere: this.words(top.get('elsewhere')).flatMap(
        (word) => this.fieldPathOf(word, '`Type.field` or `Type.*`') ?? [],
      ),
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
    const map = this.entries(node, `table \`${name.text}\``, name.at, {
      name: true,
      key: true,
      indexes: false,
      ttl: false,
    });
    const physicalName = this.word(map.get('name'));
    const [partition, sort] = this.keyWords(map.get('key'));
    if (!partition || !physicalName) return undefined;
    if (!/^[\w.-]+$/.test(physicalName.text.replace(/\$\{\w+\}/g, 'x'))) {
      this.report(
        'wrong-value',
        physicalName.at,
        `\`${physicalName.text}\` is not a table name.`,
        'Use letters, digits, `_`, `-`, `.` and `${VARIABLES}`.',
      );
    }
    const indexes = this.named(map.get('indexes'), (index, value) => this.index(index, value, partition));
    const ttl = this.name(map.get('ttl'));
    return {
      name,
      physicalName: physicalName.text,
      partition,
      ...optional({ sort, ttl }),
      indexes,
      isOpen: !map.has('indexes'),
    };
  }

  private index(name: Word, node: Node | null, tablePartition: Word): IndexModel | undefined {
    if (name.text.length < 3 || name.text === 'table') {
      this.report(
        'wrong-value',
        name.at,
        `\`${name.text}\` cannot name an index.`,
        'Use three letters or more; `table` means the table itself.',
      );
    }
    if (isSeq(node)) {
      const [partition, sort] = this.keyWords({ key: name, value: node });
      return (
        partition && { name, kind: 'global', partition, ...optional({ sort }), project: { kind: 'all' } }
      );
    }
    const map = this.entries(node, `index \`${name.text}\``, name.at, {
      key: false,
      partition: false,
      sort: false,
      project: false,
    });
    const project = this.projection(map.get('project'));
    const raw = map.get('partition');
    if (raw) return this.nativeIndex(name, raw, map, project);
    const local = this.name(map.get('sort'));
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
    const [partition, sort] = this.keyWords(key);
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
  private nativeIndex(
    name: Word,
    raw: Entry,
    map: ReadonlyMap<string, Entry>,
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
    for (const [part, words, at] of [
      ['partition', partition, raw.key.at],
      ['sort', sort, map.get('sort')?.key.at ?? raw.key.at],
    ] as const) {
      const extra = words[4] ?? (part === 'partition' && words.length === 0 ? { at } : undefined);
      if (!extra) continue;
      this.report(
        'wrong-value',
        extra.at,
        `The ${part} key of index \`${name.text}\` has ${words.length} attributes.`,
        part === 'partition'
          ? 'Name 1 to 4: DynamoDB takes no more.'
          : 'Name 4 at most: DynamoDB takes no more.',
      );
    }
    const [first] = partition;
    if (!first) return undefined;
    return {
      name,
      kind: 'native',
      partition: first,
      ...optional({ sort: sort[0] }),
      native: { partition, sort },
      project,
    };
  }

  /** The attributes of a partition key and, at most, a sort key. */
  private keyWords(entry: Entry | undefined): Word[] {
    const words = this.words(entry).filter((word) => this.isName(word));
    const isEmpty = entry && isSeq(entry.value) && entry.value.items.length === 0;
    const extra = words[2] ?? (isEmpty ? entry.key : undefined);
    if (extra)
      this.report(
        'wrong-value',
        extra.at,
        'A key is a partition attribute and, at most, a sort attribute.',
        'Write `[PARTITION, SORT]`.',
      );
    return words;
  }

  private projection(entry: Entry | undefined): IndexModel['project'] {
    if (!entry) return { kind: 'all' };
    if (isSeq(entry.value)) return { kind: 'include', fields: this.wordList(entry.value, entry.key.at) };
    const word = this.choice(entry, ['ALL', 'KEYS_ONLY']);
    return word?.text === 'KEYS_ONLY' ? { kind: 'keys' } : { kind: 'all' };
  }

  private entity(name: Word, node: Node | null): EntityModel | undefined {
    const map = this.entries(node, `entity \`${name.text}\``, name.at, {
      table: false,
      key: false,
      identity: false,
      stored: false,
      secret: false,
      generate: false,
      default: false,
      normalize: false,
      encode: false,
      compute: false,
      unique: false,
      immutable: false,
      ttl: false,
      historyOf: false,
      singleton: false,
      sets: false,
    });
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
      generate: this.fields(map.get('generate')).flatMap((entry) => {
        const how = this.choice(entry, ['uuidv7', 'now', 'touch', 'revision']);
        return how ? [{ field: entry.key, how }] : [];
      }),
      default: this.fields(map.get('default')).flatMap((entry) => {
        const value = this.literal(entry.value, entry.key.at);
        return value ? [{ field: entry.key, value }] : [];
      }),
      normalize: this.fields(map.get('normalize')).flatMap((entry) => {
        const steps = this.choices(entry, ['lowercase', 'trim']);
        return steps.length > 0 ? [{ field: entry.key, steps }] : [];
      }),
      encode: this.fields(map.get('encode')).flatMap((entry) => {
        const how = this.word(entry);
        return how ? [{ field: entry.key, how }] : [];
      }),
      compute: this.fields(map.get('compute')).flatMap((entry) => {
        const rule = this.name(entry);
        return rule ? [{ field: entry.key, rule }] : [];
      }),
      unique: this.uniques(map.get('unique')),
      immutable: immutableAll ? true : this.words(immutable),
      singleton: this.boolean(map.get('singleton')),
      sets: this.words(map.get('sets')),
      ...optional({
        table: this.word(map.get('table')),
        identity: map.has('identity') ? this.words(map.get('identity')) : undefined,
        ttl: this.word(map.get('ttl')),
        historyOf: this.word(map.get('historyOf')),
      }),
    };
  }

  private uniques(entry: Entry | undefined): Word[][] {
    if (!entry) return [];
    if (!isSeq(entry.value)) return this.words(entry).map((word) => [word]);
    return entry.value.items.flatMap((item) => {
      const node = item as Node;
      if (isSeq(node)) return [this.wordList(node, entry.key.at)];
      const word = this.wordOf(node, entry.key.at);
      return word ? [[word]] : [];
    });
  }

  private pattern(name: Word, node: Node | null): PatternModel | undefined {
    const map = this.entries(node, `pattern \`${name.text}\``, name.at, {
      one: false,
      many: false,
      mixed: false,
      members: false,
      parent: false,
      count: false,
      exists: false,
      through: false,
      for: false,
      where: false,
      narrow: false,
      last: false,
      sort: false,
      order: false,
      range: false,
      filter: false,
      when: false,
      bucket: false,
      in: false,
      across: false,
      shards: false,
      upTo: false,
      index: false,
      key: false,
      entry: false,
      type: false,
      consistent: false,
      page: false,
      limit: false,
      allow: false,
      visible: false,
    });
    const kinds = patternKinds.filter((kind) => map.has(kind));
    const [cardinality] = kinds;
    const named = cardinality && this.word(map.get(cardinality));
    if (!cardinality || kinds.length > 1) {
      this.report(
        'pattern-kind',
        name.at,
        `Pattern \`${name.text}\` says ${kinds.length > 1 ? kinds.map((kind) => `\`${kind}\``).join(' and ') : 'none of `one`, `many`, `mixed`, `count` and `exists`'}.`,
        'Write `one: Entity` for at most one result, `many: Entity` for a connection or list, `mixed: Union` for several entities, `count: Entity` for how many there are, `exists: Entity` for whether there is one.',
      );
    }
    const through = map.get('through');
    const join = through && cardinality && this.through(through, cardinality);
    if (!named || !cardinality || kinds.length > 1 || (through && !join)) return undefined;
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
        across: this.count(map.get('across'), 1000),
        shards: this.count(map.get('shards'), 100),
        upTo: this.count(map.get('upTo'), 1_000_000),
        index: this.word(map.get('index')),
        entry: this.entryItem(map.get('entry')),
        type: this.discriminator(map.get('type')),
        page: this.page(map.get('page')),
        limit: this.source(map.get('limit')),
        last: this.lastPart(map.get('last')),
        allow: this.name(map.get('allow')),
        visible: this.name(map.get('visible')),
      }),
    };
  }

  /** The join that leads to what is returned: `{ many: Participation, where: { … } }`. */
  private through(
    entry: Entry,
    cardinality: PatternModel['cardinality'],
  ): Pick<PatternModel, 'target' | 'where'> | undefined {
    const map = this.entries(entry.value, '`through`', entry.key.at, {
      one: false,
      many: false,
      where: false,
    });
    const [kind, ...more] = [...map.values()].filter(({ key }) => key.text !== 'where');
    if (kind?.key.text !== cardinality || more.length > 0) {
      const isCounted = cardinality === 'count' || cardinality === 'exists';
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
    const map = this.entries(first.value, `range of \`${first.key.text}\``, first.key.at, {
      from: false,
      to: false,
      after: false,
      before: false,
      prefix: false,
    });
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
          if (!isSeq(field.value))
            this.report(
              'wrong-type',
              field.key.at,
              `\`${field.key.text}\` is a list of conditions.`,
              'Write `- { field: … }` for each.',
            );
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
          if (!isComparison(one.key.text)) {
            this.report(
              'wrong-value',
              one.key.at,
              `\`${one.key.text}\` is no comparison of a size.`,
              suggestion(one.key.text, comparisons),
            );
            return [];
          }
          return source
            ? [{ kind: 'compare', field, operator: `size ${one.key.text}`, values: [source], isList: false }]
            : [];
        });
      }
      if (!isFilterOperator(operator)) {
        this.report(
          'wrong-value',
          operand.key.at,
          `\`${operator}\` is no filter operator.`,
          suggestion(operator, [...filterOperators, 'size']),
        );
        return [];
      }
      const isList = isSeq(operand.value);
      const values = isSeq(operand.value)
        ? operand.value.items.flatMap((item) => this.source({ key: operand.key, value: item as Node }) ?? [])
        : [this.source(operand)].flatMap((source) => source ?? []);
      if ((operator === 'between') !== (isList && values.length === 2) && operator !== 'in') {
        this.report(
          'wrong-type',
          operand.key.at,
          operator === 'between'
            ? '`between` takes a list of two values.'
            : `\`${operator}\` takes one value.`,
        );
        return [];
      }
      return values.length > 0 ? [{ kind: 'compare', field, operator, values, isList }] : [];
    });
  }

  private bucket(entry: Entry | undefined): PatternModel['bucket'] {
    const word = this.word(entry);
    if (!word) return undefined;
    const match = /^(\w+)\(\s*(\w+)\s*\)$/.exec(word.text);
    const [, unit, field] = match ?? [];
    if (!unit || !field || !['hour', 'day', 'month', 'year'].includes(unit)) {
      this.report(
        'wrong-value',
        word.at,
        `\`${word.text}\` is not a bucket.`,
        'Write `month(field)`, `day(field)`, `hour(field)` or `year(field)`.',
      );
      return undefined;
    }
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
    const map = this.entries(entry.value, '`entry`', entry.key.at, { key: false, include: false });
    return { at: entry.key.at, key: this.templates(map.get('key')), include: this.words(map.get('include')) };
  }

  private discriminator(entry: Entry | undefined): PatternModel['type'] {
    const fields = this.fields(entry);
    const by = fields.find((field) => field.key.text === 'by');
    const source = this.source(by);
    if (!entry) return undefined;
    if (!source) {
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
    const map = this.entries(entry.value, '`page`', entry.key.at, { default: false, max: false });
    return {
      at: entry.key.at,
      ...optional({
        default: this.count(map.get('default'), 1000)?.count,
        max: this.count(map.get('max'), 1000)?.count,
      }),
    };
  }

  private mutation(name: Word, node: Node | null): MutationModel | undefined {
    const map = this.entries(node, `mutation \`${name.text}\``, name.at, {
      create: false,
      update: false,
      upsert: false,
      delete: false,
      for: true,
      where: false,
      from: false,
      set: false,
      expect: false,
      prepare: false,
      alongside: false,
      allow: false,
    });
    const kinds = (['create', 'update', 'upsert', 'delete'] as const).filter((kind) => map.has(kind));
    const [kind] = kinds;
    const entity = kind && this.word(map.get(kind));
    if (!kind || !entity || kinds.length > 1) {
      this.report(
        'mutation-kind',
        name.at,
        `Mutation \`${name.text}\` says ${kinds.length > 1 ? kinds.map((one) => `\`${one}\``).join(' and ') : 'none of `create`, `update`, `upsert`, `delete`'}.`,
        'Write exactly one, as `create: Entity`.',
      );
      return undefined;
    }
    return {
      name,
      kind,
      entity,
      where: this.bindings(map.get('where')),
      set: this.fields(map.get('set')).flatMap((entry) => {
        const value = this.literal(entry.value, entry.key.at);
        return value ? [{ field: entry.key, value }] : [];
      }),
      ...optional({
        for: this.fieldPath(map.get('for')),
        from: this.source(map.get('from')),
        expect: this.source(map.get('expect')),
        prepare: this.name(map.get('prepare')),
        alongside: this.name(map.get('alongside')),
        allow: this.name(map.get('allow')),
      }),
    };
  }

  private rule(name: Word, node: Node | null): RuleModel {
    const map = this.entries(node, `rule \`${name.text}\``, name.at, { for: false, in: false });
    return { name, ...optional({ for: this.fieldPath(map.get('for')), in: this.ruleFile(map.get('in')) }) };
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
      const map = this.entries(field.value, `\`${field.key.text}\``, field.key.at, { in: true });
      const list = map.get('in');
      if (list && isSeq(list.value)) {
        const each = this.constants(list);
        return each[0] ? [{ field: field.key, source: each[0], each }] : [];
      }
      const source = this.source(list);
      return source ? [{ field: field.key, source, each: 'list' }] : [];
    });
  }

  private constants(entry: Entry): LiteralSource[] {
    const sources = isSeq(entry.value)
      ? entry.value.items.flatMap((item) => this.source({ key: entry.key, value: item as Node }) ?? [])
      : [];
    const of = sources.flatMap((source) => (source.kind === 'literal' ? [source] : []));
    const other = sources.find((source) => source.kind !== 'literal');
    if (other || of.length === 0) {
      this.report(
        'wrong-value',
        other?.at ?? entry.key.at,
        'The list of `in` is of constants.',
        'Write `in: $values` for a list that the caller gives.',
      );
      return [];
    }
    return of;
  }

  private lastPart(entry: Entry | undefined): Word | undefined {
    return entry && this.choice(entry, ['prefix']);
  }

  private source(entry: Entry | undefined): Source | undefined {
    if (!entry) return undefined;
    const literal = this.literal(entry.value, entry.key.at);
    if (!literal) return undefined;
    const { value, at } = literal;
    if (value === null) {
      this.report(
        'wrong-value',
        at,
        'A value is missing here.',
        'Write `$argument`, `$parent.field` or a constant.',
      );
      return undefined;
    }
    if (typeof value !== 'string' || literalText.test(value) || value === '')
      return { kind: 'literal', value, at };
    const [head = '', ...path] = value.slice(1).split('.');
    if (head === 'parent' || head === 'through') return { kind: head, path, at };
    return { kind: 'argument', path: [head, ...path], at };
  }

  private fieldPath(entry: Entry | undefined): FieldPath | undefined {
    const word = this.word(entry);
    return word && this.fieldPathOf(word, '`Type.field`');
  }

  private fieldPathOf(word: Word, form: string): FieldPath | undefined {
    const [type, field, ...rest] = word.text.split('.');
    if (!type || !field || rest.length > 0) {
      this.report('wrong-value', word.at, `\`${word.text}\` is not a field of the schema.`, `Write ${form}.`);
      return undefined;
    }
    return { type, field, at: word.at };
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

  /** A name that becomes one in generated code. */
  private name(entry: Entry | undefined): Word | undefined {
    const word = this.word(entry);
    return word && this.isName(word) ? word : undefined;
  }

  private isName(word: Word): boolean {
    if (/^[A-Za-z_]\w*$/.test(word.text)) return true;
    this.report('wrong-value', word.at, `\`${word.text}\` is not a name.`, 'Use letters, digits and `_`.');
    return false;
  }

  /** A file of `src/rules/`: nothing that could lead out of it. */
  private ruleFile(entry: Entry | undefined): Word | undefined {
    const word = this.word(entry);
    if (!word || /^[A-Za-z_][\w-]*$/.test(word.text)) return word;
    this.report(
      'wrong-value',
      word.at,
      `\`${word.text}\` is not a file of \`src/rules/\`.`,
      'Write its name without folder and extension, as `in: access`.',
    );
    return undefined;
  }

  private boolean(entry: Entry | undefined): boolean {
    if (!entry) return false;
    const literal = this.literal(entry.value, entry.key.at);
    if (!literal) return false;
    if (typeof literal.value === 'boolean') return literal.value;
    this.report(
      'wrong-value',
      literal.at,
      `\`${entry.key.text}\` is true or false.`,
      'Write `true`, or leave it out.',
    );
    return false;
  }

  private count(entry: Entry | undefined, max: number): { count: number; at: Span } | undefined {
    if (!entry) return undefined;
    const literal = this.literal(entry.value, entry.key.at);
    if (!literal) return undefined;
    const { value, at } = literal;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max)
      return { count: value, at };
    this.report(
      'wrong-value',
      at,
      `\`${entry.key.text}\` is a whole number from 1 to ${max}.`,
      `Write one, as \`${entry.key.text}: ${Math.min(max, 20)}\`.`,
    );
    return undefined;
  }

  private choice(entry: Entry, values: readonly string[]): Word | undefined {
    const word = this.word(entry);
    return word && this.isOneOf(word, entry, values) ? word : undefined;
  }

  private choices(entry: Entry, values: readonly string[]): Word[] {
    return this.words(entry).filter((word) => this.isOneOf(word, entry, values));
  }

  private isOneOf(word: Word, entry: Entry, values: readonly string[]): boolean {
    if (values.includes(word.text)) return true;
    this.report(
      'wrong-value',
      word.at,
      `\`${word.text}\` is no value of \`${entry.key.text}\`.`,
      suggestion(word.text, values),
    );
    return false;
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
    if (!literal) return undefined;
    if (typeof literal.value === 'string') return { text: literal.value, at: literal.at };
    this.report('wrong-type', literal.at, 'Text is expected here.', 'Put it in quotes.');
    return undefined;
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
    if (node === null) return { value: null, at };
    this.report(
      'wrong-type',
      this.span(node) ?? at,
      `A single value is expected here, not ${isSeq(node) ? 'a list' : 'a mapping'}.`,
    );
    return undefined;
  }

  // --- mappings ---

  /** The items of a mapping `name: definition`, in the order written. */
  private named<T>(entry: Entry | undefined, read: (name: Word, node: Node | null) => T | undefined): T[] {
    return this.fields(entry).flatMap((field) => {
      if (!this.isName(field.key)) return [];
      const value = read(field.key, field.value);
      return value === undefined ? [] : [value];
    });
  }

  /** A mapping with any keys. */
  private fields(entry: Entry | undefined): Entry[] {
    if (!entry) return [];
    return this.pairs(entry.value, entry.key.at, `\`${entry.key.text}\``);
  }

  /** A mapping with known keys: `true` is required, `false` optional. */
  private entries(
    node: Node | null,
    what: string,
    at: Span,
    keys: Readonly<Record<string, boolean>>,
  ): Map<string, Entry> {
    const entries = new Map<string, Entry>();
    for (const entry of this.pairs(node, at, what)) {
      if (!Object.hasOwn(keys, entry.key.text)) {
        this.report(
          'unknown-key',
          entry.key.at,
          `${capital(what)} has no key \`${entry.key.text}\`.`,
          suggestion(entry.key.text, Object.keys(keys)),
        );
        continue;
      }
      entries.set(entry.key.text, entry);
    }
    for (const [key, required] of Object.entries(keys)) {
      if (required && !entries.has(key)) {
        this.report('missing-key', at, `${capital(what)} lacks \`${key}\`.`, `Add \`${key}:\`.`);
      }
    }
    return entries;
  }

  private pairs(node: Node | null, at: Span, what: string): Entry[] {
    if (node === null || (isScalar(node) && node.value === null)) return [];
    if (!isMap(node)) {
      this.report(
        'wrong-type',
        this.span(node) ?? at,
        `${capital(what)} is a mapping.`,
        'Write `key: value` pairs.',
      );
      return [];
    }
    const seen = new Map<string, Span>();
    return node.items.flatMap((pair) => {
      if (!isPair(pair) || !isScalar(pair.key)) return [];
      const key: Word = { text: String(pair.key.value), at: this.span(pair.key) ?? at };
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

  private report(code: string, at: Span, message: string, hint?: string): void {
    this.diagnostics.push({ code, severity: 'error', message, at, ...optional({ hint }) });
  }
}

/** The table of a declaration that has none. */
function unsaidTable(at: Span, entities: readonly EntityModel[]): TableModel {
  const word = (text: string): Word => ({ text, at });
  return {
    name: word('entities'),
    physicalName: '${TABLE_PREFIX}-entities',
    partition: word('PK'),
    sort: word('SK'),
    ...(entities.some((entity) => entity.ttl) ? { ttl: word('ttl') } : {}),
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

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The properties that have a value: an absent optional property is absent, not undefined. */
function optional<T extends object>(properties: T): Present<T> {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => value !== undefined),
  ) as Present<T>;
}
