import type { LevelReading } from '@xiaolaba/simulator/bench-contract';

/** Where a scale begins and ends before anything was measured, in the sensor's unit. */
const usual: Record<LevelReading['unit'], readonly [least: number, most: number]> = {
  dB: [30, 110],
  mA: [0, 500],
  raw: [0, 1023],
};

export interface LevelScale {
  readonly least: number;
  readonly most: number;
}

/** A scale with the threshold in its middle reach; it widens for readings outside and never narrows. */
export const widened = (
  scale: LevelScale | undefined,
  { unit, value, heardAt }: Pick<LevelReading, 'unit' | 'value' | 'heardAt'>,
): LevelScale => {
  const [least, most] = usual[unit];
  const points = [heardAt * (unit === 'dB' ? 1.1 : 1.6), value ?? heardAt];
  return {
    least: Math.min(scale?.least ?? least, ...points),
    most: Math.max(scale?.most ?? (unit === 'raw' ? heardAt * 2 : Math.min(most, heardAt * 3)), ...points),
  };
};

export const shareOf = ({ least, most }: LevelScale, value: number): number =>
  Math.min(1, Math.max(0, (value - least) / (most - least || 1)));

const holdMs = 1500;
const fallPerSecond = 0.35;

export interface Peak {
  readonly share: number;
  readonly at: number;
}

/** The highest share of late: held for a while, then falling to what is measured. */
export const nextPeak = (peak: Peak | undefined, share: number, now: number): Peak => {
  if (!peak || share >= peak.share) return { share, at: now };
  const over = now - peak.at - holdMs;
  if (over <= 0) return peak;
  const fallen = peak.share - (over / 1000) * fallPerSecond;
  return fallen <= share ? { share, at: now } : { share: fallen, at: now - holdMs };
};
