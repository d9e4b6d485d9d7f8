/** Attributes: whether a value that was stored before is read as it was. */

import { fieldNamed, type Model, type TypeRef } from '../../generator/model.js';
import type { AttributePlan, EntityPlan } from '../../generator/plan/types/storage.js';
import type { Found } from '../found.js';
import { paired } from '../pairs.js';
import { rowOf } from '../rules.js';
import type { Around } from './around.js';
import { type Comparers, compared } from './compare.js';
import { type FormChange, formChanges } from './forms.js';
import { accepted } from './needs.js';

interface OfAttribute {
  readonly around: Around;
  readonly entity: string;
}

const ofAttribute: Comparers<AttributePlan, OfAttribute> = {
  // Another one where the lock reports `attribute-renamed`, or `renamed` says so.
  name: 'name',
  // Whether it may be null is in the lock, whatever else it says is in `typeChanges`.
  type: 'code only',
  nullable: 'lock',
  of: 'code only',
  list: 'code only',
  elements: 'code only',
  encoding: 'code only',
  element: 'code only',
  any: 'code only',
  isPart: 'code only',
  // What is checked of values that are written.
  form: 'code only',
  validation: 'code only',
  immutable: 'code only',
  movable: 'code only',
  transitions: 'code only',
  // What clients see.
  hidden: 'code only',
  secret: 'code only',
  // Made when a record is written.
  generated: 'code only',
  default: (was, is, { around, entity }) =>
    was.readsDefault && is.readsDefault
      ? [
          {
            rule: 'read-default-changed',
            subject: `${entity}.${is.name}`,
            message: `\`${entity}.${is.name}\` reads as ${JSON.stringify(is.default)} where a record has none, and read as ${JSON.stringify(was.default)}.`,
            at: around.place(`${entity}.${is.name}`),
          },
        ]
      : [],
  formerly: 'lock',
  readsDefault: 'lock',
  normalize: normalizeChanged,
  set: 'lock',
  encode: 'lock',
  computed: (was, is, { around, entity }) =>
    is.computed === undefined
      ? []
      : [
          {
            rule: 'computed-changed',
            subject: `${entity}.${is.name}`,
            message: `\`${entity}.${is.name}\` is computed by \`${is.computed}\`${was.computed === undefined ? '' : `, and was by \`${was.computed}\``}.`,
            at: around.place(`${entity}.${is.name}`),
            remedy: `Deploy the code, then run \`tableloom reindex ${entity}\`.`,
          },
        ],
};

function normalizeChanged(was: AttributePlan, is: AttributePlan, { around, entity }: OfAttribute): Found[] {
  const subject = `${entity}.${is.name}`;
  const steps = ({ normalize }: AttributePlan) => normalize.join(', ');
  const common = {
    rule: 'normalize-changed' as const,
    subject,
    at: around.place(subject),
    ...around.normalizing(entity, is.name),
  };
  if (is.normalize.some((step) => !was.normalize.includes(step)))
    return [
      {
        ...common,
        message: `\`${subject}\` is normalized by ${steps(is)}; records stored before have it ${was.normalize.length === 0 ? 'as it was written' : `by ${steps(was)}`}.`,
        remedy: `Deploy the code, then run \`tableloom reindex ${entity}\`.`,
      },
    ];
  const gone = was.normalize.filter((step) => !is.normalize.includes(step));
  return gone.length === 0
    ? []
    : [
        {
          ...common,
          class: 'code only',
          message: `\`${subject}\` is no longer normalized by ${gone.join(', ')}; records stored before keep it as it was normalized.`,
          notes: [
            'A condition that has the value in another spelling does not find them.',
            'How the values were written is not known any more: a reindex does not bring it back.',
          ],
          remedy: 'Keep `normalize`, or have callers ask for values as they are stored.',
        },
      ];
}

