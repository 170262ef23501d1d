/**
 * Dots a second for the speed codes `0` (fastest) to `6` (slowest). The protocol names the codes and gives no times:
 * to be held against the sign at hand.
 */
export const jetFileSpeeds: readonly number[] = [160, 120, 90, 64, 48, 32, 20];
