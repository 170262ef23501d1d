import type { Clock } from '../../ports/index.js';
import type { ByteLine } from '../driver.js';
import { codec, type OmniFrame } from './codec.js';

/** How a lock is addressed: as it speaks itself. */
export type LockAddress = Pick<OmniFrame, 'family' | 'vendor' | 'imei'>;

/** A command and its fields. */
export type Command = { readonly kind: OmniFrame['kind'] } & Readonly<Record<string, unknown>>;

/** Horseshoe locks get the time with every line. UTC, as the protocol names no zone; zeros where ours is none. */
function clockField({ family }: LockAddress, now: number) {
  if (family !== 'CMD') return {};
  const text = new Date(now).toISOString().slice(0, 19);
  return { clock: text.startsWith('20') ? text : '000000000000' };
}

/** Never rejects: a line that went down says so itself, and locks repeat what was not acknowledged. */
export async function sendTo(line: ByteLine, clock: Clock, to: LockAddress, command: Command): Promise<void> {
  const { family, vendor, imei } = to;
  const head = { family, vendor, imei, direction: 'from-server', ...clockField(to, clock.now()) };
  await line.write(codec.encode({ ...head, ...command })).catch(() => {});
}

/**
 * What a report wants for an answer; without it the lock reports again. Check-in and heartbeat want none, and a
 * scooter's position neither: its answer would be the question once more.
 */
export function acknowledgement(report: OmniFrame): Command | undefined {
  const isHorseshoe = report.family === 'CMD';
  if (report.kind === 'unlocked')
    return isHorseshoe ? { kind: 'acknowledge', of: 'L0' } : { kind: 'unlocked-received' };
  if (report.kind === 'locked-horseshoe') return { kind: 'acknowledge', of: 'L1' };
  if (report.kind === 'locked') return { kind: 'locked-received' };
  if (report.kind === 'alarm') return isHorseshoe ? { kind: 'acknowledge', of: 'W0' } : { kind: 'alarm-received' };
  if (report.kind === 'position' && isHorseshoe) return { kind: 'acknowledge', of: 'D0' };
  return undefined;
}
