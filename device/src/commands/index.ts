import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { codecCommand } from './codec.js';
import { deviceCommand } from './device.js';
import { measureDeviceCommand } from './measure-device.js';

export const commands: readonly CommandSpec[] = [deviceCommand, codecCommand, measureDeviceCommand];
