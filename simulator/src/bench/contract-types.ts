import type { StatusLed } from '@xiaolaba/device';

export type { Beat, ClockState, Position, Profile } from '@xiaolaba/protocol';
export type PanelState = Parameters<StatusLed['show']>[0];
