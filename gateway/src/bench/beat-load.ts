import { type Beat, encodeMessage, topicOf, worldError } from '@xiaolaba/protocol';
import { generate } from 'mqtt-packet';
import { type MqttLink, within } from './mqtt-link.js';

/**
 * QoS 0 is not answered, so a ping goes behind every so many beats: what is under way stays bounded, and the last
 * answer tells that all were read. Both sides pay for the same pings.
 */
const beatsPerPing = 16;
const pingsUnderWay = 2;

/** A loudspeaker that plays, with everything in order. */
export const benchBeat = (at: number): Beat => ({
  v: 1,
  boot: 'b000001-00000000',
  at,
  up: 86_400,
  clock: 'trusted',
  playing: [
    {
      output: 'audio',
      campaign: 'estates-morning',
      cue: 'weekly-digest',
      item: 'digest-online-tasks',
      since: at - 12_000,
      evidence: 'heard',
    },
  ],
  unreported: 1,
  faults: [],
});

/** Publishes beats over all links as fast as the broker answers. */
export class BeatLoad {
  #sent = 0;
  #until = 0;
  #busy = 0;
  #done: (() => void) | undefined;
  #failed: ((error: Error) => void) | undefined;
  readonly #payload: Uint8Array;

  constructor(
    private readonly links: readonly MqttLink[],
    at: number,
  ) {
    this.#payload = encodeMessage(benchBeat(at));
  }

  /** @throws XiaolabaError `bench-stalled`, `bench-refused` */
  async run(milliseconds: number): Promise<{ sent: number; bytes: number }> {
    const ended = new Promise<void>((resolve, reject) => {
      this.#done = resolve;
      this.#failed = reject;
    });
    this.#until = performance.now() + milliseconds;
    this.#busy = this.links.length;
    for (const link of this.links) this.#drive(link);
    await within(ended, milliseconds + 30_000);
    return { sent: this.#sent, bytes: this.#payload.length };
  }

  #drive(link: MqttLink): void {
    const beat = generate({
      cmd: 'publish',
      topic: topicOf(link.device.id, 'beat'),
      payload: Buffer.from(this.#payload),
      qos: 0,
      retain: false,
      dup: false,
    });
    const chunk = Buffer.concat([...Array.from({ length: beatsPerPing }, () => beat), generate({ cmd: 'pingreq' })]);
    let underWay = 0;
    const send = () => {
      underWay++;
      this.#sent += beatsPerPing;
      link.write(chunk);
    };
    link.onPong = () => {
      underWay--;
      if (performance.now() < this.#until) send();
      else if (underWay === 0 && --this.#busy === 0) this.#done?.();
    };
    link.onClosed = () => this.#failed?.(worldError('bench-refused', `${link.device.id} was closed under load`));
    for (let ping = 0; ping < pingsUnderWay; ping++) send();
  }
}
