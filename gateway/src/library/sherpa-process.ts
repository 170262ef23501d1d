// Runs by itself: a model that crashes takes this process with it and nothing else.
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** What is asked of this process, and what it answers. */
export interface SpeakRequest {
  readonly id: number;
  readonly config: object;
  readonly text: string;
  readonly speaker: number;
  readonly speed: number;
  readonly output: string;
}
export interface SpeakAnswer {
  readonly id: number;
  readonly failure?: { readonly code: string; readonly reason: string };
}

interface Tts {
  generate(request: { text: string; sid: number; speed: number }): { samples: Float32Array; sampleRate: number };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 300);

/** One model at a time: they take hundreds of megabytes. */
let loaded: { readonly key: string; readonly tts: Tts } | undefined;

function load(config: object): Tts {
  const key = JSON.stringify(config);
  if (loaded?.key === key) return loaded.tts;
  const { OfflineTts } = createRequire(import.meta.url)('sherpa-onnx-node') as { OfflineTts: new (of: object) => Tts };
  loaded = undefined;
  loaded = { key, tts: new OfflineTts(config) };
  return loaded.tts;
}

/** A WAV file of 32-bit floats (format 3), one channel. */
function wave(samples: Float32Array, sampleRate: number): Buffer {
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(3, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(sampleRate, 24);
  head.writeUInt32LE(sampleRate * 4, 28);
  head.writeUInt16LE(4, 32);
  head.writeUInt16LE(32, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

async function speak({ config, text, speaker, speed, output }: SpeakRequest): Promise<SpeakAnswer['failure']> {
  let tts: Tts;
  try {
    tts = load(config);
  } catch (error) {
    const code =
      (error as { code?: unknown }).code === 'MODULE_NOT_FOUND' ? 'voice-engine-absent' : 'voice-model-refused';
    return { code, reason: reasonOf(error) };
  }
  try {
    const { samples, sampleRate } = tts.generate({ text, sid: speaker, speed });
    await writeFile(output, wave(samples, sampleRate));
    return undefined;
  } catch (error) {
    return { code: 'speech-failed', reason: reasonOf(error) };
  }
}

process.on('message', (request: SpeakRequest) => {
  void speak(request).then((failure) => process.send?.({ id: request.id, ...(failure ? { failure } : {}) }));
});
process.on('disconnect', () => process.exit(0));
