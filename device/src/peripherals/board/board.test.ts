import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FirmataTwin } from '../../testing/firmata-twin.js';
import { openBoard } from './board.js';

let twin: FirmataTwin;
beforeEach(() => {
  twin = new FirmataTwin();
});
afterEach(() => twin.unplug());

const config = {
  relay: { pin: 7, contact: 'open', wakeMs: 1_500 },
  led: { pin: 4 },
  button: { pin: 2, pullup: true },
  override: { pin: 3, pullup: true },
  level: { pin: 'A0', heardAt: 400 },
} as const;

describe('board', () => {
  it('switches, shows, senses and notices over Firmata', async () => {
    const parts = await openBoard(twin, config, () => performance.now());
    await vi.waitFor(() => expect(twin.levels.get(7)).toBe(false));
    await parts.amplifier?.set(true);
    await vi.waitFor(() => expect(twin.levels.get(7)).toBe(true));
    await parts.amplifier?.set(false);
    await vi.waitFor(() => expect(twin.levels.get(7)).toBe(false));

    parts.led?.show('ready');
    await vi.waitFor(() => expect(twin.levels.get(4)).toBe(true));
    parts.led?.show('stopped');
    await vi.waitFor(() => expect(twin.levels.get(4)).toBe(false));

    twin.analog.set(0, 600);
    await vi.waitFor(() => expect(parts.level?.read()).toBeGreaterThan(400), { timeout: 3_000 });

    const presses: string[] = [];
    parts.testButton?.onChange((pressed) => presses.push(`test ${pressed}`));
    parts.override?.onChange((pressed) => presses.push(`override ${pressed}`));
    for (const [pin, level] of [
      [2, false],
      [2, true],
      [3, false],
    ] as const) {
      const { length } = presses;
      twin.drive(pin, level);
      await vi.waitFor(() => expect(presses.length).toBe(length + 1));
    }
    expect(presses).toEqual(['test true', 'test false', 'override true']);

    twin.unplug();
    expect(parts.level?.read()).toBeUndefined();
    await expect(parts.amplifier?.set(true)).rejects.toMatchObject({ code: 'board-gone' });
  });

  it('gives up on a board that does not answer', async () => {
    twin.answers = false;
    await expect(openBoard(twin, config, () => performance.now(), 300)).rejects.toMatchObject({ code: 'board-silent' });
  });
});
