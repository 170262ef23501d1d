import { afterEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../adapters/system-clock.js';
import type { AgentLog } from '../agent-types.js';
import type { Health } from '../peripherals/driver.js';
import { type NowShowing, PageServer } from './page-server.js';

const log: AgentLog = { debug() {}, info() {}, warn() {}, error() {} };
let page: PageServer;
afterEach(() => page.close());

interface Told {
  readonly id: number;
  readonly text: string | null;
}

/** A screen as a browser is one: it is told by events, and says what it has drawn. */
class Screen {
  readonly told: Told[] = [];
  readonly #leave = new AbortController();
  draws = true;

  static async open(url: string): Promise<Screen> {
    const screen = new Screen();
    const response = await fetch(`${url}/events`, { signal: screen.#leave.signal });
    void screen.#read(url, response).catch(() => {});
    await expect.poll(() => screen.told.length).toBeGreaterThan(0);
    return screen;
  }

  leave(): void {
    this.#leave.abort();
  }

  async #read(url: string, response: Response): Promise<void> {
    for await (const chunk of response.body ?? []) {
      for (const [, data = ''] of Buffer.from(chunk)
        .toString()
        .matchAll(/^data: (.*)$/gm)) {
        const told = JSON.parse(data) as Told;
        this.told.push(told);
        if (this.draws) await confirm(url, { id: told.id });
      }
    }
  }
}

const confirm = (url: string, body: object): Promise<Response> =>
  fetch(`${url}/shown`, { method: 'POST', body: JSON.stringify(body) });

async function open(): Promise<string> {
  page = await PageServer.start('bs-0001', { host: '127.0.0.1', port: 0 }, new SystemClock(), log);
  return `http://127.0.0.1:${page.port}`;
}

describe('the screen page', () => {
  it('counts as shown only what a screen says that it has drawn', async () => {
    const url = await open();
    const { sign } = page.sign;
    await expect(sign.show('不轻信')).rejects.toMatchObject({ code: 'sign-silent' });
    const screen = await Screen.open(url);
    await sign.show('不轻信');
    expect(screen.told.at(-1)).toMatchObject({ text: '不轻信' });
    const now = (await (await fetch(`${url}/now`)).json()) as NowShowing;
    expect(now).toMatchObject({ device: 'bs-0001', text: '不轻信', health: null });
    expect(now.confirmedAt).toBeGreaterThan(0);
    screen.draws = false;
    await expect(sign.show('不转账')).rejects.toMatchObject({ code: 'sign-silent' });
    screen.leave();
  });

  it('brings the film behind the text, whole or in parts, and no other file', async () => {
    const film = Uint8Array.from({ length: 100 }, (_, index) => index);
    page = await PageServer.start('bs-0001', { host: '127.0.0.1', port: 0 }, new SystemClock(), log, async (sha256) =>
      sha256 === 'film' ? film : undefined,
    );
    const url = `http://127.0.0.1:${page.port}`;
    const screen = await Screen.open(url);
    expect((await fetch(`${url}/video/film`)).status).toBe(404);
    await page.sign.sign.show('不轻信', 'film');
    expect(screen.told.at(-1)).toMatchObject({ text: '不轻信', video: 'film' });
    const get = async (range?: string) => {
      const answer = await fetch(`${url}/video/film`, range ? { headers: { range } } : {});
      return { status: answer.status, bytes: [...new Uint8Array(await answer.arrayBuffer())] };
    };
    expect(await get()).toEqual({ status: 200, bytes: [...film] });
    expect(await get('bytes=90-')).toEqual({ status: 206, bytes: [...film.subarray(90)] });
    expect(await get('bytes=10-19')).toEqual({ status: 206, bytes: [...film.subarray(10, 20)] });
    expect((await get('bytes=100-')).status).toBe(416);
    expect((await fetch(`${url}/video/other`)).status).toBe(404);
    screen.leave();
  });

  it('tells when the screen has gone, and who waits for it', async () => {
    const url = await open();
    const driver = page.sign;
    const health: Health[] = [];
    driver.onHealth((now) => health.push(now));
    const screen = await Screen.open(url);
    await driver.sign.show('不透露');
    let lost = 0;
    driver.sign.onLost?.(() => lost++);
    screen.leave();
    await expect.poll(() => lost).toBe(1);
    expect(health).toEqual([undefined, 'no-answer']);
    expect(driver.health).toBe('no-answer');
  });

  it('takes an answer to something else for none, and nothing that is no answer', async () => {
    const url = await open();
    expect((await confirm(url, { id: 'x' })).status).toBe(400);
    expect((await confirm(url, { id: 1, text: 'y'.repeat(50) })).status).toBe(400);
    await confirm(url, { id: 'z'.repeat(1_000) }).catch(() => undefined);
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
    expect(((await (await fetch(`${url}/now`)).json()) as NowShowing).confirmedAt).toBeNull();
  });

  it('tells of another sign what that one shows', async () => {
    const url = await open();
    page.other = { health: 'unplugged', showing: { text: '反诈', confirmedAt: 5 } };
    expect(await (await fetch(`${url}/now`)).json()).toMatchObject({
      text: '反诈',
      confirmedAt: 5,
      health: 'unplugged',
    });
  });

  it('needs its port for itself', async () => {
    await open();
    const taken = PageServer.start('bs-0002', { host: '127.0.0.1', port: page.port }, new SystemClock(), log);
    await expect(taken).rejects.toMatchObject({ code: 'page-port' });
  });
});
