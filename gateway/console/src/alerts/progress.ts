import type { AlertDevice, AlertView } from '@xiaolaba/gateway/contract';

export type ListedDevice = AlertDevice;

/** Assigned, ready, sounded: each with its share of the devices that are meant. Whoever has sounded was ready. */
export function stepsOf({ devices }: Pick<AlertView, 'devices'>) {
  const { inScope, assigned, ready, sounded } = devices;
  const counts = { assigned: Math.max(assigned, ready, sounded), ready: Math.max(ready, sounded), sounded };
  return (['assigned', 'ready', 'sounded'] as const).map((name) => ({
    name,
    n: counts[name],
    share: inScope > 0 ? counts[name] / inScope : 0,
  }));
}

const rank: readonly AlertDevice['stage'][] = ['missed', 'offline', 'waiting', 'assigned', 'ready', 'sounded'];
/** Those that somebody may have to go to come first. */
export const urgentFirst = (devices: readonly AlertDevice[]): AlertDevice[] =>
  [...devices].sort((a, b) => rank.indexOf(a.stage) - rank.indexOf(b.stage) || a.device.localeCompare(b.device));

/** From publication to the first sound. */
export function firstSoundMs(
  { publishedAt }: Pick<AlertView, 'publishedAt'>,
  devices: readonly AlertDevice[],
): number | undefined {
  const sounded = devices.flatMap(({ soundedAt }) => soundedAt ?? []);
  if (publishedAt === undefined || sounded.length === 0) return;
  // A turn may have begun with the minute in which the alert was published.
  return Math.max(0, Math.min(...sounded) - publishedAt);
}

/** What is left, as a clock: `29:05`, `1:02:00`. */
export function countdown(ms: number): string {
  const total = Math.max(0, Math.ceil(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor((total % 3600) / 60), total % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}
