/** What somebody may do at the gateway; an administrator sees to accounts and keys, and may do the rest too, but approve. */
export const roles = ['editor', 'approver', 'technician', 'officer', 'administrator'] as const;
export type Role = (typeof roles)[number];

/**
 * Whether these roles open what is for those; nothing wanted opens to any account. An administrator is let in
 * everywhere but where an approver alone is wanted: whoever runs the gateway must not thereby put words on air.
 */
export function mayAct(held: readonly Role[], wanted: readonly Role[]): boolean {
  if (wanted.length === 0 || held.some((role) => wanted.includes(role))) return true;
  return held.includes('administrator') && wanted.some((role) => role !== 'approver');
}
