/** One page with everything in it: it loads nothing, and runs no script but its own. */

import { createHash } from 'node:crypto';
import { html, Markup } from './markup.js';

/** The page's own files, in templates/review/. */
export interface PageFiles {
  readonly style: string;
  readonly script: string;
}

export interface Page {
  readonly title: string;
  /** What the policy allows besides the page itself. */
  readonly policy?: string;
  readonly body: Markup;
  /** JSON, for the script. */
  readonly data: unknown;
}

export function pageText({ title, policy, body, data }: Page, { style, script }: PageFiles): string {
  const rules = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    ...(policy === undefined ? [] : [policy]),
  ];
  // Within a script `</script>` would end it, whatever it is part of.
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${rules.join('; ')}">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
${body}
<script type="application/json" id="data">${new Markup(json)}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** Where the script draws the map. */
export const mapSection = html`<section id="map" aria-labelledby="map-title">
<h2 id="map-title">Table map</h2>
<noscript><p>The map is drawn by a script of this page.</p></noscript>
</section>`;

export const themeSwitch = html`<button type="button" id="theme" aria-pressed="false" hidden>Dark</button>`;
