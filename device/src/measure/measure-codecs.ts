import { bugError } from '@xiaolaba/protocol';
import { compare } from '@xiaolaba/protocol/command-line';
import GPS from 'gps';
import { corpusOf } from '../fuzz/corpus.js';
import { codecs, protocolNames } from '../peripherals/codecs.js';
import type { MeasureOptions, Progress } from './options.js';
import type { CodecResult } from './report.js';

/** What a serial driver hands over at once. */
const pieceBytes = 256;
/** Frames in a stream: the typical ones over and over. */
const streamFrames = 500;

/** A second, of work that does so many frames at a time. */
function rate(frames: number, seconds: number, work: () => void): number {
  const begun = performance.now();
  let turns = 0;
  let spent = 0;
  while (spent < seconds * 1000 || turns === 0) {
    work();
    turns++;
    spent = performance.now() - begun;
  }
  return (turns * frames * 1000) / spent;
}

/** Every codec on a stream of typical frames of all kinds, in the pieces that a serial port gives. */
export async function measureCodecs(options: MeasureOptions, progress: Progress): Promise<CodecResult[]> {
  const results: CodecResult[] = [];
  for (const [index, protocol] of protocolNames.entries()) {
    progress('codecs', index + 1, protocolNames.length);
    const codec = await codecs[protocol]();
    // What only silence ends, and what is wrong on purpose, belongs in no stream.
    const typical = corpusOf(protocol).flatMap((wire) => {
      const { frames, errors } = codec.decoder().push(wire);
      const [frame] = frames;
      return frame && frames.length === 1 && errors.length === 0 ? [{ wire, frame }] : [];
    });
    const mixed = Array.from({ length: streamFrames }, (_, at) => typical[at % typical.length]).filter(
      (one) => one !== undefined,
    );
    const stream = Buffer.concat(mixed.map(({ wire }) => wire));
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += pieceBytes) pieces.push(stream.subarray(at, at + pieceBytes));
    const encoded = mixed.map(({ frame }) => codec.encode(frame));

    const decode = (): number => {
      const decoder = codec.decoder();
      let frames = 0;
      for (const piece of pieces) frames += decoder.push(piece).frames.length;
      return frames + (decoder.end?.().frames.length ?? 0);
    };
    const found = decode();
    if (found < streamFrames * 0.9) throw bugError('measure-stream', `${protocol}: ${found} of ${streamFrames} frames`);
    const copy = (what: readonly Uint8Array[]) => (): void => {
      for (const bytes of what) Buffer.from(bytes);
    };
    const parse = (): void => {
      for (const line of stream.toString('latin1').split(/\r?\n/)) if (line !== '') GPS.Parse(line);
    };
    const encode = (): void => {
      for (const { frame } of mixed) codec.encode(frame);
    };
    const peer = protocol === 'nmea0183' ? 'gps' : 'copy';
    const works = {
      decode: [decode, peer === 'gps' ? parse : copy(pieces)],
      encode: [encode, copy(encoded)],
    } as const;
    // Ten codecs share the time, four ways each.
    const slice = options.seconds / options.rounds / protocolNames.length / 2;
    const figures = { decode: [[], []] as [number[], number[]], encode: [[], []] as [number[], number[]] };
    for (const what of ['decode', 'encode'] as const) {
      for (const work of works[what]) rate(1, slice / 4, work);
      for (let round = 0; round < options.rounds; round++) {
        for (const side of [0, 1] as const) {
          figures[what][side].push(rate(what === 'decode' ? found : streamFrames, slice, works[what][side]));
        }
      }
      // Progress and Ctrl-C get their turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
    results.push({
      protocol,
      peer,
      decode: compare(...figures.decode),
      encode: compare(...figures.encode),
    });
  }
  return results;
}
