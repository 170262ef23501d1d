import type { Clock } from '@xiaolaba/device';
import { type Syn6288Frame, syn6288Codec } from '@xiaolaba/device/peripherals';
import { type ChipOrder, SpeechTwin, type SpeechTwinOptions, statusBytes } from './speech-twin.js';

function order(frame: Syn6288Frame): ChipOrder | undefined {
  switch (frame.kind) {
    case 'status':
      return undefined;
    case 'unknown':
      return { kind: 'refused' };
    case 'speak':
      return frame.text === undefined ? { kind: 'refused' } : { kind: 'speak', text: frame.text };
    default:
      return { kind: frame.kind };
  }
}

/** The twin of a SYN6288 (宇音天下, its data sheet), fixed at the rate of its cable. */
export class Syn6288Twin extends SpeechTwin<Syn6288Frame> {
  constructor(clock: Clock, options: SpeechTwinOptions = {}) {
    super(
      clock,
      {
        protocol: 'syn6288',
        decoder: syn6288Codec.decoder(),
        order,
        statusFirst: [statusBytes.accepted],
        mostVolume: 16,
        speedMark: 't',
        speedOf: (step) => 0.6 + 0.1 * Math.min(5, step),
        byteGapMs: 8,
        frameGapMs: 8,
        needsWake: false,
      },
      options,
    );
  }
}
