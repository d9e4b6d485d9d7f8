/** What mutations and transactions refuse, allow and store, and what attributes take. */

import type { AttributePlan } from '../../generator/plan/types/storage.js';
import type {
  ElementPlan,
  IdempotentPlan,
  MutationPlan,
  NamedWrite,
  TransactionPlan,
} from '../../generator/plan/types/writes.js';
import { type Fact, factsOf, type Readers } from './facts.js';
import { conditionText, listText, valuesIn, valueText } from './words.js';

const ofMutation: Readers<MutationPlan, null> = {
  name: 'how',
  kind: (kind, { entity }) => [{ topic: 'kind', text: `is a ${kind} of \`${entity}\`` }],
  entity: 'elsewhere',
  field: 'elsewhere',
  each: (each) => [
    {
      topic: 'each',
      text: `writes a record for each of ${valueText(each)}`,
      values: [each],
      isInput: true,
    },
  ],
  all: (pattern) => [{ topic: 'all', text: `deletes the records of \`${pattern}\`` }],
  key: (key) => key.map((one) => written('key', one)),
  values: (values) => values.map((one) => written('value', one)),
  elements: (elements) => elements.map(elementFact),
  require: (require) =>
    require.map(({ name, condition, message }) => ({
      topic: `require ${name}`,
      text: `requires \`${name}\` (${conditionText(condition, valueText)})${message === undefined ? '' : ` with the message ${JSON.stringify(message)}`}`,
      values: valuesIn(condition),
    })),
  expiry: ({ field, to }) => [
    { topic: 'expiry', text: `moves \`${field}\` to ${valueText(to)}`, values: [to] },
  ],
  direct: 'how',
  expect: (expect) => [
    { topic: 'expect', text: `expects the revision ${valueText(expect)}`, values: [expect] },
  ],
  untouched: () => [{ topic: 'touch', text: 'the time of the last change stays' }],
  publish: (type) => [{ topic: 'publish', text: `publishes \`${type}\`` }],
  prepare: (rule) => [{ topic: 'prepare', text: `rule \`${rule}\` prepares the values` }],
  alongside: (rule) => [{ topic: 'alongside', text: `rule \`${rule}\` adds writes` }],
  allow: 'elsewhere',
  asks: 'elsewhere',
  idempotent: (idempotent) => factsOf(ofIdempotent, idempotent, null),
  step: 'elsewhere',
  cost: 'elsewhere',
};

function written(what: 'key' | 'value', { name, value }: NamedWrite): Fact {
  const text = `${what === 'key' ? 'of the record whose ' : ''}\`${name}\` is ${valueText(value)}`;
  return { topic: `${what} ${name}`, text, values: [value], isInput: true };
}

function elementFact({ how, field, path = [], value, ...rest }: ElementPlan): Fact {
  const steps = path.map((step) => {
    if (step.kind === 'field') return `.${step.name}`;
    return step.kind === 'entry' ? `.(${valueText(step.name)})` : `[${step.field}: ${valueText(step.value)}]`;
  });
  const to = `\`${field}\`${steps.join('')}`;
  const text = {
    set: `sets ${to} to ${valueText(value)}`,
    add: `adds ${valueText(value)} to ${to}`,
    subtract: `subtracts ${valueText(value)} from ${to}`,
    append: `appends ${valueText(value)} to ${to}`,
    remove: `removes ${valueText(value)} from ${to}`,
  }[how];
  const { isNeeded: _needed, number: _number, isList } = rest;
  const topic = `element ${how} ${to}`;
  return { topic, text: isList ? `${text}, each of its elements` : text, values: [value], isInput: true };
}

const ofIdempotent: Readers<IdempotentPlan, null> = {
  token: (token) => [{ topic: 'token', text: `is done once for each ${valueText(token)}`, values: [token] }],
  seconds: (seconds) => [{ topic: 'remembered', text: `a token is remembered for ${seconds} seconds` }],
  table: 'how',
};

const ofTransaction: Readers<TransactionPlan, null> = {
  name: 'how',
  field: 'elsewhere',
  // Each is a mutation.
  steps: (steps) => [{ topic: 'steps', text: `consists of ${listText(steps.map(({ name }) => name))}` }],
  made: (made) =>
    made.flatMap(({ name, given }) =>
      given === null
        ? []
        : [
            {
              topic: `made ${name}`,
              text: `\`$${name}\` is ${valueText(given)} where that is given`,
              values: [given],
            },
          ],
    ),
  returns: (returns) => [
    {
      topic: 'returns',
      text: `returns ${returns.kind === 'step' ? `\`${returns.step}\`` : listText(returns.steps)}`,
    },
  ],
  allow: 'elsewhere',
  asks: 'elsewhere',
  idempotent: (idempotent) => factsOf(ofIdempotent, idempotent, null),
  cost: 'elsewhere',
};

const ofAttribute: Readers<AttributePlan, null> = {
  name: 'how',
  // The API and storage say what else a value is.
  type: 'elsewhere',
  of: 'elsewhere',
  list: 'elsewhere',
  elements: 'elsewhere',
  nullable: 'elsewhere',
  encoding: 'elsewhere',
  element: 'elsewhere',
  any: 'elsewhere',
  isPart: 'elsewhere',
  form: 'elsewhere',
  hidden: 'elsewhere',
  secret: 'elsewhere',
  formerly: 'elsewhere',
  readsDefault: 'elsewhere',
  set: 'elsewhere',
  encode: 'elsewhere',
  generated: (generated) => [{ topic: 'generated', text: `is made by \`${generated}\`` }],
  default: (value) => [{ topic: 'default', text: `is ${listText([value])} where no value is given` }],
  normalize: (normalize) =>
    normalize.length === 0 ? [] : [{ topic: 'normalize', text: `is normalized by ${listText(normalize)}` }],
  immutable: (immutable) => (immutable ? [{ topic: 'immutable', text: 'stays as it was created' }] : []),
  movable: () => [{ topic: 'movable', text: 'may be changed, with the key of the record' }],
  transitions: (transitions) => [
    { topic: 'transitions', text: 'is changed only as `transitions` allows' },
    ...Object.entries(transitions).map(([value, next]) => ({
      topic: `transitions ${value}`,
      text: `may be changed from \`${value}\` to ${next.length === 0 ? 'nothing' : listText(next)}`,
    })),
  ],
  validation: (validation) => {
    if (validation.kind === 'rule')
      return [{ topic: 'validation', text: `is validated by rule \`${validation.rule}\`` }];
    const { kind: _kind, ...bounds } = validation;
    return [{ topic: 'validation', text: `has to be like \`${JSON.stringify(bounds)}\`` }];
  },
  // That records stored before have what the old rule gave, storage says.
  computed: (rule) => [{ topic: 'computed', text: `is computed by rule \`${rule}\`` }],
};

export const mutationFacts = (mutation: MutationPlan) => factsOf(ofMutation, mutation, null);
export const transactionFacts = (transaction: TransactionPlan) => factsOf(ofTransaction, transaction, null);
export const attributeFacts = (attribute: AttributePlan) => factsOf(ofAttribute, attribute, null);
