import type { Beat, ClockState, Hello, Position } from '@xiaolaba/protocol';

/** What a device last said of itself; forgotten at a restart and learnt again from its next hello. */
export interface LiveDevice {
  online: boolean;
  /** Boot of the connection that counts: an older one's last will is no news. */
  boot?: string;
  /** When the state of the connection last changed. */
  since: number;
  lastHeardAt?: number;
  hello?: Hello;
  clock?: ClockState;
  /** Device clock less gateway clock, milliseconds, as its last beat arrived. */
  clockOffsetMs?: number;
  playing: Beat['playing'];
  position?: Position;
  site?: string;
  unreported?: number;
  faults: Beat['faults'];
  /** Everything that happened on the device until then has been reported. */
  reportedUntil: number;
}

/** The live picture of the fleet. */
export class LiveFleet {
  readonly #devices = new Map<string, LiveDevice>();
  readonly #changed = new Set<string>();

  constructor(private readonly now: () => number) {}

  get(device: string): LiveDevice {
    let live = this.#devices.get(device);
    if (!live) {
      live = { online: false, since: this.now(), playing: [], faults: [], reportedUntil: 0 };
      this.#devices.set(device, live);
    }
    return live;
  }

  hello(device: string, hello: Hello): void {
    const live = this.get(device);
    live.hello = hello;
    live.boot = hello.boot;
    live.clock = hello.clock;
    live.clockOffsetMs = hello.at - this.now();
    live.unreported = hello.unreported;
    this.#heard(device, live);
    this.connection(device, true);
    this.#reported(live);
  }

  beat(device: string, beat: Beat): void {
    const live = this.get(device);
    const now = this.now();
    live.boot = beat.boot;
    live.clock = beat.clock;
    live.clockOffsetMs = beat.at - now;
    live.playing = beat.playing;
    live.unreported = beat.unreported;
    live.faults = beat.faults;
    if (beat.position) live.position = beat.position;
    if (beat.site === undefined) delete live.site;
    else live.site = beat.site;
    this.#reported(live);
    this.#heard(device, live);
  }

  /** Whether the device says that it can't trust its clock. */
  clockDoubtful(device: string): boolean {
    const { clock } = this.get(device);
    return clock !== undefined && clock !== 'trusted';
  }

  /** By its stored records a device has reported everything until then; it is not heard of by this. */
  reported(device: string, until: number): void {
    const live = this.get(device);
    live.reportedUntil = Math.max(live.reportedUntil, until);
  }

  /** A connection came or went. A will of an older boot than the present one changes nothing. */
  connection(device: string, online: boolean, boot?: string): void {
    const live = this.get(device);
    if (!online && boot !== undefined && live.boot !== undefined && boot < live.boot) return;
    if (online && boot !== undefined) live.boot = boot;
    if (live.online === online) return;
    live.online = online;
    live.since = this.now();
    if (!online) live.playing = [];
    this.#changed.add(device);
  }

  /** Devices that have changed since the last call. */
  takeChanged(): string[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  onlineCount(): number {
    let count = 0;
    for (const live of this.#devices.values()) if (live.online) count++;
    return count;
  }

  /** While a device doubts its clock it has not told everything: the record of that comes when the doubt is over. */
  #reported(live: LiveDevice): void {
    if (live.unreported === 0 && live.clock === 'trusted')
      live.reportedUntil = Math.max(live.reportedUntil, this.now());
  }

  #heard(device: string, live: LiveDevice): void {
    live.lastHeardAt = this.now();
    this.#changed.add(device);
  }
}
