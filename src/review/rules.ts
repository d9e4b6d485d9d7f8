/**
 * The rules of a review. A row has all that is said of one: its id is also the folder of its fixture (test/review/), the name of
 * its page (docs/review/) and what `review` of access-patterns.yaml calls it.
 */

import { storageRules } from './rules/storage.js';

export const sections = [
  'api',
  'access',
  'storage',
  'cost',
  'requests',
  'rules',
  'permissions',
  'policy',
] as const;
export type SectionName = (typeof sections)[number];

export const severities = ['error', 'warning', 'note'] as const;
export type Severity = (typeof severities)[number];

/** What a change asks of storage, from harmless to forbidden. */
export const storageClasses = [
  /** Nothing stored is touched. */
  'code only',
  /** Added online; writes cost more. */
  'new index',
  /** Records stored before lack something until they are reindexed. */
  'needs backfill',
  /** Records stored before are under keys, or in a form, that nothing reads until they are migrated. */
  'changes stored records',
  /** The key of a table, a local index: only a new table has it. */
  'not in place',
  /** What is stored is read by nothing any more. */
  'loses data',
] as const;
export type StorageClass = (typeof storageClasses)[number];

export interface RuleRow {
  readonly section: SectionName;
  /** Unless the policy says otherwise. */
  readonly severity: Severity;
  /** Of storage. */
  readonly class?: StorageClass;
  /** One sentence: when it reports. */
  readonly title: string;
  /** Why a reviewer wants to know, and what happens to records or clients. */
  readonly meaning: string;
  readonly remedy: string;
}

