import type { Clock } from '@xiaolaba/device';
import { type Xfs5152ceFrame, xfs5152ceCodec } from '@xiaolaba/device/peripherals';
import { type ChipOrder, SpeechTwin, type SpeechTwinOptions } from './speech-twin.js';

function order(frame: Xfs5152ceFrame): ChipOrder | undefined {
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

/** The twin of an XFS5152CE (科大讯飞, its data sheet). */
export class Xfs5152ceTwin extends SpeechTwin<Xfs5152ceFrame> {
  constructor(clock: Clock, options: SpeechTwinOptions = {}) {
    super(
      clock,
      {
        protocol: 'xfs5152ce',
        decoder: xfs5152ceCodec.decoder(),
        order,
        statusFirst: [],
        mostVolume: 10,
        speedMark: 's',
        speedOf: (step) => 0.5 + 0.1 * Math.min(10, step),
        needsWake: true,
      },
      options,
    );
  }
}
