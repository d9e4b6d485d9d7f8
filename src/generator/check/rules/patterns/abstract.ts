/** Patterns on interfaces and unions: every member can be distinguished and found. */

import type { Span } from '../../../diagnostics/diagnostic.js';
import { nearest } from '../../../diagnostics/suggest.js';
import { namedType, type PatternModel, printType, type SdlType } from '../../../model.js';
import { renamesOf } from '../../../resolve/members.js';
import type { ResolvedModel, ValueReference } from '../../../resolve/resolved-model.js';
import { type Check, type Finding, listed } from '../../row.js';

export const abstractChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'discriminator-type',
    *check(resolved) {
      for (const use of resolved.values.all) {
        if (use.role !== 'kind') continue;
        const value = use.value;
        if (use.source.kind === 'literal') {
          yield {
            at: use.source.at,
            message: `A constant cannot select the type of \`${use.owner}\`.`,
            hint: 'Take the value from the parent or an argument, as in `by: $parent.kind`.',
          };
        }
        if (value?.kind !== 'type') continue;
        const type = resolved.model.sdl.types.get(namedType(value.type));
        if (value.type.kind === 'named' && type?.kind === 'enum') continue;
        yield {
          at: use.source.at,
          message: `The value that selects the type of \`${use.owner}\` is \`${printType(value.type)}\`, but must be an enum.`,
          notes: [{ message: 'declared here', at: value.at }],
          hint: `Declare an enum with a value for each of ${listed(resolved.model.sdl.types.get(use.owner)?.members ?? [])}.`,
        };
      }
    },
  },
  {
    code: 'discriminator-member',
    *check({ model, entities }) {
      for (const { target, type } of abstractPatterns(model)) {
        for (const { entity } of type?.members ?? []) {
          const abstract = model.sdl.types.get(target.text);
          if (!abstract || !entities.has(entity.text) || abstract.members.includes(entity.text)) continue;
          yield {
            at: entity.at,
            message: `\`${entity.text}\` is not a member of \`${target.text}\`.`,
            notes: [{ message: 'the type', at: abstract.at }],
            hint: `Choose one of ${listed(abstract.members)}.`,
          };
        }
      }
    },
  },
  {
    code: 'discriminator-incomplete',
    check: incomplete,
  },
  {
    code: 'any-without-id',
    check: notFound,
  },
];

function abstractPatterns(model: ResolvedModel['model']): PatternModel[] {
  return model.patterns.filter(({ target, leadsTo, cardinality }) => {
    if (leadsTo || ['count', 'sum', 'exists'].includes(cardinality)) return false;
    const kind = model.sdl.types.get(target.text)?.kind;
    return kind === 'interface' || kind === 'union';
  });
}

function* incomplete(resolved: ResolvedModel): Generator<Finding> {
  const { model } = resolved;
  const kinds = new Map(
    resolved.values.all.filter((use) => use.role === 'kind').map((use) => [use.by.name, use]),
  );
  for (const { name, target, type } of abstractPatterns(model)) {
    const abstract = model.sdl.types.get(target.text);
    if (!type || !abstract) continue;
    const notes = [{ message: 'the type', at: abstract.at }];
    const named = type.members.map((member) => member.entity.text);
    const missing = abstract.members.filter(
      (member) => !named.some((one) => one === member || nearest(one, abstract.members) === member),
    );
    if (missing.length > 0) {
      yield {
        at: type.at,
        message: `\`type\` of pattern \`${name.text}\` leaves out ${listed(missing)} of \`${target.text}\`.`,
        notes,
        hint: `Add ${missing.length === 1 ? 'it' : 'them'}, each under its value.`,
      };
      continue;
    }
    const values = valuesOf(resolved, kinds.get(name));
    const given = type.members.map((member) => member.value.text);
    const open =
      values?.values.filter(
        (value) => !given.some((one) => one === value || nearest(one, values.values) === value),
      ) ?? [];
    if (!values || open.length === 0) continue;
    yield {
      at: type.at,
      message: `\`type\` of pattern \`${name.text}\` leaves out ${listed(open)} of \`${values.name}\`.`,
      notes: [{ message: 'the enum', at: values.at }],
      hint: `Name the entity of ${open.length === 1 ? 'this value' : 'each value'}.`,
    };
  }
}

function valuesOf(resolved: ResolvedModel, use: ValueReference | undefined): SdlType | undefined {
  const value = use?.value;
  const type = value?.kind === 'type' ? resolved.model.sdl.types.get(namedType(value.type)) : undefined;
  return type?.kind === 'enum' ? type : undefined;
}

function* notFound({ model, entities, meant }: ResolvedModel): Generator<Finding> {
  for (const pattern of abstractPatterns(model)) {
    const { name, target, where, type, cardinality } = pattern;
    const abstract = model.sdl.types.get(target.text);
    if (!abstract || cardinality !== 'one') continue;
    const given = new Set(where.map((binding) => binding.field.text));
    const named = (type ?? pattern).members.map((member) => member.entity.text);
    const members = named.length > 0 ? named : abstract.members;
    const stray: { name: string; at: Span; why: string; mapped: string | undefined }[] = [];
    for (const member of new Set(members)) {
      const entity = entities.get(member);
      const sdl = model.sdl.types.get(member);
      if (meant.has(member) || !sdl || (entity && !entity.keyFields)) continue;
      const renames = renamesOf(pattern.members.find((one) => one.entity.text === member));
      const keyFields = (entity?.keyFields ?? []).map((field) => renames[field] ?? field);
      if (entity && keyFields.length === given.size && keyFields.every((field) => given.has(field))) continue;
      // Named under `type` without being an entity: reported as such.
      if (!entity && type) continue;
      stray.push({
        name: member,
        at: sdl.at,
        why: entity ? `its key is ${listed(entity.keyFields ?? [])}` : 'it is not stored',
        mapped: mappedTo(member, entity?.keyFields ?? [], [...given]),
      });
    }
    if (stray.length === 0 && (members.length > 0 || type)) continue;
    const mapped = stray.flatMap((one) => one.mapped ?? []);
    const others = type ? [] : members.filter((one) => !stray.some((two) => two.name === one));
    yield {
      at: where[0]?.field.at ?? name.at,
      message:
        stray.length === 0
          ? `Pattern \`${name.text}\` cannot find any member of \`${target.text}\`.`
          : `Pattern \`${name.text}\` cannot find ${listed(stray.map((one) => one.name))} ${given.size === 0 ? 'without `where`' : `by ${listed(given)}`}.`,
      notes: stray.map(({ at, why }) => ({ message: why, at })),
      hint:
        stray.length === 0
          ? `Make an entity a member of \`${target.text}\`.`
          : mapped.length === stray.length
            ? `Name the fields of ${stray.length === 1 ? 'its key' : 'their keys'}: \`members: { ${[...others.map((one) => `${one}: {}`), ...mapped].join(', ')} }\`.`
            : `Look up by the whole key of every member, or remove ${listed(stray.map((one) => one.name))} from \`${target.text}\`.`,
    };
  }
}

/** What `members` would say of an entity with a key of as many fields. */
function mappedTo(
  member: string,
  keyFields: readonly string[],
  given: readonly string[],
): string | undefined {
  const own = keyFields.filter((field) => !given.includes(field));
  const called = given.filter((field) => !keyFields.includes(field));
  if (own.length === 0 || keyFields.length !== given.length) return undefined;
  return `${member}: { ${own.map((field, at) => `${field}: ${called[at]}`).join(', ')} }`;
}