export function attributeFindings(was: EntityPlan, is: EntityPlan, around: Around): Found[] {
  const entity = is.name;
  const { both, gone, added } = paired(
    was.attributes,
    is.attributes,
    ({ name }) => name,
    ({ formerly = [] }) => formerly,
  );
  // That the revision moves is one finding.
  const isMoved = ({ name }: AttributePlan) =>
    was.revision !== is.revision && [was.revision, is.revision].includes(name);
  return [
    ...both.flatMap((pair) => [
      ...compared(ofAttribute, pair.was, pair.is, { around, entity }),
      ...typeChanges(pair.was, pair.is, { around, entity }),
    ]),
    ...gone
      .filter((one) => !isMoved(one))
      .map(({ name }): Found => {
        return {
          rule: 'attribute-gone',
          subject: `${entity}.${name}`,
          message: `\`${entity}.${name}\` is no longer declared.`,
          notes: ['Records written before keep it, and nothing reads it.'],
          at: around.place(`${entity}.${name}`),
          ...around.item(entity),
        };
      }),
    ...added.filter((one) => !isMoved(one)).flatMap((one) => newAttribute(one, { around, entity })),
  ];
}

function newAttribute({ name, computed }: AttributePlan, { around, entity }: OfAttribute): Found[] {
  const subject = `${entity}.${name}`;
  const at = around.place(subject);
  if (computed !== undefined)
    return [
      {
        rule: 'computed-changed',
        subject,
        message: `\`${subject}\` is computed by \`${computed}\`, but records stored before have none.`,
        at,
        ...around.without(entity, name),
        remedy: `Deploy the code, then run \`tableloom reindex ${entity}\`.`,
      },
    ];
  return [
    {
      rule: 'attribute-new',
      subject,
      message: `\`${subject}\` is new: records stored before have none.`,
      at,
      ...around.without(entity, name),
    },
  ];
}

/** Of values within values as well. */
function typeChanges(was: AttributePlan, is: AttributePlan, { around, entity }: OfAttribute): Found[] {
  const { before, after } = around;
  const [from, to] = [typeOf(before.model, entity, was.name), typeOf(after.model, entity, is.name)];
  if (!from || !to) return [];
  const schemas = { before: before.model.sdl, after: after.model.sdl };
  return formChanges(schemas, from, to, `${entity}.${is.name}`).map((change) => {
    const found = formFound(change, { around, entity });
    const isAccepted = change.field !== undefined && around.isAccepted(found.rule, change.field);
    return isAccepted ? accepted(found, rowOf(found.rule).severity) : found;
  });
}

function typeOf(model: Model, entity: string, attribute: string): TypeRef | undefined {
  const declared = model.entities.find(({ name }) => name.text === entity);
  const own = declared?.stored.find(({ name }) => name.text === attribute);
  const type = own?.type ?? fieldNamed(model.sdl.types.get(entity), attribute)?.type;
  if (type || !declared?.historyOf) return type;
  return typeOf(model, declared.historyOf.text, attribute);
}

function formFound(change: FormChange, { around, entity }: OfAttribute): Found {
  const { path } = change;
  const [, field = ''] = path.split(/[.[]/);
  const common = { subject: path, at: around.place(`${entity}.${field}`) };
  switch (change.kind) {
    case 'retyped':
      return {
        ...common,
        rule: 'attribute-retyped',
        message: `\`${path}\` is \`${change.is}\`, but stored records have \`${change.was}\` there.`,
        ...around.item(entity),
      };
    case 'required':
      return {
        ...common,
        rule: 'attribute-required',
        message: `\`${path}\` is required, but values stored before may have none there, and reading one of them fails.`,
        remedy: 'Leave it nullable: a default is not read within a value.',
      };
    case 'gone':
      return {
        ...common,
        rule: 'attribute-gone',
        message: `\`${path}\` is no longer declared.`,
        notes: ['Values written before keep it until they are written again, and nothing reads it.'],
      };
    case 'values':
      return {
        ...common,
        rule: 'enum-value-gone',
        message: `\`${path}\` no longer has the value ${change.gone.map((one) => `\`${one}\``).join(' or ')}, but stored records may have it, and reading one of them fails.`,
        remedy: 'Keep the value, marked `@deprecated`, or store another one in those records.',
      };
  }
}
