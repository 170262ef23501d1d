import { namedCodes } from '../named-codes.js';

/** Commands of both chips that take no parameter. */
export const plainCommands = { stop: 0x02, pause: 0x03, resume: 0x04, query: 0x21, sleep: 0x88 } as const;
export const speakCommand = 0x01;

const statusTable = { initialised: 0x4a, accepted: 0x41, rejected: 0x45, busy: 0x4e, idle: 0x4f } as const;
export type ChipStatus = keyof typeof statusTable;

/** One byte each, sent by the chip; `idle` also unasked, when it has finished speaking. */
export const statuses = namedCodes<ChipStatus>(statusTable, 0xff);
export const statusNames = Object.keys(statusTable) as [ChipStatus, ...ChipStatus[]];

export function readChipStatus(byte: number): ChipStatus | undefined {
  const name = statuses.name(byte);
  return typeof name === 'number' ? undefined : name;
}
