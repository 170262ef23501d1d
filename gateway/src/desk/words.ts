/** Where a draft is on its way; `failed` and `rendering` are of campaigns that came from files. */
export const draftStates = ['draft', 'rendering', 'submitted', 'released', 'rejected', 'withdrawn', 'failed'] as const;
export type DraftState = (typeof draftStates)[number];

export const planSubjects = [
  'district',
  'site',
  'route',
  'fleet',
  'device',
  'calendar',
  'template',
  'alert',
  'campaign',
  'audio',
  'video',
] as const;
export type PlanSubject = (typeof planSubjects)[number];

/** `desk-ahead` and `desk-only` tell what stays as the desk has it; they change nothing. */
export const planChanges = ['added', 'changed', 'removed', 'withdrawn', 'conflict', 'desk-ahead', 'desk-only'] as const;
export type PlanChange = (typeof planChanges)[number];
