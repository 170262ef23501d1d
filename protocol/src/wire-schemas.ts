import { assignmentSchema, routeStopsSchema, sitePolicySchema } from './assignment.js';
import { calendarSchema } from './calendar/calendar.js';
import { envelopeSchema } from './envelope.js';
import { keyListSchema } from './key-list.js';
import * as messages from './messages.js';
import { journalRecordSchema, recordBatchSchema } from './play-record.js';
import { releaseSchema } from './release.js';

/** Every JSON that crosses the wire, by the name that vectors and descriptions give it. */
export const wireSchemas = {
  hello: messages.helloSchema,
  beat: messages.beatSchema,
  progress: messages.progressSchema,
  want: messages.wantSchema,
  status: messages.statusSchema,
  ack: messages.ackSchema,
  command: messages.commandSchema,
  'stop-order': messages.stopOrderSchema,
  'key-list': keyListSchema,
  'enrol-request': messages.enrolRequestSchema,
  'enrol-response': messages.enrolResponseSchema,
  envelope: envelopeSchema,
  assignment: assignmentSchema,
  policy: sitePolicySchema,
  route: routeStopsSchema,
  release: releaseSchema,
  record: journalRecordSchema,
  'record-batch': recordBatchSchema,
  calendar: calendarSchema,
} as const;
export type WireSchemaName = keyof typeof wireSchemas;
