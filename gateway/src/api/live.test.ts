import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { until } from '../broker/testing/harness.js';
import { MqttDevice } from '../testing/mqtt-device.js';
import { at, day, TestGateway } from '../testing/open-gateway.js';
import { tickerContent } from '../testing/ticker-content.js';
import { type campaignViewSchema, liveEventSchemas } from './contract.js';

let gateway: TestGateway;
let sign: MqttDevice;
let bus: MqttDevice;
let release: string;

beforeAll(async () => {
  gateway = await TestGateway.open({ changes: tickerContent() });
  await gateway.import();
  sign = await MqttDevice.enrol(gateway, 'sign-1');
  bus = await MqttDevice.enrol(gateway, 'bus-1');
  await gateway.approve();
  const [campaign] = await gateway.get<z.infer<typeof campaignViewSchema>[]>('/api/campaigns');
  release = campaign?.releases[0]?.sha256 ?? '';
  await sign.connect(gateway.gateway.mqttPort);
  await bus.connect(gateway.gateway.mqttPort);
});
afterAll(async () => {
  await sign.close();
  await bus.close();
  await gateway.close();
});

interface Heard {
  readonly name: keyof typeof liveEventSchemas;
  readonly data: unknown;
}

/** A browser that listens, as far as events go. */
class Listener {
  readonly heard: Heard[] = [];
  ended = false;
  private constructor(readonly response: IncomingMessage) {}

  static async open(): Promise<Listener> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${gateway.gateway.url}/api/live`, resolve).on('error', reject);
    });
    const listener = new Listener(response);
    let text = '';
    response.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const frames = text.split('\n\n');
      text = frames.pop() ?? '';
      for (const frame of frames) {
        const event = /^event: (\w+)\ndata: (.*)$/.exec(frame);
        if (event?.[1] && event[2])
          listener.heard.push({ name: event[1] as Heard['name'], data: JSON.parse(event[2]) as unknown });
      }
    });
    response.on('close', () => {
      listener.ended = true;
    });
    response.on('error', () => {});
    return listener;
  }

  of<Name extends Heard['name']>(name: Name): z.infer<(typeof liveEventSchemas)[Name]>[] {
    return this.heard
      .filter((event) => event.name === name)
      .map(({ data }) => liveEventSchemas[name].parse(data) as z.infer<(typeof liveEventSchemas)[Name]>);
  }
}

describe('the live feed', () => {
  it('tells the time, and what changes while it changes', async () => {
    const listener = await Listener.open();
    expect(listener.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    await until(() => listener.of('now').length >= 1);
    expect(listener.of('now')[0]).toEqual({ now: gateway.clock.now(), day });
    await sign.hello('booth-sign', gateway.clock.now(), { outputs: ['text'] });
    await until(() => listener.of('coverage').some(({ places }) => places.some(({ online }) => online)));
    gateway.clock.set(at('08:01'));
    sign.write({
      seq: 1,
      at: at('08:00'),
      kind: 'play',
      release,
      campaign: 'ticker',
      cue: 'all-day',
      item: 'line',
      output: 'text',
      dueAt: at('07:00'),
      startedAt: at('07:00'),
      playedMs: 3_600_000,
      expectedMs: 3_600_000,
      result: 'completed',
      evidence: 'claimed',
      pauses: 0,
    });
    await sign.sendRecords(1, 1);
    await until(() => listener.of('coverage').some(({ totals }) => totals.verified === 1));
    const view = listener.of('coverage').find(({ totals }) => totals.verified === 1);
    expect(view?.places.filter(({ verified }) => verified > 0).map(({ place, state }) => [place, state])).toEqual([
      ['site/estate-1', 'claimed'],
    ]);
    expect(view).toMatchObject({ day, closed: false });
    await bus.send(
      'beat',
      {
        v: 1,
        boot: bus.journal.boot,
        at: gateway.clock.now(),
        up: 9,
        clock: 'trusted',
        playing: [],
        unreported: 0,
        position: [115.1, 23.4],
        faults: [],
      },
      0,
    );
    await until(() => listener.of('vehicles').some((moved) => moved.length > 0));
    expect(listener.of('vehicles').find((moved) => moved.length > 0)).toEqual([
      { device: 'bus-1', place: 'route/route-1', position: [115.1, 23.4], playing: false, online: true },
    ]);
    listener.response.destroy();
  });

  it('has no head to ask for, and ends with the gateway', async () => {
    expect((await gateway.call('HEAD', '/api/live')).status).toBe(404);
    const listeners = [await Listener.open(), await Listener.open()];
    await until(() => listeners.every((listener) => listener.of('now').length > 0));
    await gateway.stop();
    await until(() => listeners.every(({ ended }) => ended));
    expect(listeners.map(({ ended }) => ended)).toEqual([true, true]);
  });
});
