import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { benchCommand } from './bench.js';
import { conformanceCommand } from './conformance.js';
import { demoCommand } from './demo.js';
import { measureAlertCommand } from './measure-alert.js';
import { rehearseCommand } from './rehearse.js';

export const commands: readonly CommandSpec[] = [
  benchCommand,
  rehearseCommand,
  demoCommand,
  conformanceCommand,
  measureAlertCommand,
];
