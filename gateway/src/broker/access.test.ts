import { upTopics } from '@xiaolaba/protocol';
import { describe, expect, it } from 'vitest';
import { deviceOfTopic, deviceSpace, isWellFormedFilter, judgeFilter, judgeUp, judgeWill, mayHear } from './access.js';

const space = deviceSpace('horn-1');
const payload = Buffer.from('{}');
const code = (verdict: { kind: string; code?: string }) => `${verdict.kind} ${verdict.code ?? ''}`.trim();

describe('judgeUp', () => {
  it('lets every up topic through at its own QoS and retain flag only', () => {
    for (const name of upTopics) {
      for (const qos of [0, 1, 2]) {
        for (const retain of [false, true]) {
          const right = qos === (name === 'beat' ? 0 : 1) && retain === (name === 'status');
          const { kind } = judgeUp(space, { topic: `xlb/1/horn-1/${name}`, qos, retain, payload });
          expect({ name, qos, retain, kind }).toEqual({ name, qos, retain, kind: right ? 'allow' : 'refuse' });
        }
      }
    }
  });

  it.each([
    ['xlb/1/horn-1/ack', 'refuse down-topic'],
    ['xlb/1/horn-1/telemetry', 'refuse unknown-topic'],
    ['xlb/1/horn-1/beat/x', 'refuse unknown-topic'],
    ['xlb/1/horn-1/', 'refuse unknown-topic'],
    ['xlb/1/horn-10/beat', 'close foreign-topic'],
    ['xlb/2/horn-1/beat', 'close foreign-topic'],
    ['/xlb/1/horn-1/beat', 'close foreign-topic'],
    ['$SYS/x/new/clients', 'close dollar-topic'],
    ['xlb/1/horn-1/be\u0000at', 'close ill-formed-topic'],
    ['xlb/1/horn-1/beat\n', 'close ill-formed-topic'],
    ['xlb/1/\ufffd/beat', 'close ill-formed-topic'],
  ])('%j: %s', (topic, expected) => {
    expect(code(judgeUp(space, { topic, qos: 0, retain: false, payload }))).toBe(expected);
  });

  it('refuses to clear a retained message', () => {
    const verdict = judgeUp(space, { topic: `${space}status`, qos: 1, retain: true, payload: Buffer.alloc(0) });
    expect(code(verdict)).toBe('refuse retained-clear');
  });
});

describe('judgeFilter', () => {
  it.each([
    ['xlb/1/horn-1/assignment', 'allow'],
    ['xlb/1/horn-1/+', 'allow'],
    ['xlb/1/horn-1/#', 'allow'],
    ['xlb/1/horn-1/beat', 'refuse foreign-filter'],
    ['xlb/1/horn-1', 'refuse foreign-filter'],
    ['xlb/1/horn-2/assignment', 'refuse foreign-filter'],
    ['xlb/1/+/assignment', 'refuse foreign-filter'],
    ['xlb/1/#', 'refuse foreign-filter'],
    ['+/1/horn-1/assignment', 'refuse foreign-filter'],
    ['#', 'refuse foreign-filter'],
    ['$share/g/xlb/1/horn-1/assignment', 'refuse dollar-filter'],
    ['$SYS/#', 'refuse dollar-filter'],
    ['a#', 'close ill-formed-filter'],
    ['xlb/1/horn-1/#/x', 'close ill-formed-filter'],
    ['xlb/1/horn-1/a+', 'close ill-formed-filter'],
    ['xlb/1/horn-1/\u0000', 'close ill-formed-filter'],
    ['', 'close ill-formed-filter'],
  ])('%j: %s', (filter, expected) => {
    expect(code(judgeFilter(space, filter))).toBe(expected);
  });

  it('knows which filters are well-formed', () => {
    expect(['#', '+', '/', '+/+', 'a/+/b', 'a/#', '//'].every(isWellFormedFilter)).toBe(true);
    expect(['##', 'a#', '#a', '+a', 'a/b+', '#/a', 'a/#/', 'a\nb'].some(isWellFormedFilter)).toBe(false);
  });
});

describe('mayHear', () => {
  it('is true for down topics of the device alone', () => {
    expect(mayHear(space, 'xlb/1/horn-1/stop')).toBe(true);
    expect(mayHear(space, 'xlb/1/horn-1/status')).toBe(false);
    expect(mayHear(space, 'xlb/1/horn-2/stop')).toBe(false);
  });
});

describe('judgeWill', () => {
  const will = { topic: `${space}status`, qos: 1, retain: true };
  const offline = (value: object) => Buffer.from(JSON.stringify(value));
  const good = offline({ state: 'offline', boot: 'b000001-00000000' });

  it('gives the epoch', () => {
    expect(judgeWill(space, { ...will, payload: good })).toEqual({ kind: 'allow', value: 'b000001-00000000' });
  });

  it.each([
    [{ topic: `${space}beat` }, 'refuse will-topic'],
    [{ topic: 'xlb/1/horn-2/status' }, 'refuse will-topic'],
    [{ topic: '$SYS/x/new/clients' }, 'refuse will-topic'],
    [{ qos: 0 }, 'refuse will-flags'],
    [{ retain: false }, 'refuse will-flags'],
    [{ payload: Buffer.alloc(0) }, 'refuse will-payload'],
    [{ payload: Buffer.alloc(513, 0x20) }, 'refuse will-payload'],
    [{ payload: Buffer.from('offline') }, 'refuse will-payload'],
    [{ payload: offline({ state: 'offline' }) }, 'refuse will-payload'],
    [{ payload: offline({ state: 'online', boot: 'b000001-00000000' }) }, 'refuse will-payload'],
  ])('%o: %s', (change, expected) => {
    expect(code(judgeWill(space, { ...will, payload: good, ...change }))).toBe(expected);
  });
});

describe('deviceOfTopic', () => {
  it('finds the device or nothing', () => {
    expect(deviceOfTopic('xlb/1/horn-1/ack')).toBe('horn-1');
    expect(deviceOfTopic('xlb/1/+/ack')).toBeUndefined();
    expect(deviceOfTopic('$SYS/x/y')).toBeUndefined();
  });
});
