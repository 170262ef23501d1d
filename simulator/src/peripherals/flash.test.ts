import { sha256 } from '@xiaolaba/protocol/node';
import { describe, expect, it } from 'vitest';
import { WorldTime } from '../time/world-time.js';
import { DeviceFacts } from '../world/facts.js';
import { ContentPool, TwinFlash } from './flash.js';

const bytes = (size: number, fill: number): Uint8Array => new Uint8Array(size).fill(fill);

function flash(capacity?: number) {
  const time = new WorldTime(0);
  const facts = new DeviceFacts();
  const pool = new ContentPool();
  return { time, facts, pool, flash: new TwinFlash(pool, time, facts, capacity) };
}

describe('TwinFlash', () => {
  it('keeps files, lists them below a folder, and counts what is free', async () => {
    const { flash: medium } = flash(10_000);
    await medium.replace('blobs/one', bytes(1_000, 1));
    await medium.append('journal/a', bytes(10, 2));
    await medium.append('journal/a', bytes(5, 3));
    expect(await medium.list('blobs')).toEqual(['one']);
    expect(await medium.size('journal/a')).toBe(15);
    expect([...((await medium.read('journal/a')) ?? [])]).toEqual([...bytes(10, 2), ...bytes(5, 3)]);
    expect(await medium.free()).toBe(10_000 - 1_015);
    await medium.remove('blobs/one');
    expect(await medium.read('blobs/one')).toBeUndefined();
    expect(await medium.free()).toBe(10_000 - 15);
    await expect(medium.replace('big', bytes(20_000, 1))).rejects.toMatchObject({ code: 'storage-full' });
  });

  it('shares equal contents between flashes', async () => {
    const { flash: one, time, pool } = flash();
    const other = new TwinFlash(pool, time, new DeviceFacts());
    await one.replace('a', bytes(4_000, 7));
    await other.replace('b', bytes(4_000, 7));
    expect(await one.read('a')).toBe(await other.read('b'));
  });

  it('knows since when a content was whole, and until when', async () => {
    const { flash: medium, time, facts } = flash();
    const content = bytes(2_000, 9);
    const name = sha256(content);
    time.moveTo(100);
    await medium.replace(`blobs/${name}`, content);
    time.moveTo(200);
    expect(medium.corrupt(name)).toBe(true);
    expect(sha256((await medium.read(`blobs/${name}`)) ?? new Uint8Array())).not.toBe(name);
    await medium.remove(`blobs/${name}`);
    time.moveTo(300);
    await medium.replace(`blobs/${name}`, content);
    expect([99, 100, 199, 200, 299, 300].map((at) => facts.holds(name, at))).toEqual([
      false,
      true,
      true,
      false,
      false,
      true,
    ]);
    expect(facts.firstHeld(name)).toBe(100);
    expect(sha256((await medium.read(`blobs/${name}`)) ?? new Uint8Array())).toBe(name);
  });

  it('leaves half of the last append behind when power goes in mid-write', async () => {
    const { flash: medium } = flash();
    await medium.append('journal/a', bytes(10, 1));
    await medium.append('journal/a', bytes(8, 2));
    medium.tear();
    expect(await medium.size('journal/a')).toBe(22);
  });
});
