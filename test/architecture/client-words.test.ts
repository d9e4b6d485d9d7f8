/** Messages that clients see are in the API's terms: who calls it knows fields and records, and no storage. */

import { readFileSync } from 'node:fs';
import { ts } from 'ts-morph';
import { expect, test } from 'vitest';
import { typescriptBelow } from './sources.js';

/** For whoever runs or develops the server: clients are not shown them. */
const forDevelopers = [
  'src/runtime/client/document.ts',
  ...typescriptBelow('src/runtime/tables'),
  ...typescriptBelow('src/runtime/migrate'),
];

const files = typescriptBelow('src/runtime').filter((file) => !forDevelopers.includes(file));

test.each(files)('%s', (file) => {
  const words: string[] = [];
  const look = (node: ts.Node): void => {
    // The table of codes is documentation.
    if (ts.isVariableDeclaration(node) && node.name.getText() === 'errorCodes') return;
    const isText =
      ts.isStringLiteral(node) || ts.isTemplateExpression(node) || ts.isNoSubstitutionTemplateLiteral(node);
    const text = isText ? node.getText() : '';
    if (text.includes(' ') && /DynamoDB|\b[GL]SI\d|\b[PS]K\b|key attribute/.test(text)) {
      // Causes stay in the log.
      const { parent } = node;
      if (!(ts.isNewExpression(parent) && parent.expression.getText() === 'Error')) words.push(text);
    }
    ts.forEachChild(node, look);
  };
  look(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true));
  expect(words).toEqual([]);
});
