import {
  type Ack,
  beatSchema,
  type Command,
  callerError,
  decodeMessage,
  encodeMessage,
  errorCode,
  helloSchema,
  type Progress,
  progressSchema,
  statusSchema,
  type UpTopic,
  type Want,
  wantSchema,
} from '@xiaolaba/protocol';
import type { Logger } from 'pino';
import type { UpHandler } from '../broker/index.js';
import type { LiveFleet, Registry } from '../registry/index.js';
import { openBatch } from './batch.js';
import type { RecordIntake } from './record-intake.js';
import type { Rejects } from './rejects.js';

/** Small messages stay small: a beat has no business being larger. */
const smallLimits = { maxBytes: 8 * 1024, maxDepth: 6 };

export interface IngestDeps {
  readonly registry: Registry;
  readonly live: LiveFleet;
  readonly intake: RecordIntake;
  readonly rejects: Rejects;
  readonly log: Logger;
  readonly now: () => number;
  /** Queued behind what the device is being told already. */
  readonly tell: (device: string, topic: 'ack' | 'command', message: Uint8Array) => void;
  readonly progress: (device: string, progress: Progress) => Promise<void>;
  /** A device asks for a part of a blob. */
  readonly want: (device: string, want: Want) => void;
  /** A device says which assignment it holds, and which key list, if it follows them. */
  readonly greeted: (device: string, assignment: number, keyList: number | undefined) => void;
}

/** Takes in what devices send. What it can't read goes to the list of rejects and is then done with. */
export class Ingest implements UpHandler {
  handled = 0;
  beats = 0;
  records = 0;

  constructor(private readonly deps: IngestDeps) {}

  async message(device: string, name: UpTopic, payload: Uint8Array): Promise<void> {
    try {
      await this.#read(device, name, payload);
    } catch (error) {
      if (errorCode(error) === 'internal') throw error;
      this.deps.log.warn({ device, topic: name, code: errorCode(error) }, 'message refused');
      await this.deps.rejects.add(device, name, payload, error);
    } finally {
      this.handled++;
    }
  }

  async #read(device: string, name: UpTopic, payload: Uint8Array): Promise<void> {
    const { live } = this.deps;
    switch (name) {
      case 'beat':
        this.beats++;
        return live.beat(device, decodeMessage(beatSchema, payload, smallLimits));
      case 'records':
        return await this.#takeRecords(device, payload);
      case 'hello': {
        const hello = decodeMessage(helloSchema, payload, smallLimits);
        const registered = this.deps.registry.get(device);
        if (registered && hello.profile !== registered.profile) {
          throw callerError('profile-differs', `says ${hello.profile}, registered as ${registered.profile}`);
        }
        if (hello.protocol.min > 1)
          throw callerError('protocol-unsupported', `speaks ${hello.protocol.min} and newer only`);
        live.hello(device, hello);
        this.#tell(device, 'command', { v: 1, kind: 'time', at: this.deps.now() });
        return this.deps.greeted(device, hello.assignment, hello.keyList);
      }
      case 'status': {
        const status = decodeMessage(statusSchema, payload, smallLimits);
        return live.connection(device, status.state === 'online', status.boot);
      }
      case 'progress':
        return await this.deps.progress(device, decodeMessage(progressSchema, payload, smallLimits));
      case 'want':
        return this.deps.want(device, decodeMessage(wantSchema, payload, smallLimits));
    }
  }

  async #takeRecords(device: string, payload: Uint8Array): Promise<void> {
    const { registry, intake, rejects } = this.deps;
    const batch = openBatch(device, registry.get(device)?.key, payload);
    const result = await intake.take(batch);
    this.records += batch.lines.length;
    for (const { line, error } of result.bad) await rejects.add(device, 'records', Buffer.from(line), error);
    if (result.lost) {
      const { from, to } = result.lost;
      await rejects.add(
        device,
        'records',
        payload,
        callerError('records-lost', `records ${from} to ${to} of boot ${batch.boot} are gone`),
      );
    }
    if (result.refused) await rejects.add(device, 'records', payload, result.refused);
    this.#tell(device, 'ack', { v: 1, boot: batch.boot, upTo: result.upTo });
  }

  #tell(device: string, topic: 'ack' | 'command', message: Ack | Command): void {
    this.deps.tell(device, topic, encodeMessage(message));
  }
}
