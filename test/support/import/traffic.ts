/** What a legacy application does all day, by a bridge: reads, changes, creates and deletes rows. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bridge, TableloomError } from 'tableloom/runtime';
import { Choices } from '../../../src/server/seed/random.js';
import { clearMark, type LegacyRow, legacyNow, shareOf, userId } from './legacy.js';

export interface TrafficOptions {
  /** How many rows the legacy tables had to begin with. */
  readonly rows: number;
  readonly seed: number;
  readonly pauseMs: number;
}

type Row = Parameters<Bridge['put']>[1];

export class Traffic {
  readonly reads: number[] = [];
  readonly failures: string[] = [];
  calls = 0;
  readonly #bridge: Bridge;
  readonly #options: TrafficOptions;
  readonly #share: ReturnType<typeof shareOf>;
  readonly #choices: Choices;
  readonly #tokens: string[] = [];
  #made = 0;
  #isOver = false;

  constructor(bridge: Bridge, options: TrafficOptions) {
    this.#bridge = bridge;
    this.#options = options;
    this.#share = shareOf(options.rows);
    this.#choices = new Choices(options.seed + 2);
  }

  /** @returns what ends it */
  start(callers: number): () => Promise<void> {
    const running = Array.from({ length: callers }, () => this.#caller());
    return async () => {
      this.#isOver = true;
      await Promise.all(running);
      await this.#bridge.close();
    };
  }

  async #caller(): Promise<void> {
    while (!this.#isOver) {
      this.calls += 1;
      try {
        await this.#act();
      } catch (error) {
        // Who changes what others change at that moment tries again; that is no failure.
        const isRefused = error instanceof TableloomError && ['CONFLICT', 'BUSY'].includes(error.code);
        if (!isRefused)
          this.failures.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
      }
      if (this.#options.pauseMs > 0) await sleep(this.#options.pauseMs);
    }
  }

  async #act(): Promise<void> {
    const dice = this.#choices.below(100);
    if (dice < 40) return this.#read('users', { id: this.#user() });
    if (dice < 55) return this.#read('audit', { id: `audit-${this.#choices.below(this.#share.audit)}` });
    if (dice < 67) return this.#changeUser();
    if (dice < 70) return this.#put('users', this.#newUser(`user-new-${this.#made++}`));
    if (dice < 73) return this.#bridge.delete('users', { id: this.#user() });
    if (dice < 83) return this.#put('audit', this.#audit());
    if (dice < 86)
      return this.#bridge.delete('audit', { id: `audit-${this.#choices.below(this.#share.audit)}` });
    if (dice < 92) return this.#signIn();
    if (dice < 95) return this.#signOut();
    return this.#put('config', {
      key: `setting-${this.#choices.below(this.#share.config)}`,
      value: this.#made++,
      updatedAt: this.#now(),
    });
  }

  async #read(source: string, key: Row): Promise<void> {
    const began = performance.now();
    await this.#bridge.get(source, key);
    this.reads.push(performance.now() - began);
  }

  async #put(source: string, row: LegacyRow): Promise<void> {
    await this.#bridge.put(source, row as Row);
  }

  #user(): string {
    return userId(this.#choices.below(this.#share.users));
  }

  /** Later than all that was there before, and never the same twice. */
  #now(): number {
    this.#made += 1;
    return legacyNow + this.#made;
  }

  #newUser(id: string): LegacyRow {
    const at = this.#now();
    // Some of them take the address of somebody else.
    const email =
      this.#choices.below(4) === 0
        ? `Person.${38 + 40 * this.#choices.below(Math.max(1, Math.floor(this.#share.users / 40)))}@tyler-setup.example`
        : `${id}@tyler-setup.example`;
    const role = this.#choices.of(['admin', 'Employee', 'viewer', 'wizard']);
    return {
      id,
      email,
      name: `Name ${at}`,
      role,
      isActive: true,
      passwordHash: 'hash',
      createdAt: at,
      updatedAt: at,
    };
  }

  async #changeUser(): Promise<void> {
    const id = this.#user();
    const row = await this.#bridge.get('users', { id });
    const changed = this.#newUser(id);
    await this.#put(
      'users',
      this.#choices.below(3) === 0 ? changed : { ...changed, ...(row && { email: row['email'] }) },
    );
  }

  #audit(): LegacyRow {
    const [at, userId] = [this.#now(), this.#user()];
    return {
      id: `audit-new-${at}`,
      timestamp: at,
      action: 'user.updated',
      userId,
      targetUserId: this.#user(),
    };
  }

  async #signIn(): Promise<void> {
    const token = `${clearMark}-refresh-${this.#choices.hex(32)}`;
    await this.#put('refresh-tokens', {
      token,
      userId: this.#user(),
      expiresAt: legacyNow + 18_000 * 86_400_000,
    });
    this.#tokens.push(token);
  }

  async #signOut(): Promise<void> {
    const token = this.#tokens.pop();
    if (token !== undefined) await this.#bridge.delete('refresh-tokens', { token });
  }
}
