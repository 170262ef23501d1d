import { callerError, errorCode, worldError, XiaolabaError } from '@xiaolaba/protocol';
import type { Cancel, SignOutput } from '../../ports/index.js';
import type { DriverParts, Finding, Health, SignDriver } from '../driver.js';
import { signSilent } from './errors.js';
import type { Picture, SignCard } from './sign-card.js';

/** How often a sign that shows nothing is asked whether it is there. */
const idleMs = 60_000;
/** How soon a sign that does not answer is asked again. */
const silentMs = 5_000;

interface Wish<Shown extends Picture> {
  readonly text: string;
  readonly picture: Shown;
}

/**
 * Holds a sign to what it was told last: shows it again after the sign was plugged in anew, restarted or came back
 * from silence, keeps asking whether it still does, and says when it does not.
 */
export class SignKeeper<Shown extends Picture> implements SignDriver {
  readonly sign: SignOutput;
  #health: Health;
  readonly #healthCalls: ((health: Health) => void)[] = [];
  readonly #lostCalls = new Set<() => void>();
  /** What is due, whether or not the sign can be reached. */
  #wish: Wish<Shown> | undefined;
  #shown: (Wish<Shown> & { confirmedAt: number }) | undefined;
  /** Whether it was greeted since it was last plugged in or silent. */
  #met = false;
  #closed = false;
  #last: Promise<unknown> = Promise.resolve();
  #next: Cancel = () => {};

