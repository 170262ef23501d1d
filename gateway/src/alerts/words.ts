/** As CAP has them, in small letters. */
export const severities = ['extreme', 'severe', 'moderate', 'minor', 'unknown'] as const;
export type Severity = (typeof severities)[number];

/**
 * `waiting` for signatures, `on-air`, `ended` by a person, `expired` by itself, `replaced` by an update; `lapsed` and
 * `cancelled` never were on air: nobody signed in time, or it was taken back.
 */
export const alertStates = ['waiting', 'on-air', 'ended', 'expired', 'replaced', 'lapsed', 'cancelled'] as const;
export type AlertState = (typeof alertStates)[number];

/** How far an alert has come on a device; `offline`: it is not connected and has not got it. */
export const deviceStages = ['waiting', 'offline', 'assigned', 'ready', 'sounded', 'missed'] as const;
export type DeviceStage = (typeof deviceStages)[number];

export const alertLimits = {
  /** Characters. Long texts are not listened to, and an exercise needs room for its notices. */
  spokenLength: 300,
  signLength: 160,
  titleLength: 60,
  fieldLength: 30,
  reasonLength: 200,
  /** Seconds from the beginning of one saying to the next. */
  repeat: { min: 15, max: 600 },
  /** Nothing that lasts longer is an alert. */
  minutes: 720,
} as const;

/** Whether a release is an exercise: its name is signed with it, so nobody can change it. */
export const isExerciseName = (campaign: string): boolean => campaign.startsWith('exercise-');
