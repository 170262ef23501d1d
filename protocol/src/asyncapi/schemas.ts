import { z } from 'zod';
import { type WireSchemaName, wireSchemas } from '../wire-schemas.js';

/** What each is, and what its JSON Schema can't say. */
const texts: Readonly<Record<WireSchemaName, string>> = {
  hello: 'Who the device is and what it holds.',
  beat: 'The live pulse.',
  progress: 'How far an assignment has come. `reason` is the code of a refusal.',
  want: 'Asks for `most` bytes of a blob from `from` on.',
  status: 'Whether the device is connected. The boot tells a late will from the present connection.',
  ack: 'Every record of this boot up to and including this one is safe.',
  command: 'The time, or a request to blink and beep.',
  'stop-order': 'Payload of an envelope `stop`.',
  'key-list':
    'Payload of an envelope `key-list`: whose signatures count. No key and no name twice; `kid` belongs to its key; `root.threshold` is at most the number of root keys; `expiresAt` is after `issuedAt`.',
  'enrol-request': 'Body of `POST /enrol`.',
  'enrol-response': 'Answer to `POST /enrol`; told once.',
  envelope:
    'Signed bytes. The signature is over `xlb/1 <type> <length> ` (ASCII, one space at the end, length of the payload in decimal bytes) followed by the bytes of the payload. `payload` and `sig` are canonical base64 (RFC 4648 §4, padded).',
  assignment: 'Payload of an envelope `assignment`: what the device holds now.',
  policy: 'What holds at a place, a part of the assignment. `zone` is an IANA time zone.',
  route: 'A blob named by the assignment: the stops that a moving device meets; radii in metres.',
  release:
    'Payload of an envelope `release`, which is a blob: a campaign frozen by approval. Ids of items and of cues are unique; a cue names items of the release, for output text such with a text; sound is never continuous; only priority 90 and above breaks quiet hours; `validUntil` is after `validFrom`.',
  record: 'One line of a batch.',
  'record-batch':
    'Payload of an envelope `records`. Each line is the JSON of a record exactly as it was journalled, at most 2048 bytes. `chain` is the value before line `first`.',
  calendar: 'A blob named by the assignment: holidays, make-up workdays and school terms. Days exist.',
};

/** JSON Schemas (draft-07, as AsyncAPI reads them) of all that is JSON, by name. */
export const jsonSchemas = (): Record<string, Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(wireSchemas).map(([name, schema]) => {
      const { $schema, ...body } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
      return [name, { title: name, description: texts[name as WireSchemaName], ...body }];
    }),
  );
