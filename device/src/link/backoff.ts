/** Milliseconds before attempt number `attempt` (from 0): doubling from 1 s to 5 min, half of it left to chance. */
export function backoffMs(attempt: number, random: () => number, firstMs = 1_000, mostMs = 300_000): number {
  const whole = Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 20));
  return Math.round(whole / 2 + (whole / 2) * random());
}
