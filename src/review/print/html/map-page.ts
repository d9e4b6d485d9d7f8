/** The table map alone: what `tableloom dev` serves. */

import { html } from './markup.js';
import { mapSection, type PageFiles, pageText, themeSwitch } from './page.js';

/** @param data `map`, and what else the script of the page takes */
export function mapPage(data: object, files: PageFiles): string {
  const body = html`<a class="skip" href="#map">Skip to the tables</a>
<header>
<div><h1>Tables</h1>
<p class="facts">The plan as it is now, the records that are stored, and the requests of the last operations.</p></div>
${themeSwitch}
</header>
<main>
${mapSection}
</main>`;
  return pageText({ title: 'Tables', policy: "connect-src 'self'", body, data }, files);
}
