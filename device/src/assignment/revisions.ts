import { encodeMessage, errorCode, type NamedRelease } from '@xiaolaba/protocol';
import { z } from 'zod';
import type { AgentLog } from '../agent-types.js';
import type { Storage } from '../ports/index.js';
import { revisionKey } from './checks.js';

const name = 'assignment/revisions';
const schema = z.record(z.string(), z.number().int().min(0));

/** The highest revision of each release that was ever in force: nothing goes back below it, also over a restart. */
export class Revisions {
  #highest: Record<string, number> = {};

  constructor(
    private readonly storage: Storage,
    private readonly log: AgentLog,
  ) {}

  async open(): Promise<void> {
    const bytes = await this.storage.read(name);
    if (!bytes) return;
    try {
      this.#highest = schema.parse(JSON.parse(Buffer.from(bytes).toString()));
    } catch (error) {
      // A page of flash gone bad must not keep a device from playing what it holds.
      this.log.error({ error: errorCode(error) }, 'the stored revisions are not good');
    }
  }

  highest(named: NamedRelease): number {
    return this.#highest[revisionKey(named)] ?? 0;
  }

  readonly isOutdated = (named: NamedRelease): boolean => named.release.revision < this.highest(named);

  /** These are in force; it outlasts a restart from the next `store` on. */
  note(releases: readonly NamedRelease[]): void {
    for (const named of releases) {
      this.#highest[revisionKey(named)] = Math.max(this.highest(named), named.release.revision);
    }
  }

  store(): Promise<void> {
    return this.storage.replace(name, encodeMessage(this.#highest));
  }
}
