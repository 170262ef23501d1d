import { spawn } from 'node:child_process';
import type { Sound, SoundEnd, SoundOutput } from '../ports/index.js';

/** Where decoded sound goes: a card, nowhere (at its own pace), or a WAV file for the bench. */
export type Sink =
  | { readonly kind: 'alsa'; readonly device: string }
  | { readonly kind: 'null' }
  | { readonly kind: 'file'; readonly path: string };

/** What the decoder says of a file that is none. */
const badFile = /Invalid data found|Header missing|could not find codec|moov atom not found|misdetection possible/i;

function sinkArguments(sink: Sink): string[] {
  if (sink.kind === 'alsa') return ['-f', 'alsa', sink.device];
  if (sink.kind === 'file') return ['-f', 'wav', sink.path];
  return ['-f', 'null', '-'];
}

/** Plays through an `ffmpeg` process: whatever it decodes, to whatever ALSA reaches. */
export class FfmpegSound implements SoundOutput {
  constructor(
    private readonly sink: Sink,
    private readonly command = 'ffmpeg',
  ) {}

  play(sound: Sound, signal: AbortSignal): Promise<SoundEnd> {
    if (signal.aborted) return Promise.resolve({ playedMs: 0, ended: 'aborted' });
    // Only a card sets the pace by itself.
    const pace = this.sink.kind === 'null' ? ['-re'] : [];
    const child = spawn(
      this.command,
      [
        ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-progress', 'pipe:1', '-stats_period', '0.1', '-y'],
        ...pace,
        ...['-i', 'pipe:0', '-ss', (sound.fromMs / 1000).toFixed(3), '-vn'],
        ...['-af', `volume=${(sound.volume / 100).toFixed(2)}`],
        ...sinkArguments(this.sink),
      ],
      { stdio: ['pipe', 'pipe', 'pipe'] },
    );
    return new Promise((resolve) => {
      let playedMs = 0;
      let complaint = '';
      const kill = (): void => void child.kill('SIGKILL');
      const end = (ended: SoundEnd['ended'], reason?: SoundEnd['reason']): void => {
        signal.removeEventListener('abort', kill);
        resolve({
          playedMs: Math.min(playedMs, sound.durationMs - sound.fromMs),
          ended,
          ...(reason ? { reason } : {}),
        });
      };
      signal.addEventListener('abort', kill);
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        for (const [, microseconds] of text.matchAll(/^out_time_us=(\d+)$/gm))
          playedMs = Math.max(playedMs, Math.round(Number(microseconds) / 1000));
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        complaint = (complaint + text).slice(-4096);
      });
      // A killed decoder leaves its input unread.
      child.stdin.on('error', () => {});
      child.stdin.end(sound.bytes);
      child.on('error', () => end('failed', 'output'));
      child.on('close', (code) => {
        if (signal.aborted) end('aborted');
        else if (code === 0 && playedMs > 0) end('finished');
        else end('failed', code === 0 || badFile.test(complaint) ? 'bad-file' : 'output');
      });
    });
  }
}
