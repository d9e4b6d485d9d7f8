/** The IDE runs a subscription, in a browser. Needs Chromium, which `.ci/run` installs; skipped where there is none. */

import { expect, onTestFinished, test } from 'vitest';
import { BrowserPage, chromium } from '../../support/browser.js';
import { authenticate, serve } from './support.js';

test.skipIf(chromium === undefined)('the IDE shows what is delivered to whom its token says', async () => {
  const ide = { query: 'subscription { ticks { number who } }' };
  const server = await serve({ ide, authenticate });
  const page = await BrowserPage.open();
  onTestFinished(() => page.close());
  await page.go(`${server.url}/graphiql`);
  const shows = (text: string) => page.until(`document.body.innerText.includes(${JSON.stringify(text)})`);
  const click = (selector: string, text: string) =>
    page.evaluate(
      `[...document.querySelectorAll('${selector}')].find((one) => one.textContent.trim() === '${text}').click()`,
    );
  await shows('Send Request');
  await click('[role=tab]', 'Auth');
  const token = "document.querySelector('app-authorization-bearer :is(input, textarea, .cm-content)')";
  await page.until(`${token} !== null`);
  await page.evaluate(`${token}.focus()`);
  await page.press('ada');
  await click('[role=tab]', 'Query');
  await click('button', 'Send Request');
  (await server.source()).push({ ticks: { number: 4711 } });
  await shows('4711');
  await shows('"who": "ada"');
  expect(page.complaints).toEqual([]);
});
