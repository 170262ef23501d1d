import { errorCode, type Profile } from '@xiaolaba/protocol';
import { type AudioTarget, audioTargets, type BlobStore, type Library } from '../library/index.js';
import { ffmpeg, type ProofBase, type ProofInput } from './proof-inputs.js';

/** What became of one input for one profile. */
export interface ProofOutcome {
  readonly profile: Profile;
  /** Absent for a rendition. */
  readonly refused?: string;
  /** By the meter that the library does not use, LUFS. */
  readonly lufs?: number;
  /** By the library's meter, in a run of its own over the stored file. */
  readonly r128?: number;
  /** dBTP, the higher of the two. */
  readonly truePeakDb?: number;
  readonly target: AudioTarget;
}

export interface ProofRow {
  readonly name: string;
  readonly expected: string;
  readonly outcomes: readonly ProofOutcome[];
  /** Whether every outcome is what was expected and within ±1 LU and the peak. */
  readonly held: boolean;
}

const proofTargets = Object.values(audioTargets);

/** Puts one input through the library, and measures what comes out anew. */
export async function proveInput(
  input: ProofInput,
  base: ProofBase,
  library: Library,
  blobs: Pick<BlobStore, 'path'>,
): Promise<ProofRow> {
  const recordingPath = await input.make(base);
  const { name, expected } = input;
  const outcomes: ProofOutcome[] = [];
  try {
    const made = await library.render(
      { dialect: 'cmn', recordingPath },
      proofTargets.map(({ profile }) => profile),
    );
    if (made.kind !== 'rendered') throw new Error(made.code);
    for (const target of proofTargets) {
      const { profile } = target;
      const rendition = made.renditions.find((one) => one.profile === profile);
      if (rendition) outcomes.push({ profile, target, ...(await measured(blobs.path(rendition.sha256), target)) });
      else
        outcomes.push({ profile, target, refused: made.refusals.find((one) => one.profile === profile)?.code ?? '' });
    }
  } catch (error) {
    for (const target of proofTargets) outcomes.push({ profile: target.profile, target, refused: errorCode(error) });
  }
  const held = outcomes.every((outcome) => isHeld(outcome, input.refusals?.[outcome.profile] ?? expected));
  return { name, expected, outcomes, held };
}

const isHeld = ({ refused, lufs = 0, r128 = 0, truePeakDb = 0, target }: ProofOutcome, expected: string): boolean => {
  if (expected !== 'made') return refused === expected;
  const near = (value: number) => Math.abs(value - target.lufs) <= 1;
  return refused === undefined && near(lufs) && near(r128) && truePeakDb <= target.truePeakDb;
};

/** Two meters over the decoded file, its lead-in left out. */
async function measured(
  path: string,
  target: AudioTarget,
): Promise<Pick<ProofOutcome, 'lufs' | 'r128' | 'truePeakDb'>> {
  const start = target.leadIn.kind === 'none' ? 0 : target.leadIn.milliseconds / 1000;
  const meters = 'ebur128=peak=true:framelog=verbose,loudnorm=print_format=json';
  const log = await ffmpeg('-i', path, '-af', `atrim=start=${start},asetpts=N/SR/TB,${meters}`, '-f', 'null', '-');
  const figure = (pattern: RegExp): number => Number(pattern.exec(log)?.[1]);
  const summary = log.slice(log.lastIndexOf('Summary:'));
  return {
    lufs: figure(/"input_i"\s*:\s*"([^"]+)"/),
    r128: Number(/I:\s+(\S+) LUFS/.exec(summary)?.[1]),
    truePeakDb: Math.max(figure(/"input_tp"\s*:\s*"([^"]+)"/), Number(/Peak:\s+(\S+) dBFS/.exec(summary)?.[1])),
  };
}
