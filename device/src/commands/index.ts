import type { CommandSpec } from './command-spec.js';
import { deviceCommand } from './device.js';

export type { CommandIo, CommandSpec } from './command-spec.js';

export const commands: readonly CommandSpec[] = [deviceCommand];
