import type { BenchFault, PartId } from '@xiaolaba/simulator/bench-contract';

export const faultGroups = ['cables', 'sound', 'network', 'storage', 'people'] as const;
type FaultGroup = (typeof faultGroups)[number];

/** Every fault has its group: a new one doesn't compile before it stands here. */
export const groupOf: Record<BenchFault, FaultGroup> = {
  'unplug-sound': 'cables',
  'unplug-sign': 'cables',
  'unplug-board': 'cables',
  'unplug-position': 'cables',
  'kill-amplifier': 'sound',
  'mute-microphone': 'sound',
  'drop-link': 'network',
  'jump-clock': 'network',
  'quiet-hours': 'network',
  'corrupt-flash': 'storage',
  'fill-disk': 'storage',
  'cut-power': 'storage',
  'open-case': 'people',
  'village-microphone': 'people',
};

/** The part without which a fault can't happen; the others can happen to every device. */
const needed: Partial<Record<BenchFault, PartId>> = {
  'unplug-sound': 'sound',
  'unplug-sign': 'sign',
  'unplug-board': 'board',
  'unplug-position': 'position',
  'kill-amplifier': 'board',
  'mute-microphone': 'board',
  'open-case': 'board',
  'village-microphone': 'board',
};

export const canHappen = (fault: BenchFault, parts: readonly PartId[]): boolean => {
  const part = needed[fault];
  return part === undefined || parts.includes(part);
};
