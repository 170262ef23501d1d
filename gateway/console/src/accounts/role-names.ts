import type { Role } from '../session/use-session.js';

/** In the order in which they are offered. */
export const roleNames: readonly Role[] = ['editor', 'approver', 'technician', 'officer', 'administrator'];