export const rules = {
  'api-breaking': {
    section: 'api',
    severity: 'error',
    title: 'A client that works today may stop working.',
    meaning:
      'A field, an argument, a type or a value that clients use is gone or has an incompatible type. Clients that are deployed send what they were built with.',
    remedy:
      'Add the new field next to the old one, mark the old one `@deprecated`, and remove it once nobody uses it.',
  },
  'api-dangerous': {
    section: 'api',
    severity: 'warning',
    title: 'A client that works today may behave otherwise.',
    meaning:
      'A value is added to an enum, a member to a union, an argument changes its default: valid for GraphQL, but code that lists all cases, or relies on the default, meets what it does not know.',
    remedy: 'Tell the clients before you deploy.',
  },
  'api-safe': {
    section: 'api',
    severity: 'note',
    title: 'The API has something new, or says something else about what it has.',
    meaning: 'No client that works today is affected.',
    remedy: 'Nothing.',
  },
  'directive-changed': {
    section: 'api',
    severity: 'warning',
    title: 'A directive on a part of the schema is there, gone, or has other arguments.',
    meaning:
      'Directives steer gateways, caches and clients: `@cacheControl(maxAge: 60)`, `@auth(role: ADMIN)`. Comparisons of schemas leave out their arguments.',
    remedy: 'Check who reads the directive.',
  },
  'input-default-changed': {
    section: 'api',
    severity: 'warning',
    title: 'A field of an input has another default.',
    meaning:
      'A client that leaves the field out gets another effect than before, without a change of its own.',
    remedy: 'Keep the default, or tell the clients before you deploy.',
  },
  'operation-broken': {
    section: 'api',
    severity: 'error',
    title: 'An operation below operations/ is no longer valid.',
    meaning:
      'The document is kept because a client sends it. The server refuses it after the change, wherever the client is deployed.',
    remedy: 'Keep what the operation selects, or delete its document once no client sends it.',
  },
  'answer-changed': {
    section: 'api',
    severity: 'warning',
    title: 'A pattern returns other records, or returns them in another order, with the same request.',
    meaning:
      'The API is the same, so clients do not notice: which records a page has, how they are ordered, where a list ends or what is left out is decided by `where`, `sort`, `filter`, `page` and others.',
    remedy: 'Tell the clients before you deploy, or answer a new field so.',
  },
  'write-changed': {
    section: 'api',
    severity: 'warning',
    title: 'A mutation refuses, allows or stores something else with the same request.',
    meaning:
      'The API is the same, so clients do not notice: what is required of a record, which changes are allowed and which values are stored is decided by `require`, `expect`, `set`, `immutable`, `transitions`, `default`, `validate` and others.',
    remedy:
      'Check that records which the old code refused, or stored otherwise, do no harm; tell the clients before you deploy.',
  },
  'access-removed': {
    section: 'access',
    severity: 'error',
    title: 'A field is no longer guarded by the rule that guarded it.',
    meaning:
      'Its pattern or mutation had `allow` or `visible` and has none now: whoever reaches the field may use it, and see every record that it returns.',
    remedy: 'Keep the rule, or name another one.',
  },
  'access-changed': {
    section: 'access',
    severity: 'warning',
    title: 'A field is guarded by another rule than before.',
    meaning: 'Who may use the field, or which records they see, is decided by other code.',
    remedy: 'Compare the two rules.',
  },
  'access-widened': {
    section: 'access',
    severity: 'warning',
    title: '`@allow` lets a role use a field that it refused before, or refused in more cases.',
    meaning:
      'Who has the role, or nobody at all, can use the field where it was refused: what the field gives becomes readable, or what it does can be done, for records written before as well. generated/access.md shows all roles.',
    remedy: 'Check that the role is meant, and what the field leads to.',
  },
  'access-narrowed': {
    section: 'access',
    severity: 'warning',
    title: '`@allow` refuses a role a field that it let it use before, or in more cases.',
    meaning:
      'Clients that work today get FORBIDDEN or UNAUTHENTICATED for the field, and null in its place; where the field is non-null, in the place of its parent.',
    remedy: 'Tell the clients before you deploy.',
  },
  'access-open': {
    section: 'access',
    severity: 'warning',
    title: 'A new field is guarded by no rule, in a project that guards others of its kind.',
    meaning:
      'Fields of Query and Mutation, and fields that lead from one record to others, are open to every caller unless `@allow` or `allow` says otherwise.',
    remedy: 'Add `@allow` or `allow`, or waive the finding with the reason why everybody may use the field.',
  },
  'attribute-exposed': {
    section: 'access',
    severity: 'warning',
    title: 'Clients can read an attribute that they could not read before.',
    meaning:
      'The attribute was under `stored`, or is no longer `secret`, and a field of the schema returns it now, also of records written when nobody thought that it would be read.',
    remedy: 'Check what stored records have there, and who may read the type.',
  },
  ...storageRules,
  'cost-raised': {
    section: 'cost',
    severity: 'warning',
    title: 'A pattern or mutation usually takes more read or write units than before.',
    meaning:
      'Each call is billed more, and takes more of what a partition can serve. Figures are of one call with the declared sizes of records: a page of the default size with every attribute selected; what a write takes at least and at most, by index.',
    remedy:
      'Check that the change is worth it. An index that covers what is selected, a smaller page or fewer index keys make it cheaper.',
  },
  'cost-lowered': {
    section: 'cost',
    severity: 'note',
    title: 'A pattern or mutation usually takes fewer read or write units than before.',
    meaning: 'Each call is billed less.',
    remedy: 'Nothing.',
  },
  'monthly-limit': {
    section: 'cost',
    severity: 'error',
    title: 'A month costs more than `monthly` of `review.limits`.',
    meaning:
      'Of the declared rates and sizes and the prices that the report names: calls by their usual read units and their most write units, and storage with the copies in indexes.',
    remedy: 'Make the most expensive patterns cheaper, or raise the limit with the budget.',
  },
  'read-units-limit': {
    section: 'cost',
    severity: 'error',
    title: 'A pattern usually takes more read units than `readUnits` of `review.limits`.',
    meaning: 'One call with a page of the default size reads more than the project allows a pattern.',
    remedy: 'Return a smaller page, cover what is selected, or read fewer shards; or raise the limit.',
  },
  'page-limit': {
    section: 'cost',
    severity: 'error',
    title: 'A pattern returns larger pages than `page` of `review.limits`.',
    meaning: 'Clients may request the largest page at any time.',
    remedy: 'Lower `max` of `page`, or raise the limit.',
  },
  'filter-ratio-limit': {
    section: 'cost',
    severity: 'error',
    title: 'A page may read more items for each that it returns than `filterRatio` of `review.limits`.',
    meaning:
      'DynamoDB reads and bills what a filter drops. Where all but a few items are dropped, a page reads on until its read budget is used up.',
    remedy:
      'Put the field into the key of a pattern (`where`, `range`, `when`) in the place of `filter`; or raise the limit.',
  },
  'hot-partition': {
    section: 'cost',
    severity: 'error',
    title:
      'One partition takes more than half of what DynamoDB gives a partition (a warning), or more than all of it.',
    meaning:
      'A partition serves 3,000 read units and 1,000 write units a second; requests beyond are throttled, however much the table may use. A key without values has one partition, or one for each shard; of values of which there are few, such as an enum or a month, one is assumed to take everything. The units are those of the declared peaks.',
    remedy: 'Spread the pattern over `shards`, or put a value into the key that divides the records.',
  },
  'budget-raised': {
    section: 'requests',
    severity: 'warning',
    title: 'An operation sends more requests, waits for more steps, or reads more than before.',
    meaning:
      'The same document costs more: a client waits longer, and each call is billed more. Operations are those below operations/; fields of Query and Mutation that none of them selects are counted alone.',
    remedy:
      'Compare the two trees. `tableloom explain --operation` shows why each request is sent; `tableloom explain --record` records the new budget.',
  },
  'budget-lowered': {
    section: 'requests',
    severity: 'note',
    title: 'An operation sends fewer requests, waits for fewer steps, or reads less than before.',
    meaning: 'The same document costs less.',
    remedy: 'Run `tableloom explain --record` and commit what it writes.',
  },
  'budget-unbounded': {
    section: 'requests',
    severity: 'warning',
    title: 'An operation has undeclared requests, or no bound, and did not before.',
    meaning:
      'A rule or another resolver that it calls does not say what it reads, or the operation has more than 10,000 fields: its budget says less than what is sent.',
    remedy: 'Declare `gets` or `requests` of the rule.',
  },
  'rule-new': {
    section: 'rules',
    severity: 'note',
    title: 'A rule has to be written.',
    meaning:
      'The declarations name a rule that they did not name before. The server does not start without it.',
    remedy: 'Run `tableloom scaffold` and write the rule.',
  },
  'rule-gone': {
    section: 'rules',
    severity: 'note',
    title: 'Nothing names a rule any more.',
    meaning: 'The function in src/rules/ is not called.',
    remedy: 'Delete the function.',
  },
  'rule-contract-changed': {
    section: 'rules',
    severity: 'warning',
    title: 'A rule takes, returns, writes or costs something else than before.',
    meaning: 'Hand-written code has to follow. The compiler finds what types tell, and nothing else.',
    remedy: 'Read the rule with its new contract.',
  },
  'permission-new': {
    section: 'permissions',
    severity: 'warning',
    title: "The server's role has to allow an action on a table or index that it did not need before.",
    meaning:
      'Where the role lists tables, indexes and actions, requests are refused with AccessDeniedException until it allows this one. The parts of a transaction are authorized one by one, as the actions that they are.',
    remedy:
      'Change the policy of the role before you deploy. `tableloom tables --format iam` prints all of it.',
  },
  'permission-gone': {
    section: 'permissions',
    severity: 'note',
    title: 'The server no longer needs an action on a table or index.',
    meaning: 'The role allows more than the server sends.',
    remedy: 'Take it out of the policy once no server of the old version runs.',
  },
  'lock-unsealed': {
    section: 'policy',
    severity: 'error',
    title: 'The lock was sealed and is not any more.',
    meaning:
      'A sealed lock says that records are deployed. One that is a draft keeps nothing of what goes, and what stored records need is a warning at most, in this change and in every later one.',
    remedy: 'Restore access-patterns.lock.json from the main branch, and run `tableloom generate`.',
  },
  'policy-relaxed': {
    section: 'policy',
    severity: 'warning',
    title: 'The change makes the policy milder by which it is reviewed.',
    meaning:
      'A rule has a lower severity or is off, a limit is higher or gone. What the change does besides is reported by the new policy only.',
    remedy: 'Change the policy in a pull request of its own, or waive single findings with a reason.',
  },
  'waiver-expired': {
    section: 'policy',
    severity: 'error',
    title: 'A waiver has expired.',
    meaning: 'What it accepted is still there, and counts again from that day on.',
    remedy: 'Mend what it accepted, or give it a new date and reason.',
  },
  'waiver-unused': {
    section: 'policy',
    severity: 'note',
    title: 'A waiver accepts nothing.',
    meaning:
      'No finding has its rule and subject: what it accepted is merged or gone, or its name is misspelled.',
    remedy: 'Delete it.',
  },
} as const satisfies Readonly<Record<string, RuleRow>>;

export type RuleId = keyof typeof rules;

export function rowOf(rule: RuleId): RuleRow {
  return rules[rule];
}

export function isRule(text: string): text is RuleId {
  return Object.hasOwn(rules, text);
}
