import type { CodeRows } from './row.js';

/** Reported by `tableloom check` and the other commands, besides the checks of the generator. */
export const commandCodes = {
  'rule-missing': {
    meaning:
      'A rule that the declarations name is not exported by its file, or `index.ts` does not re-export it.',
    remedy: 'Run `npm run scaffold`, or export the rule.',
    example: `access-patterns.yaml:23:3: error[rule-missing]: The rule \`recommended\` is missing: src/rules/books.ts does not exist.
  23 |   recommended: { for: Query.recommended, in: books }
     |   ^^^^^^^^^^^
  hint: Run \`npm run scaffold\`, which adds a typed stub.`,
  },
  'rule-mistyped': {
    meaning: 'A rule does not match its generated contract.',
    remedy: 'Correct the rule. The contract is in `generated/rules.ts`.',
    example: `src/rules/books.ts:4:54: error[rule-mistyped]: The rule \`lending\` does not match its contract: type \`number\` is not assignable to type \`string\`.
  4 | export const lending: LendingRule = ({ args }) => ({ reader: args.reader.length });
    |                                                      ^^^^^^
  hint: The contract is \`LendingRule\` in generated/rules.ts.`,
  },
  'rule-orphaned': {
    meaning: 'A file exports a rule that the declarations do not name, or two files export the same rule.',
    remedy: 'Remove the rule, or name it in `access-patterns.yaml`.',
    example: `src/rules/access.ts:4:14: error[rule-orphaned]: access-patterns.yaml does not name a rule \`readar\`.
  4 | export const readar: ReadarRule = () => {};
    |              ^^^^^^
  hint: Did you mean \`reader\`?`,
  },
  'generated-missing': {
    meaning: 'A generated file does not exist.',
    remedy: 'Run `npm run generate` and commit what it writes.',
    example: `generated/keys.ts: error[generated-missing]: This generated file does not exist.
  hint: Run \`npm run generate\` and commit what it writes.`,
  },
  'generated-stale': {
    meaning:
      'A generated file is out of date: the declarations, the schema or a template changed, or the file was edited.',
    remedy: 'Run `npm run generate` and commit what it writes.',
    example: `generated/keys.ts:12:1: error[generated-stale]: This generated file is out of date.
  12 | export const userKey = (user: UserKey): Key => ({
     | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  note: this line would be \`export const bookKey = (book: BookKey): Key => ({\`
  hint: Run \`npm run generate\` and commit what it writes.`,
  },
  'generated-mistyped': {
    meaning:
      'A generated file does not compile under the `tsconfig.json` of the project, or without one under `strict`. Reported by `check --types`.',
    remedy: 'Change the setting or the template that is the cause. If there is none, report a bug.',
    example: `generated/items.ts:3:14: error[generated-mistyped]: This generated file does not compile (TS2322): type \`string\` is not assignable to type \`number\`.
  3 | export const wrong: number = 'text';
    |              ^^^^^
  hint: Look at tsconfig.json and at templates of your own; if neither is the cause, report a bug of Tableloom.`,
  },
  'generated-orphan': {
    meaning: 'The folder of generated files contains a file that is not generated.',
    remedy: 'Delete the file, or run `npm run generate -- --prune`.',
    example: `generated/old.ts: error[generated-orphan]: This file is not generated.
  hint: Delete it, or run \`npm run generate -- --prune\`.`,
  },
  'operation-syntax': {
    meaning: 'A document of operations is not valid GraphQL syntax.',
    remedy: 'Correct the document.',
    example: `operations/books.graphql:1:16: error[operation-syntax]: Expected Name, found "{".
  1 | { book(isbn: 1 { title } }
    |                ^`,
  },
  'operation-invalid': {
    meaning: 'A document of operations does not match the schema.',
    remedy: 'Correct the document, or the schema.',
    example: `operations/books.graphql:1:19: error[operation-invalid]: Cannot query field "titel" on type "Book". Did you mean "title"?
  1 | { book(isbn: 1) { titel } }
    |                   ^^^^^`,
  },
  'budget-missing': {
    meaning: 'The budgets of a document under `operations/` are not recorded. See [budgets.md](budgets.md).',
    remedy: 'Run `tableloom explain --record` and commit what it writes.',
    example: `operations/books.budget.txt: error[budget-missing]: The budgets of these operations are not recorded.
  hint: Run \`tableloom explain --record\` and commit what it writes.`,
  },
  'budget-raised': {
    meaning:
      'An operation under `operations/` needs more requests, steps or read units than its recorded budget, because its document, the access patterns or the rules changed. The notes show both cost trees.',
    remedy:
      'Make the operation cheaper, or accept the cost with `tableloom explain --record`, so that a reviewer sees the difference.',
    example: `operations/books.graphql:7:10: error[budget-raised]: \`mutation Lend\` costs more than its budget: 5 requests, 5 steps, 1.5 read units.
  7 | mutation Lend($isbn: ID!) {
    |          ^^^^
  note: recorded
    mutation Lend: 3 requests, 3 steps, 1.5 read units

                        times  step  requests  read units
      Mutation.lend        ×1     2         2           1  Book is read, then all is written at once
      └ rule librarian     ×1     1         1         0.5  reads \`viewer\`, once an operation
  note: now
    mutation Lend: 5 requests, 5 steps, 1.5 read units

                        times  step  requests  read units
      Mutation.lend        ×1     2         2           1  Book is read, then all is written at once
      ├ rule librarian     ×1     1         1         0.5  reads \`viewer\`, once an operation
      └ rule lending       ×1     3         2           0  2 requests of its own
  hint: Make it cheaper, or accept it: run \`tableloom explain --record\` and commit what it writes.`,
  },
  'budget-stale': {
    meaning:
      'A recorded budget differs from the current one, but no figure is higher: an operation became cheaper, is new, or is answered in another way.',
    remedy:
      'Run `tableloom explain --record` and commit what it writes. A budget that is too high would hide a later increase.',
    example: `operations/books.budget.txt:1:1: error[budget-stale]: These budgets are out of date. No figure is higher.
  1 | query Book: 5 requests, 3 steps, 2.5 read units
    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  note: this line would be \`query Book: 2 requests, 2 steps, 1 read unit\`
  hint: Run \`tableloom explain --record\` and commit what it writes.`,
  },
  'budget-orphan': {
    meaning: 'A recorded budget belongs to a document that no longer exists.',
    remedy: 'Run `tableloom explain --record`, which deletes the file.',
    example: `operations/old.budget.txt: error[budget-orphan]: The document of these budgets does not exist.
  hint: Run \`tableloom explain --record\`, which deletes the file.`,
  },
  'documents-stale': {
    meaning:
      'The trusted documents differ from those of the operations under `operations/`: a server that answers only trusted documents would refuse these operations.',
    remedy: 'Run `tableloom documents` and commit what it writes.',
    example: `operations/documents.json: error[documents-stale]: The trusted documents are out of date.
  hint: Run \`tableloom documents\` and commit what it writes.`,
  },
  'file-exists': {
    meaning: '`tableloom init` would replace a file, or found an existing schema. It writes nothing.',
    remedy:
      'Choose another folder, or use `--force`. A schema with another file name is kept next to the new one.',
    example: `schema/schema.graphql: error[file-exists]: This file already exists, so nothing is written.
  hint: Choose another folder with \`--root\`, or replace existing files with \`--force\`.`,
  },
  'not-a-module': {
    meaning:
      '`tableloom init` found a package whose `.ts` files are CommonJS. Generated code consists of ES modules.',
    remedy: 'Write `"type": "module"` in package.json.',
    example: `package.json:5:11: error[not-a-module]: The package has the type "commonjs", but generated code consists of ES modules.
  5 |   "type": "commonjs",
    |           ^^^^^^^^^^
  hint: Write \`"type": "module"\`, or use \`--force\`.`,
  },
} as const satisfies CodeRows;