  constructor(
    private readonly parts: DriverParts,
    private readonly card: SignCard<Shown>,
  ) {
    this.#health = parts.line.isUp ? 'starting' : 'unplugged';
    this.sign = {
      show: (text) => this.#show(text),
      clear: () => this.#clear(),
      onLost: (call) => {
        const mine = (): void => call();
        this.#lostCalls.add(mine);
        return () => this.#lostCalls.delete(mine);
      },
    };
    parts.line.onState((isUp) => (isUp ? this.#plugged() : this.#unplugged()));
    if (parts.line.isUp) this.#turnIn(0);
  }

  get health(): Health {
    return this.#health;
  }

  get showing(): SignDriver['showing'] {
    return this.#shown && { text: this.#shown.picture.text, confirmedAt: this.#shown.confirmedAt };
  }

  onHealth(call: (health: Health) => void): void {
    this.#healthCalls.push(call);
  }

  probe(): Promise<readonly Finding[]> {
    return this.#queue(async () => {
      if (!this.parts.line.isUp || this.#closed) return [{ ok: false, code: 'unplugged' }];
      try {
        return await this.card.findings(this.#shown?.picture);
      } catch (error) {
        this.#failed(error);
        this.#plan();
        return [findingOf(error)];
      }
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#wish = undefined;
    this.#next();
    await this.#queue(async () => {
      if (this.parts.line.isUp) await this.card.clear().catch((error) => this.#note(error));
      this.#shown = undefined;
      await this.parts.line.close();
    });
  }

  async #show(text: string): Promise<void> {
    let wish: Wish<Shown>;
    try {
      wish = { text, picture: this.card.picture(text) };
      if (wish.picture.text.trim() === '') throw callerError('text-empty', 'there is nothing in it to be shown');
    } catch (error) {
      // What is on now has had its time, though what follows can't be shown.
      await this.#clear().catch(() => {});
      throw error;
    }
    this.#wish = wish;
    await this.#order(async () => {
      if (this.#wish !== wish) throw worldError('sign-superseded', 'the sign has been told something else since');
      try {
        await this.#meet();
        await this.#put(wish);
      } catch (error) {
        if (errorCode(error) === 'sign-refused') await this.#darken(wish);
        throw error;
      }
    });
  }

  async #clear(): Promise<void> {
    this.#wish = undefined;
    await this.#order(async () => {
      await this.card.clear();
      this.#shown = undefined;
    });
  }

  /** Runs what the sign was told when its turn comes, and plans the next look at it. */
  #order(work: () => Promise<void>): Promise<void> {
    return this.#queue(async () => {
      if (this.#closed) throw signSilent('closed');
      if (!this.parts.line.isUp) throw signSilent('unplugged');
      try {
        await work();
        if (this.parts.line.isUp) this.#become(undefined);
      } catch (error) {
        this.#failed(error);
        throw error;
      } finally {
        this.#plan();
      }
    });
  }

  /** A look at the sign: is it there, does it show what it should? */
  async #look(): Promise<void> {
    if (this.#closed || !this.parts.line.isUp) return;
    try {
      const isNew = !this.#met;
      await this.#meet();
      if (this.#wish) await this.#put(this.#wish);
      else if (isNew) await this.card.clear();
      else await this.card.confirm(undefined);
      await this.card.attend();
      if (this.parts.line.isUp) this.#become(undefined);
    } catch (error) {
      if (errorCode(error) === 'sign-refused') await this.#darken(this.#wish);
      this.#failed(error);
    } finally {
      this.#plan();
    }
  }

  async #meet(): Promise<void> {
    if (this.#met) return;
    await this.card.greet();
    this.#met = true;
  }

  /** Leaves alone what is still there. */
  async #put(wish: Wish<Shown>): Promise<void> {
    const { clock, log } = this.parts;
    if (this.#shown?.text !== wish.text || !(await this.card.confirm(wish.picture))) {
      if (this.#shown?.text === wish.text) {
        log.warn({}, 'the sign lost what it showed');
        this.#lose();
        await this.card.greet();
      }
      await this.card.show(wish.picture);
    }
    // The line went down behind the answer, which is worth nothing any more.
    if (!this.parts.line.isUp) throw signSilent('unplugged');
    this.#shown = { ...wish, confirmedAt: clock.now() };
  }

  /** A text that the card refuses must not leave the one before it on. */
  async #darken(refused: Wish<Shown> | undefined): Promise<void> {
    if (this.#wish === refused) this.#wish = undefined;
    await this.card.clear().catch((error) => this.#note(error));
    this.#shown = undefined;
  }

  #failed(error: unknown): void {
    this.#note(error);
    const code = errorCode(error);
    if (code === 'sign-superseded') return;
    if (code === 'sign-refused') {
      this.#become(this.#met ? undefined : 'fault');
      return;
    }
    this.#met = false;
    if (!this.parts.line.isUp) this.#become('unplugged');
    else this.#become(healthOf[code] ?? 'fault');
    this.#lose();
  }

  #plugged(): void {
    if (this.#closed) return;
    this.#become('starting');
    this.#turnIn(0);
  }

  #unplugged(): void {
    this.#met = false;
    this.#next();
    if (this.#closed) return;
    this.#become('unplugged');
    this.#lose();
  }

  #lose(): void {
    if (this.#shown === undefined) return;
    this.#shown = undefined;
    for (const call of [...this.#lostCalls]) call();
  }

  #become(health: Health): void {
    if (health === this.#health) return;
    this.#health = health;
    for (const call of this.#healthCalls) call(health);
  }

  #plan(): void {
    if (!this.#met) this.#turnIn(silentMs);
    else this.#turnIn(this.#shown ? this.card.confirmEveryMs(this.#shown.picture) : idleMs);
  }

  #turnIn(milliseconds: number): void {
    this.#next();
    if (this.#closed) return;
    this.#next = this.parts.clock.after(milliseconds, () => {
      void this.#queue(() => this.#look());
    });
  }

  #queue<Result>(work: () => Promise<Result>): Promise<Result> {
    const run = this.#last.then(work);
    this.#last = run.catch(() => {});
    return run;
  }

  #note(error: unknown): void {
    const { log } = this.parts;
    if (error instanceof XiaolabaError) log.debug({ code: error.code, ...error.details }, error.message);
    else log.error({ error }, 'unexpected error');
  }
}

const healthOf: Readonly<Record<string, Health>> = {
  'sign-silent': 'no-answer',
  'sign-wrong-module': 'wrong-module',
};

function findingOf(error: unknown): Finding {
  const details = error instanceof XiaolabaError ? error.details : {};
  if (errorCode(error) === 'sign-wrong-module')
    return { ok: false, code: 'wrong-module', details: { got: String(details.got ?? '') } };
  return { ok: false, code: details.reason === 'busy' ? 'busy' : 'no-answer' };
}
