import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { demoCommand } from './demo.js';
import { rehearseCommand } from './rehearse.js';

export const commands: readonly CommandSpec[] = [rehearseCommand, demoCommand];
