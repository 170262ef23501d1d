import type { Role } from '../session/use-session.js';

/** Where somebody's day begins, by what they do: those who write and approve with today, technicians with what is silent, the others with the map. */
export const landingOf = (roles: readonly Role[]): string => {
  if (roles.includes('editor') || roles.includes('approver')) return '/today';
  return roles.includes('technician') && !roles.includes('officer') ? '/coverage?show=silent' : '/coverage';
};
