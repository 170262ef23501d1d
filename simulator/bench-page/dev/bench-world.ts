import type {
  BenchFault,
  BenchItem,
  BenchOrder,
  BenchSound,
  BenchState,
  LevelReading,
  PartId,
  Profile,
  SeenDevice,
  SeenRecord,
  SignScene,
} from '@xiaolaba/simulator/bench-contract';
import { benchFaults } from '@xiaolaba/simulator/bench-contract';
import { contents, line, soundHash, soundMs, stops } from './content.js';
import { stripOf } from './dots.js';

const wakeMs = 900;
const beatMs = 2000;
const pauseMs = 4000;
/** A twin's monotonic clock, behind the wall clock by this much. */
export const monotonicOffset = 1_700_000_000_000;
const envelope = Array.from({ length: 200 }, (_, index) => Math.abs(Math.sin(index / 5) * Math.cos(index / 23)) ** 0.7);

interface Playing {
  readonly item: BenchItem;
  readonly from: number;
}

/** A made-up bench that moves by itself, takes every order, and lets each fault have its effect. */
export class BenchWorld {
  #profile: Profile = 'loudspeaker';
  #faults = new Set<BenchFault>();
  #wiring = new Map<PartId, { kind: string; port: string }>();
  #playing: Playing | undefined;
  #scene: SignScene | undefined;
  #records: SeenRecord[] = [];
  #kept: SeenRecord[] = [];
  #cap = 80;
  #stopped = false;
  #locked = true;
  #seen = true;
  #next = 0;
  #idleSince: number;
  #lastBeat: number;
  #along = 0;
  #bound: string | undefined;

  constructor(private readonly started: number) {
    this.#idleSince = started;
    this.#lastBeat = started;
    this.#enter('loudspeaker', started);
  }

