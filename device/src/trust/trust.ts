import {
  type Approved,
  callerError,
  decodeMessage,
  envelopeLimits,
  envelopeSchema,
  errorCode,
  fixedKeys,
  nextKeyList,
  openApprovedRelease,
  openApprovedStop,
  type Release,
  type StopOrder,
  type TrustedKeys,
} from '@xiaolaba/protocol';
import { verify } from '@xiaolaba/protocol/node';
import type { AgentLog, DeviceIdentity } from '../agent-types.js';
import type { Discipline } from '../clock/discipline.js';
import type { Life } from '../life.js';
import { keyListPorts, readStoredKeys, storeKeyList } from './stored-keys.js';

export interface TrustEvents {
  /** Another list holds. */
  changed(version: number): Promise<void>;
  /** A list was refused; each code once a boot, whatever a gateway sends. */
  refused(code: string): Promise<void>;
}

/** Whose signatures count here: the key list that the root keys signed last, or approvers' keys that never change. */
export class Trust {
  #held: TrustedKeys = fixedKeys([]);
  /** Of the list held, as it came. */
  #payload = '';
  #wasExpired = false;
  readonly #refused = new Set<string>();

  constructor(
    private readonly life: Life,
    private readonly identity: DeviceIdentity,
    private readonly time: Pick<Discipline, 'trusted' | 'now'>,
    private readonly log: AgentLog,
    private readonly events: TrustEvents,
  ) {}

  /** Version of the list held, 0 for none; `undefined` where keys are fixed. */
  get version(): number | undefined {
    return this.identity.root && this.#held.version;
  }

  /** Stands for the keys that count now: what was opened under another value is to be opened again. */
  get keys(): unknown {
    return this.#held;
  }

  get expired(): boolean {
    const { expiresAt } = this.#held;
    return expiresAt !== undefined && this.time.trusted && this.time.now() >= expiresAt;
  }

  /** Takes up the newest list that storage holds. */
  async open(): Promise<void> {
    const { trusted, payload } = await readStoredKeys(this.life.storage, this.identity, (name, error) =>
      this.log.error({ error, name }, 'the stored key list is not good'),
    );
    this.#hold(trusted, payload);
  }

  /** A list has come. One that does not follow the one held changes nothing. */
  async receive(envelope: Uint8Array): Promise<void> {
    const { root } = this.identity;
    if (!root) return;
    let next: TrustedKeys;
    let payload: string;
    try {
      payload = decodeMessage(envelopeSchema, envelope, envelopeLimits).payload;
      if (payload === this.#payload) return;
      next = nextKeyList(envelope, this.#held, keyListPorts);
    } catch (error) {
      return this.#refuse(errorCode(error));
    }
    try {
      await storeKeyList(this.life.storage, root, envelope);
    } catch (error) {
      // It holds all the same: what it revokes must not go on because a medium is full.
      this.life.assertAlive();
      this.log.error({ error: errorCode(error) }, 'the key list can not be stored');
    }
    this.#hold(next, payload);
    await this.events.changed(next.version);
  }

  /** Whether the list has lapsed since the last call, or the clock that said so is doubted now. */
  lapsed(): boolean {
    const was = this.#wasExpired;
    this.#wasExpired = this.expired;
    return was !== this.#wasExpired;
  }

  /**
   * A release that the list approves.
   * @throws XiaolabaError `message-*`, `envelope-type`, `signature-*`, `approver-not-entitled`, `approvals-missing`,
   * `key-list-expired`
   */
  openRelease(bytes: Uint8Array): Approved<Release> {
    const approved = openApprovedRelease(bytes, this.#held, verify);
    if (this.expired) throw callerError('key-list-expired', 'the key list has lapsed');
    return approved;
  }

  /**
   * A stop order that the list approves; a list that has lapsed still silences.
   * @throws XiaolabaError as `openRelease`
   */
  openStop(bytes: Uint8Array): StopOrder {
    const { content } = openApprovedStop(bytes, this.#held, verify);
    if (content.state === 'lifted' && this.expired) throw callerError('key-list-expired', 'the key list has lapsed');
    return content;
  }

  #hold(trusted: TrustedKeys, payload: string): void {
    this.#held = trusted;
    this.#payload = payload;
    this.#wasExpired = this.expired;
  }

  async #refuse(code: string): Promise<void> {
    this.log.warn({ error: code }, 'key list refused');
    if (this.#refused.has(code)) return;
    this.#refused.add(code);
    await this.events.refused(code);
  }
}
