import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { deviceCommand } from './device.js';

export const commands: readonly CommandSpec[] = [deviceCommand];
