/** SARIF 2.1.0 (OASIS), as code scanning of GitHub and editors read it. */

import type { Finding, Report } from '../report.js';
import { type RuleId, rowOf, rules } from '../rules.js';

export function sarif(report: Report): string {
  const ids = Object.keys(rules) as RuleId[];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'tableloom', rules: ids.map(descriptorOf) } },
        columnKind: 'utf16CodeUnits',
        results: report.findings.map((finding) => resultOf(report, finding, ids)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function descriptorOf(id: RuleId) {
  const { title, meaning, remedy, severity, section } = rowOf(id);
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: meaning },
    help: { text: `${meaning} ${remedy}` },
    defaultConfiguration: { level: severity },
    properties: { tags: [section] },
  };
}

function resultOf(report: Report, finding: Finding, ids: readonly RuleId[]) {
  const { rule, severity, subject, message, notes, remedy, at, waiver } = finding;
  return {
    ruleId: rule,
    ruleIndex: ids.indexOf(rule),
    level: severity,
    message: { text: [message, ...notes, ...(remedy ? [remedy] : [])].join('\n') },
    // Of what is gone only its file is known.
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(report.root + (at?.file ?? report.patterns)) },
          ...(at?.revision === 'after' && { region: { startLine: at.line, startColumn: at.column } }),
        },
      },
    ],
    partialFingerprints: { 'tableloom/v1': `${rule} ${subject}` },
    ...(waiver && { suppressions: [{ kind: 'external', justification: waiver.reason }] }),
  };
}
