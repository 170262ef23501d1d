import type { FastifyReply } from 'fastify';
import { type DayLedger, DayTallies, dayView } from '../coverage/index.js';
import type { LiveDevice, RegisteredDevice } from '../registry/index.js';
import { openAlerts } from './alert-view.js';
import type { ApiContext } from './context.js';
import type { LiveEvents, Vehicle } from './contract.js';
import { viewContext } from './view-context.js';

/** Two pictures a second are as much as an eye follows. */
const tickMs = 500;
/** A listener that has fallen this far behind is cut off; its browser comes back and asks for the whole day. */
const maxBufferedBytes = 1024 * 1024;

const frameOf = <Name extends keyof LiveEvents>(name: Name, data: LiveEvents[Name]): string =>
  `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

/** A device that moves, where it has told its position. */
export function vehicleOf(device: RegisteredDevice, live: LiveDevice): Vehicle | undefined {
  const { position, playing, online } = live;
  if (!position || device.place.startsWith('site/')) return undefined;
  return {
    device: device.id,
    place: device.place,
    position: [position[0], position[1]],
    playing: playing.length > 0,
    online,
  };
}

/** Server-sent events: what has changed since the last picture, to whoever watches. */
export class Live {
  readonly #listeners = new Set<FastifyReply['raw']>();
  #tallies: DayTallies | undefined;
  readonly #timer: NodeJS.Timeout;
  #busy = false;
  /** Of the alerts that listeners were told of. */
  #alerts = '';

  constructor(private readonly context: ApiContext) {
    this.#timer = setInterval(() => void this.#tick(), tickMs);
    this.#timer.unref();
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  listen(reply: FastifyReply): void {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      connection: 'keep-alive',
    });
    raw.write('retry: 2000\n\n');
    this.#greet(raw);
    this.#listeners.add(raw);
    // Who has just come learns with the next picture what waits for a signature.
    this.#alerts = '';
    raw.on('close', () => this.#listeners.delete(raw));
  }

  /** Who has just come learns the day at once, and where every vehicle is: later only what moves is told. */
  #greet(listener: FastifyReply['raw']): void {
    const { coverage, live, registry, now } = this.context;
    const day = coverage.today();
    if (!day) return;
    listener.write(frameOf('now', { now: now(), day }));
    const vehicles = [...registry.all()].flatMap((device) => vehicleOf(device, live.get(device.id)) ?? []);
    if (vehicles.length > 0) listener.write(frameOf('vehicles', vehicles));
  }

  close(): void {
    clearInterval(this.#timer);
    for (const listener of this.#listeners) listener.end();
  }

  /** Tallies of today, brought up to date where slots have changed. */
  tallies(ledger: DayLedger, now: number): DayTallies {
    if (this.#tallies?.ledger === ledger) return this.#tallies;
    const tallies = new DayTallies(ledger);
    tallies.update(ledger.places(), now);
    this.#tallies = tallies;
    return tallies;
  }

  async #tick(): Promise<void> {
    if (this.#busy || this.#listeners.size === 0) return;
    this.#busy = true;
    try {
      await this.#send();
    } catch (error) {
      this.context.log.error({ error }, 'live picture failed');
    } finally {
      this.#busy = false;
    }
  }

  async #send(): Promise<void> {
    const { alerts, coverage, live, registry } = this.context;
    const { mark } = alerts;
    if (mark !== this.#alerts) {
      this.#alerts = mark;
      this.#emit('alerts', await openAlerts(this.context));
    }
    const day = coverage.today();
    if (!day) return;
    const ledger = await coverage.ledger(day);
    const view = viewContext(this.context);
    this.#emit('now', { now: view.now, day });
    const tallies = this.tallies(ledger, view.now);
    const dirty = ledger.takeDirty();
    tallies.update(dirty, view.now);
    const places = new Set(dirty);
    const vehicles: Vehicle[] = [];
    for (const id of live.takeChanged()) {
      const device = registry.get(id);
      if (!device) continue;
      if (device.place.startsWith('site/')) places.add(device.place);
      const vehicle = vehicleOf(device, live.get(id));
      if (vehicle) vehicles.push(vehicle);
    }
    if (places.size > 0) this.#emit('coverage', dayView(view, tallies, false, places));
    if (vehicles.length > 0) this.#emit('vehicles', vehicles);
  }

  #emit<Name extends keyof LiveEvents>(name: Name, data: LiveEvents[Name]): void {
    const frame = frameOf(name, data);
    for (const listener of this.#listeners) {
      if (listener.writableLength > maxBufferedBytes) listener.destroy();
      else listener.write(frame);
    }
  }
}
