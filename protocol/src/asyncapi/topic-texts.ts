import type { EnvelopeType } from '../envelope.js';
import type { DownTopic, UpTopic } from '../topics.js';
import type { WireSchemaName } from '../wire-schemas.js';

/** What a topic carries: JSON, a signed envelope around JSON, or bytes. */
export type Carries =
  | { readonly kind: 'json'; readonly schema: WireSchemaName }
  | { readonly kind: 'signed'; readonly type: EnvelopeType; readonly schema: WireSchemaName; readonly by: string }
  | { readonly kind: 'bytes'; readonly text: string };

export interface TopicText {
  readonly summary: string;
  readonly when: string;
  readonly carries: Carries;
}

const chunkLayout = `Numbers are big-endian; n is the length of the payload.

| Bytes | Field |
| --- | --- |
| 0 | version, 1 |
| 1 | kind: 0 bytes, 1 missing (no such blob), 2 later (ask again after a while), 3 past-end (the blob ends at or before \`from\`) |
| 2 … 33 | SHA-256 of the whole blob, raw |
| 34 … 37 | bytes of the whole blob; 0 where it is missing or later |
| 38 … 41 | offset of the first byte; \`from\` of the want where no bytes come |
| 42 … n−5 | the bytes, 1 to 32768; none for the other kinds |
| n−4 … n−1 | CRC-32 of everything before (IEEE 802.3, as in zlib) |
`;

export const topicTexts: Readonly<Record<UpTopic | DownTopic, TopicText>> = {
  status: {
    summary: 'Whether the device is connected.',
    when: 'On connect; with `offline` as the last will and on leaving. A status of an earlier boot changes nothing.',
    carries: { kind: 'json', schema: 'status' },
  },
  hello: {
    summary: 'Who the device is and what it holds.',
    when: 'First after every connect, and again when another key list holds.',
    carries: { kind: 'json', schema: 'hello' },
  },
  beat: {
    summary: 'The live pulse.',
    when: 'Every minute (on a battery every five), and at once when what plays changes.',
    carries: { kind: 'json', schema: 'beat' },
  },
  progress: {
    summary: 'How far an assignment has come, or why a part of it was refused.',
    when: 'At each stage of an assignment.',
    carries: { kind: 'json', schema: 'progress' },
  },
  records: {
    summary: 'A batch of records, chained by their hashes.',
    when: 'When there are records and a connection; again until `ack` covers them.',
    carries: { kind: 'signed', type: 'records', schema: 'record-batch', by: 'the device' },
  },
  want: {
    summary: 'Asks for a part of a blob.',
    when: 'When a device without HTTP needs a file. One at a time; the answer comes as `chunk`.',
    carries: { kind: 'json', schema: 'want' },
  },
  assignment: {
    summary: 'Which releases the device holds now.',
    when: 'On change.',
    carries: {
      kind: 'signed',
      type: 'assignment',
      schema: 'assignment',
      by: 'the gateway, with its key from enrolment',
    },
  },
  ack: {
    summary: 'Every record of this boot up to this number is safe.',
    when: 'After a batch is committed.',
    carries: { kind: 'json', schema: 'ack' },
  },
  command: {
    summary: 'The time, with which a device checks its clock and never sets it; or a request to blink and beep.',
    when: 'After hello, and when a technician asks.',
    carries: { kind: 'json', schema: 'command' },
  },
  stop: {
    summary: 'Fall silent, or speak again.',
    when: 'When an approver orders it.',
    carries: {
      kind: 'signed',
      type: 'stop',
      schema: 'stop-order',
      by: 'approvers of the key list that the device holds, as many as that asks for',
    },
  },
  'key-list': {
    summary: 'Whose signatures count from now on.',
    when: 'After a hello that names an older list, and when there is a new one; each list, in order.',
    carries: {
      kind: 'signed',
      type: 'key-list',
      schema: 'key-list',
      by: 'root keys of the list before and of this one (the first: those put into the device)',
    },
  },
  chunk: {
    summary: 'A part of a blob, or why there is none.',
    when: 'In answer to `want`.',
    carries: { kind: 'bytes', text: chunkLayout },
  },
};
