import type { BenchFault } from '@xiaolaba/simulator/bench-contract';

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