  get kinds(): readonly { part: PartId; kind: string; isUp: boolean }[] {
    return [...this.#wiring].map(([part, { kind }]) => ({
      part,
      kind,
      isUp: this.#powered && !this.#isUnplugged(part),
    }));
  }

  get position(): readonly [number, number] {
    const leg = Math.min(line.length - 2, Math.floor(this.#along));
    const share = this.#along - leg;
    const [from, to] = [line[leg] ?? [0, 0], line[leg + 1] ?? [0, 0]];
    return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
  }

  get #powered(): boolean {
    return !this.#faults.has('cut-power');
  }

  get #content() {
    return contents[this.#profile];
  }

  /** Nothing the gateway should see any more (and its table is empty), or everything again. */
  setSeen(isSeen: boolean): void {
    this.#seen = isSeen;
  }

  take(order: BenchOrder, now: number): boolean {
    switch (order.kind) {
      case 'profile':
        this.#enter(order.profile, now);
        return true;
      case 'module':
        this.#wiring.set(order.part, { kind: order.module, port: order.port });
        return true;
      case 'play': {
        const item = this.#content.items.find(({ id }) => id === order.item);
        if (item) this.#begin(item, now);
        return item !== undefined;
      }
      case 'fault':
        this.#setFault(order.fault, order.on, now);
        return true;
      case 'press':
        if (order.button === 'test') this.#event('test-button', now);
        else this.#locked = order.button === 'lock';
        this.#playNext(now);
        return true;
      case 'identify':
        return true;
      case 'stop':
        this.#stopped = order.on;
        this.#event(order.on ? 'stopped' : 'stop-lifted', now);
        if (order.on) this.#end(now, 'cut', 'no-permission');
        return true;
      case 'volume-cap':
        this.#cap = order.percent;
        return true;
      case 'drive':
        this.#bound = order.stop;
        return true;
    }
  }

  /** Lets the time go on to `now`. @returns records that the gateway took in meanwhile */
  step(now: number, passedMs: number): readonly SeenRecord[] {
    const before = this.#records[0];
    const playing = this.#playing;
    if (playing && now >= playing.from + wakeMs + soundMs) this.#end(now, 'completed', null);
    if (!playing && this.#powered && !this.#stopped && now - this.#idleSince > pauseMs) this.#playNext(now);
    if (this.#powered && !this.#faults.has('drop-link') && now - this.#lastBeat >= beatMs) this.#lastBeat = now;
    this.#drive(passedMs);
    const fresh = before ? this.#records.slice(0, this.#records.indexOf(before)) : this.#records;
    return [...fresh].reverse();
  }

  level(now: number): LevelReading | undefined {
    const hasBoard = this.#content.modules.some(({ part }) => part === 'board');
    if (!hasBoard || !this.#powered) return undefined;
    const wave = Math.sin(now / 130) * 2 + Math.sin(now / 37);
    const value = this.#faults.has('unplug-board') ? null : (this.#audible(now) ? 72 : 43) + wave;
    return { at: now, value, heardAt: 58, unit: 'dB' };
  }

  state(now: number): BenchState {
    const content = this.#content;
    const powered = this.#powered;
    const jumped = this.#faults.has('jump-clock');
    const sound = this.#sound(now);
    const playing = this.#playing;
    const full = this.#faults.has('fill-disk');
    return {
      profile: this.#profile,
      profiles: ['loudspeaker', 'bus-screen', 'bike-lock', 'booth-sign'],
      device: content.device,
      place: content.place,
      firmware: '0.1.0',
      powered,
      now,
      deviceNow: now + (jumped ? 3 * 3_600_000 : 0),
      clock: jumped ? 'jumped' : 'trusted',
      modules: content.modules.map(({ part, kinds }) => {
        const wired = this.#wiring.get(part);
        const isOut = this.#isUnplugged(part);
        const port = wired?.port ?? 'simulated';
        return {
          part,
          kinds,
          kind: wired?.kind ?? kinds[0] ?? '',
          port,
          plugged: !isOut,
          health: isOut ? 'unplugged' : port === 'simulated' ? null : 'no-answer',
        };
      }),
      items: content.items,
      sign: powered ? (this.#scene ?? null) : null,
      screen: null,
      monotonicOffset,
      sound,
      amplifier: content.modules.some(({ part }) => part === 'board')
        ? {
            on: powered && playing?.item.output === 'audio' && !this.#faults.has('unplug-board'),
            awake: playing !== undefined && now >= playing.from + wakeMs,
            alive: !this.#faults.has('kill-amplifier'),
          }
        : null,
      volumeCap: this.#cap,
      lock: this.#profile === 'bike-lock' ? { locked: this.#locked } : null,
      led: this.#led(now),
      storage: full
        ? { usedBytes: 268_000_000, freeBytes: 435_456 }
        : { usedBytes: 61_400_000, freeBytes: 207_035_456 },
      route:
        this.#profile === 'bus-screen'
          ? {
              position: this.#faults.has('unplug-position') ? null : this.position,
              site: this.#stopHere(),
              stops,
              line,
            }
          : null,
      faults: benchFaults.map((id) => ({ id, on: this.#faults.has(id) })),
      stopped: this.#stopped,
      seen: this.#seen ? this.#seenDevices(now) : [],
      records: this.#records.slice(0, 50),
      join: {
        http: 'http://192.168.1.20:8080',
        mqtt: 'mqtt://192.168.1.20:1883',
        device: 'bench-real',
        code: 'K7QM-2XRB-9HTW-P4DC',
        approverKey: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=',
      },
      ports: ['/dev/ttyUSB0', '/dev/ttyUSB1'],
    };
  }

  #enter(profile: Profile, now: number): void {
    this.#profile = profile;
    this.#faults.clear();
    this.#playing = undefined;
    this.#stopped = false;
    this.#records = [];
    this.#kept = [];
    this.#next = 0;
    this.#idleSince = now - pauseMs + 1500;
    this.#wiring = new Map(
      this.#content.modules.map(({ part, kinds }) => [part, { kind: kinds[0] ?? '', port: 'simulated' }]),
    );
    const text = this.#content.items.find(({ output }) => output === 'text');
    this.#scene = text && this.#sceneOf(text, now);
    this.#record({ kind: 'boot' }, now - 8000);
    this.#record({ kind: 'active' }, now - 6000);
  }

  #setFault(fault: BenchFault, on: boolean, now: number): void {
    if (on) this.#faults.add(fault);
    else this.#faults.delete(fault);
    if (fault === 'cut-power') {
      this.#playing = undefined;
      this.#idleSince = now;
      if (!on) this.#record({ kind: 'boot' }, now);
    }
    if (fault === 'drop-link' && !on) this.#records = [...this.#kept.splice(0), ...this.#records];
    if (!on) return;
    if (fault === 'open-case') this.#event('tamper', now);
    if (fault === 'fill-disk') this.#event('storage-full', now);
    if (fault === 'corrupt-flash') this.#event('blob-corrupt', now);
    if (fault === 'village-microphone') {
      this.#event('override', now);
      this.#end(now, 'cut', 'pre-empted');
    }
    if (fault === 'unplug-sound') this.#end(now, 'cut', 'silent');
  }

  #playNext(now: number): void {
    const sounds = this.#content.items.filter(({ output }) => output === 'audio');
    const item = sounds[this.#next % Math.max(1, sounds.length)];
    this.#next += 1;
    if (item) this.#begin(item, now);
  }

  #begin(item: BenchItem, now: number): void {
    if (!this.#powered || this.#stopped) return;
    this.#end(now, 'cut', 'pre-empted');
    const refused = this.#refusal(item);
    this.#idleSince = now;
    if (refused) {
      this.#play(item, now, { result: 'refused', cause: refused, evidence: 'claimed', playedMs: 0 });
      return;
    }
    if (item.output === 'text') this.#scene = this.#sceneOf(item, now);
    this.#playing = { item, from: now };
  }

  #refusal({ output }: BenchItem): string | undefined {
    if (this.#faults.has('jump-clock')) return 'clock';
    if (this.#faults.has('corrupt-flash') && output === 'audio') return 'bad-file';
    if (this.#faults.has('quiet-hours') && output === 'audio') return 'no-permission';
    if (this.#faults.has('village-microphone') && output === 'audio') return 'pre-empted';
    return this.#faults.has(output === 'audio' ? 'unplug-sound' : 'unplug-sign') ? 'silent' : undefined;
  }

  #end(now: number, result: 'completed' | 'cut', cause: string | null): void {
    const playing = this.#playing;
    if (!playing) return;
    this.#playing = undefined;
    this.#idleSince = now;
    const playedMs = Math.max(0, Math.min(soundMs, now - playing.from - wakeMs));
    const deaf = this.#faults.has('kill-amplifier') || this.#faults.has('mute-microphone');
    const hasBoard = this.#content.modules.some(({ part }) => part === 'board') && !this.#faults.has('unplug-board');
    const evidence = playing.item.output === 'text' || !hasBoard ? 'claimed' : deaf ? 'contradicted' : 'heard';
    this.#play(playing.item, now, {
      result,
      cause: evidence === 'contradicted' ? 'silent' : cause,
      evidence,
      playedMs,
    });
  }

  #play(item: BenchItem, at: number, told: Pick<SeenRecord, 'result' | 'cause' | 'evidence' | 'playedMs'>): void {
    this.#record(
      { kind: 'play', item: item.id, output: item.output, expectedMs: item.durationMs ?? soundMs, ...told },
      at,
    );
  }

  #event(event: string, at: number): void {
    this.#record({ kind: 'event', event }, at);
  }

  #record(told: Partial<SeenRecord> & Pick<SeenRecord, 'kind'>, at: number): void {
    const record: SeenRecord = {
      device: this.#content.device,
      at,
      item: null,
      output: null,
      result: null,
      cause: null,
      evidence: null,
      playedMs: null,
      expectedMs: null,
      event: null,
      detail: null,
      ...told,
    };
    if (this.#faults.has('drop-link')) this.#kept = [record, ...this.#kept];
    else this.#records = [record, ...this.#records].slice(0, 200);
  }

  #sceneOf(item: BenchItem, now: number): SignScene | undefined {
    const sign = this.#content.sign;
    if (!sign || item.text === null) return undefined;
    return {
      columns: sign.columns,
      rows: sign.rows,
      colour: this.#profile === 'booth-sign' ? 'red' : 'yellow',
      brightness: 0.9,
      text: item.text.replaceAll('\n', ''),
      strip: stripOf(item.text, sign.columns),
      motion: sign.motion,
      dotsPerSecond: sign.motion === 'up' ? 32 : 56,
      stayMs: 3000,
      since: now - monotonicOffset,
    };
  }

  #sound(now: number): BenchSound | null {
    const playing = this.#playing;
    if (playing?.item.output !== 'audio' || !this.#powered || now < playing.from + wakeMs) return null;
    return {
      item: playing.item.id,
      title: playing.item.title,
      dialect: playing.item.dialect ?? 'cmn',
      words: playing.item.words,
      sha256: soundHash,
      since: playing.from + wakeMs,
      durationMs: soundMs,
      volume: Math.min(70, this.#cap),
      lufs: -16.2,
      envelope,
    };
  }

  #audible(now: number): boolean {
    const deaf = this.#faults.has('kill-amplifier') || this.#faults.has('mute-microphone');
    return this.#sound(now) !== null && !deaf && !this.#faults.has('village-microphone');
  }

  #led(now: number): BenchState['led'] {
    if (!this.#powered || this.#faults.has('unplug-board')) return 'off';
    if (this.#stopped) return 'stopped';
    if (this.#beatFaults().length > 0) return 'fault';
    if (this.#faults.has('drop-link')) return 'offline';
    return this.#sound(now) ? 'playing' : 'ready';
  }

  #isUnplugged(part: PartId): boolean {
    return this.#faults.has(`unplug-${part}` as BenchFault);
  }

  #beatFaults(): readonly { part: string; reason: string }[] {
    return this.#content.modules
      .filter(({ part }) => this.#isUnplugged(part))
      .map(({ part }) => ({ part, reason: 'unplugged' }));
  }

  #seenDevices(now: number): SeenDevice[] {
    const { device } = this.#content;
    const sound = this.#sound(now);
    const boot = 'b000007-5f0c1a2b';
    const own: SeenDevice = {
      id: device,
      real: false,
      profile: this.#profile,
      online: this.#powered && !this.#faults.has('drop-link'),
      lastBeatAt: this.#lastBeat,
      beat: {
        v: 1,
        boot,
        at: this.#lastBeat,
        up: Math.floor((now - this.started) / 1000),
        clock: this.#faults.has('jump-clock') ? 'jumped' : 'trusted',
        playing: sound
          ? [
              {
                output: 'audio',
                campaign: 'bench',
                cue: 'bench',
                item: sound.item,
                since: sound.since,
                evidence: this.level(now)?.value == null ? 'claimed' : this.#audible(now) ? 'heard' : 'contradicted',
              },
            ]
          : [],
        unreported: this.#kept.length,
        faults: [...this.#beatFaults()],
      },
      assignment: {
        version: 3,
        stage: this.#faults.has('fill-disk') ? 'fetching' : 'active',
        reason: null,
      },
    };
    if (this.#profile !== 'bus-screen' && this.#profile !== 'booth-sign') return [own];
    return [
      own,
      {
        id: 'bench-real',
        real: true,
        profile: this.#profile,
        online: true,
        lastBeatAt: now - ((now - this.started) % 9000),
        beat: {
          v: 1,
          boot,
          at: now,
          up: 380,
          clock: 'trusted',
          playing: [],
          unreported: 2,
          faults: [{ part: 'level', reason: 'no-answer' }],
        },
        assignment: { version: 3, stage: 'active', reason: null },
      },
    ];
  }

  #stopHere(): string | null {
    const near = Math.round(this.#along);
    return Math.abs(this.#along - near) < 0.05 ? (stops[near]?.id ?? null) : null;
  }

  #drive(passedMs: number): void {
    const legs = passedMs / 6000;
    const bound = stops.findIndex(({ id }) => id === this.#bound);
    if (bound < 0) this.#along = (this.#along + legs) % (line.length - 1);
    else this.#along += Math.sign(bound - this.#along) * Math.min(legs * 4, Math.abs(bound - this.#along));
  }
}
