/** A report as a page: verdicts on one screen, then findings by section, then the table map. */

import { plural } from '../../../budget/plural.js';
import type { Finding, Report } from '../../report.js';
import type { SectionName, Severity } from '../../rules.js';
import { detailsOf } from '../details/details.js';
import { headline } from '../headline.js';
import { shownOf } from '../samples.js';
import { type Verdict, verdictsOf } from '../verdicts.js';
import { detailMarkup } from './details.js';
import { html, type Markup, sentence } from './markup.js';
import { mapSection, type PageFiles, pageText, themeSwitch } from './page.js';

export function reportPage(report: Report, files: PageFiles): string {
  const title = headline(report);
  const verdicts = verdictsOf(report);
  const body = html`<a class="skip" href="#main">Skip to the verdicts</a>
<header>
<div><h1>${title}</h1>
<p><code>${report.before}</code> → <code>${report.after}</code></p></div>
${themeSwitch}
</header>
<main id="main">
${verdictTable(report, verdicts)}
${verdicts.map((verdict) => section(report, verdict))}
${mapSection}
</main>`;
  return pageText({ title, body, data: { map: report.map } }, files);
}

const words: Readonly<Record<Severity | 'none', string>> = {
  error: 'Error',
  warning: 'Warning',
  note: 'Note',
  none: 'OK',
};

function verdictTable(report: Report, verdicts: readonly Verdict[]): Markup {
  const rows = verdicts.map(({ section, title, severity, text }) => {
    const name = hasDetails(report, section) ? html`<a href="#${section}">${title}</a>` : html`${title}`;
    return html`<tr><th scope="row">${badge(severity)} ${name}</th><td>${sentence(text)}</td></tr>
`;
  });
  return html`<table class="verdicts">
<caption class="hidden">Verdicts</caption>
<thead class="hidden"><tr><th scope="col">Section</th><th scope="col">Verdict</th></tr></thead>
<tbody>
${rows}<tr><th scope="row"><a href="#map">Table map</a></th><td>what is stored where, and what each pattern reads</td></tr>
</tbody>
</table>`;
}

function badge(severity: Severity | null): Markup {
  const name = severity ?? 'none';
  return html`<span class="badge ${name}">${words[name]}</span>`;
}

function hasDetails(report: Report, name: SectionName): boolean {
  return report.findings.some(({ section }) => section === name) || detailsOf(report, name).length > 0;
}

/** What nobody has to decide is folded. */
function section(report: Report, { section: name, title }: Verdict): Markup {
  const findings = report.findings.filter((one) => one.section === name);
  if (!hasDetails(report, name)) return html``;
  const folded = findings.filter(({ severity, waiver }) => severity === 'note' || waiver);
  const shown = findings.filter((one) => !folded.includes(one));
  const waived = folded.filter(({ waiver }) => waiver).length;
  const counts = [
    ...(folded.length > waived ? [plural(folded.length - waived, 'note')] : []),
    ...(waived > 0 ? [`${waived} waived`] : []),
  ];
  return html`<section id="${name}" aria-labelledby="${name}-title">
<h2 id="${name}-title">${title}</h2>
${shown.map((one) => article(report, one))}
${
  folded.length === 0
    ? null
    : html`<details><summary>${counts.join(', ')}</summary>
${folded.map((one) => article(report, one))}
</details>`
}
${detailsOf(report, name).map(detailMarkup)}
</section>
`;
}

function article({ map }: Report, finding: Finding): Markup {
  const { rule, severity, message, notes, at, sample, remedy, waiver } = finding;
  const place = at && `${at.file}:${at.line}${at.revision === 'before' ? ' (before)' : ''}`;
  const facts = [finding.class, place].flatMap((fact) => (fact ? [html`<span>${fact}</span> `] : []));
  const isDrawn = map.patterns.some(({ name }) => name === finding.subject);
  const drawn = isDrawn
    ? html`<span><a href="#map" data-pattern="${finding.subject}">${finding.subject} on the map</a></span>`
    : null;
  return html`<article class="finding ${severity}">
<h3>${badge(severity)} ${sentence(message)}</h3>
<p class="facts"><code>${rule}</code> ${facts}${drawn}</p>
${notes.length === 0 ? null : html`<ul>${notes.map((note) => html`<li>${sentence(note)}</li>`)}</ul>`}
${sample ? sampleTable(sample) : null}
${remedy === undefined ? null : html`<p class="remedy">${sentence(remedy)}</p>`}
${waiver ? html`<p class="waiver">Accepted until ${waiver.until}: ${waiver.reason}</p>` : null}
</article>
`;
}

function sampleTable(sample: NonNullable<Finding['sample']>): Markup {
  const { rows, same } = shownOf(sample);
  const cell = (value: string | null) =>
    html`<td>${value === null ? null : html`<code>${value}</code>`}</td>`;
  const lines = rows.map(({ name, before, after }) => {
    const state = before === after ? 'same' : before === null ? 'new' : after === null ? 'gone' : 'changed';
    const mark = state === 'same' ? null : html` <span class="badge ${state}">${state}</span>`;
    return html`<tr class="${state}"><th scope="row"><code>${name}</code>${mark}</th>${cell(before)}${cell(after)}</tr>
`;
  });
  const rest = html`<tr><td colspan="3" class="facts">… ${plural(same, 'attribute')} as before</td></tr>
`;
  return html`<div class="wide"><table class="sample">
<caption>A stored item before and after</caption>
<thead><tr><th scope="col">Attribute</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
<tbody>
${lines}${same > 0 ? rest : null}</tbody>
</table></div>`;
}
