/** A headless Chromium, spoken to by its DevTools protocol. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { until } from './until.js';

/** The command that starts it; undefined where none is installed. */
export const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

export interface View {
  readonly width: number;
  readonly height: number;
  readonly isDark?: boolean;
}

type Answer = Readonly<Record<string, unknown>>;

/** One page of a browser of its own. */
export class BrowserPage {
  /** Whatever its console, its policy or a script that fails has said. */
  readonly complaints: string[] = [];
  /** What it has requested, by URL. */
  readonly requests: string[] = [];
  readonly #profile = mkdtempSync(join(tmpdir(), 'tableloom-browser-'));
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (message: Answer) => void>();
  #sent = 0;
  #session: string | undefined;
  #loads = 0;

  static async open(): Promise<BrowserPage> {
    const page = new BrowserPage();
    const { targetId } = await page.#send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await page.#send('Target.attachToTarget', { targetId, flatten: true });
    page.#session = String(sessionId);
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await page.#send(`${domain}.enable`);
    return page;
  }

  private constructor() {
    const flags = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--remote-debugging-pipe',
      '--no-first-run',
    ];
    this.#process = spawn(chromium ?? '', [...flags, `--user-data-dir=${this.#profile}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    let rest = '';
    (this.#process.stdio[4] as Readable).setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (rest + chunk).split('\0');
      rest = parts.pop() ?? '';
      for (const part of parts) this.#receive(JSON.parse(part));
    });
  }

  async look({ width, height, isDark = false }: View): Promise<void> {
    await this.#send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
    const features = [{ name: 'prefers-color-scheme', value: isDark ? 'dark' : 'light' }];
    await this.#send('Emulation.setEmulatedMedia', { features });
  }

  async go(url: string): Promise<void> {
    const loads = this.#loads;
    await this.#send('Page.navigate', { url });
    await until(
      () => this.#loads > loads,
      () => `${url} does not load`,
    );
  }

  /** What an expression gives in the page, as JSON. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = await this.#send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    });
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { readonly value: Value }).value;
  }

  /** Resolves once an expression is true in the page. */
  async until(expression: string): Promise<void> {
    await until(
      () => this.evaluate<boolean>(expression),
      () => `${expression} is never true`,
    );
  }

  /** `Tab`, `Enter`, `Escape`, or a text. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const code = { Tab: 9, Enter: 13, Escape: 27 }[key];
      if (code === undefined) await this.#send('Input.insertText', { text: key });
      else {
        const event = { key, code: key, windowsVirtualKeyCode: code, ...(key === 'Enter' && { text: '\r' }) };
        await this.#send('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
        await this.#send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
      }
    }
  }

  /** @returns a PNG, or a WebP, which is a third of it */
  async picture({
    isWhole = false,
    format = 'png',
  }: {
    readonly isWhole?: boolean;
    readonly format?: 'png' | 'webp';
  } = {}): Promise<Buffer> {
    const quality = format === 'webp' ? { quality: 60 } : {};
    const options = { captureBeyondViewport: isWhole, format, ...quality };
    const { data } = await this.#send('Page.captureScreenshot', options);
    return Buffer.from(String(data), 'base64');
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
    // Its own children may still write.
    const isGone = () => {
      try {
        rmSync(this.#profile, { recursive: true, force: true });
        return true;
      } catch {
        return false;
      }
    };
    await until(isGone, () => `${this.#profile} cannot be removed`);
  }

  #receive(message: Answer): void {
    if (typeof message.id === 'number') this.#waiting.get(message.id)?.(message);
    if (message.method === 'Page.loadEventFired') this.#loads += 1;
    if (message.method === 'Network.requestWillBeSent')
      this.requests.push((message.params as { readonly request: { readonly url: string } }).request.url);
    if (message.method === 'Log.entryAdded' || message.method === 'Runtime.exceptionThrown')
      this.complaints.push(JSON.stringify(message.params));
  }

  async #send(method: string, params: object = {}): Promise<Answer> {
    const id = ++this.#sent;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    (this.#process.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    const { result, error } = await answered;
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result as Answer;
  }
}
