import { describe, expect, it } from 'vitest';
import { createCodecCommand } from './codec.js';
import { readHex } from './hex-text.js';

async function run(args: string[], input = '', language: 'zh-CN' | 'en' = 'en') {
  let stdout = '';
  let stderr = '';
  const exit = await createCodecCommand(async () => input).run(args, {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    language,
    signal: new AbortController().signal,
  });
  return { exit, stdout, stderr };
}
const json = async (args: string[], input = '') => {
  const { exit, stdout } = await run([...args, '--json'], input);
  return { exit, ...JSON.parse(stdout) };
};

const heartbeat = '7e000200000139123456780001337e';

describe('decode', () => {
  it('reads hexadecimal however it is written', async () => {
    const spaced = heartbeat.match(/../g) ?? [];
    const forms = [
      [heartbeat],
      [heartbeat.toUpperCase()],
      [spaced.join(' ')],
      spaced,
      [spaced.join(':')],
      [`0x${spaced.join(', 0x')}`],
    ];
    for (const form of forms) {
      expect(await json(['jt808', 'decode', ...form])).toMatchObject({
        exit: 0,
        ok: true,
        frames: [{ kind: 'heartbeat' }],
        errors: [],
        rest: '',
      });
    }
    expect(await json(['jt808', 'decode', '-'], `${spaced.join('\n')}\n${heartbeat}\n`)).toMatchObject({
      ok: true,
      frames: [{}, {}],
    });
  });

  it('says what it could not read', async () => {
    expect(await json(['jt808', 'decode', `00${heartbeat}7e00`])).toMatchObject({
      exit: 1,
      ok: false,
      frames: [{ kind: 'heartbeat' }],
      errors: [{ code: 'noise', offset: 0 }],
      rest: '7e00',
    });
  });

  it('takes a last line without its end for whole', async () => {
    const line = Buffer.from('*SCOR,OM,123456789123456,V0,2#').toString('hex');
    expect(await json(['omni', 'decode', line])).toMatchObject({
      ok: true,
      frames: [{ kind: 'voice-echo' }],
      rest: '',
    });
  });

  it('prints a table for people', async () => {
    const { exit, stdout } = await run(['jt808', 'decode', `${heartbeat}00`], '', 'zh-CN');
    expect(exit).toBe(1);
    expect(stdout).toContain('heartbeat');
    expect(stdout).toContain('013912345678');
    expect(stdout).toContain('noise');
  });
});

describe('encode', () => {
  it('gives the very bytes again', async () => {
    const { frames } = await json(['jt808', 'decode', heartbeat]);
    const [frame] = frames;
    expect(await run(['jt808', 'encode', JSON.stringify(frame)])).toEqual({
      exit: 0,
      stdout: `${heartbeat}\n`,
      stderr: '',
    });
    expect(await json(['jt808', 'encode', '-'], JSON.stringify(frame))).toEqual({ exit: 0, ok: true, hex: heartbeat });
  });

  it('takes all that decode printed', async () => {
    const { stdout } = await run(['jt808', 'decode', heartbeat, heartbeat, '--json']);
    expect(await run(['jt808', 'encode', '-'], stdout)).toMatchObject({
      exit: 0,
      stdout: `${heartbeat}${heartbeat}\n`,
    });
  });

  it('refuses what is no frame', async () => {
    expect(await run(['jt808', 'encode', '{"kind":"heartbeat"}'])).toMatchObject({ exit: 1, stdout: '' });
    expect(await run(['jt808', 'encode', '{'])).toMatchObject({ exit: 2, stdout: '' });
  });
});

describe('a wrong call', () => {
  it.each([
    [['jt808', 'decode', '7g']],
    [['jt808', 'decode', '7e0']],
    [['jt808', 'decode']],
    [['jt808', 'decode', ' ']],
    [['jt808']],
    [['jt808', 'sing', '00']],
    [['morse', 'decode', '00']],
    [['toString', 'decode', '00']],
  ])('%j ends with 2 and says why', async (args) => {
    const { exit, stdout, stderr } = await run(args);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).not.toBe('');
  });

  it('says where the hexadecimal goes wrong', () => {
    expect(() => readHex('7e 00 zz')).toThrow(
      expect.objectContaining({ code: 'hex-malformed', details: { text: 'zz', at: 7 } }),
    );
  });
});

it('lists the protocols', async () => {
  expect(await json([])).toEqual({
    exit: 0,
    protocols: ['dfplayer', 'jq8900', 'syn6288', 'xfs5152ce', 'onbon-bx5k', 'jetfile2', 'jt808', 'omni', 'nmea0183'],
  });
  expect((await run([])).stdout).toContain('nmea0183');
});
