import { errorCode } from '@xiaolaba/protocol';
import type { AgentLog, DeviceIdentity } from '../agent-types.js';
import type { Storage } from '../ports/index.js';
import { type Candidate, candidateOf } from './candidate.js';
import { openAssignment } from './checks.js';

const currentName = 'assignment/current';
const nextName = 'assignment/next';

/** The assignment in force and the one that is to follow it, as they outlast a restart. */
export class StoredAssignments {
  constructor(
    private readonly storage: Storage,
    private readonly identity: DeviceIdentity,
    private readonly log: AgentLog,
  ) {}

  current(): Promise<Candidate | undefined> {
    return this.#read(currentName);
  }

  /** A cut may have left one that came into force: it is no newer than the current one then. */
  next(): Promise<Candidate | undefined> {
    return this.#read(nextName);
  }

  keepNext(envelope: Uint8Array): Promise<void> {
    return this.storage.replace(nextName, envelope);
  }

  /** The next one is the current one from now on: at every instant of it there is one of the two. */
  async makeCurrent(envelope: Uint8Array): Promise<void> {
    await this.storage.replace(currentName, envelope);
    await this.storage.remove(nextName);
  }

  async #read(name: string): Promise<Candidate | undefined> {
    const envelope = await this.storage.read(name);
    if (!envelope) return;
    try {
      return candidateOf(openAssignment(envelope, this.identity), envelope);
    } catch (error) {
      this.log.error({ error: errorCode(error), name }, 'the stored assignment is not good');
      return;
    }
  }
}
