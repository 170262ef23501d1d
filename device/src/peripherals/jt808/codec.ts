import { callerError } from '@xiaolaba/protocol';
import { z } from 'zod';
import type { FrameCodec } from '../codec.js';
import { resyncDecoder } from '../resync-decoder.js';
import {
  authenticate,
  deregister,
  heartbeat,
  locationBatch,
  locationReply,
  locationReport,
  platformReply,
  queryLocation,
  register,
  registerReply,
  terminalReply,
  textMessage,
  trackLocation,
} from './bodies.js';
import { fromHex, sameBytes, toHex } from './bytes.js';
import { frameBytes, isClosingFlag, jt808Step, longestFrame } from './framing.js';
import { type Edition, type Header, headerFields, type Message, writeMessage } from './header.js';
import { hexText } from './text-field.js';

const frame = <Kind extends string, Fields extends z.ZodRawShape>(spec: {
  readonly kind: Kind;
  readonly fields: Fields;
}) => z.strictObject({ kind: z.literal(spec.kind), ...headerFields, ...spec.fields });

/** A message whose body stays as it is. */
const otherFrame = z.strictObject({
  kind: z.literal('other'),
  ...headerFields,
  messageId: z.string().regex(/^[0-9a-f]{4}$/),
  bodyHex: hexText,
  /** Why: its id has no meaning here, it is encrypted, a part of a longer message, or has not its message's shape. */
  note: z.enum(['unknown-message', 'encrypted', 'fragment', 'irregular']).optional(),
});

const frameSchema = z.discriminatedUnion('kind', [
  frame(terminalReply),
  frame(platformReply),
  frame(heartbeat),
  frame(deregister),
  frame(register),
  frame(registerReply),
  frame(authenticate),
  frame(locationReport),
  frame(queryLocation),
  frame(locationReply),
  frame(trackLocation),
  frame(locationBatch),
  frame(textMessage),
  otherFrame,
]);
export type Jt808Frame = z.infer<typeof frameSchema>;

/** A body as the codec handles it: the fields of each kind have been checked by the schema. */
interface AnyBody {
  readonly id: number;
  readonly kind: string;
  read(body: Uint8Array, edition: Edition): object | undefined;
  write(value: Jt808Frame, edition: Edition): Uint8Array | undefined;
}
const specs = [
  terminalReply,
  platformReply,
  heartbeat,
  deregister,
  register,
  registerReply,
  authenticate,
  locationReport,
  queryLocation,
  locationReply,
  trackLocation,
  locationBatch,
  textMessage,
] as const;
const bodies = specs as readonly unknown[] as readonly AnyBody[];
const byId = new Map(bodies.map((body) => [body.id, body]));
const byKind = new Map(bodies.map((body) => [body.kind, body]));

function toFrame({ id, header, body }: Message): Jt808Frame {
  const other = (note: NonNullable<z.infer<typeof otherFrame>['note']>): Jt808Frame => ({
    kind: 'other',
    ...header,
    messageId: id.toString(16).padStart(4, '0'),
    bodyHex: toHex(body),
    note,
  });
  if (header.encryption) return other('encrypted');
  if (header.fragment && header.fragment.total !== 1) return other('fragment');
  const spec = byId.get(id);
  if (!spec) return other('unknown-message');
  const fields = spec.read(body, header.edition);
  if (!fields) return other('irregular');
  const named = { kind: spec.kind, ...header, ...fields } as Jt808Frame;
  // Names must not lose a byte: where they would, the bytes themselves are kept.
  const again = spec.write(named, header.edition);
  return again && sameBytes(again, body) ? named : other('irregular');
}

const malformed = (problems: readonly string[]) => callerError('frame-malformed', 'no JT/T 808 frame', { problems });

function bodyBytes(value: Jt808Frame): readonly [number, Uint8Array] {
  if (value.kind === 'other') return [Number.parseInt(value.messageId, 16), fromHex(value.bodyHex)];
  const spec = byKind.get(value.kind);
  const body = spec?.write(value, value.edition);
  if (!spec || !body) throw malformed([`${value.kind}: fields contradict one another, or the edition`]);
  if (value.encryption) throw malformed(['encryption: only with kind other']);
  return [spec.id, body];
}

function encode(value: unknown): Uint8Array {
  const parsed = frameSchema.safeParse(value);
  if (!parsed.success) {
    throw malformed(parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'frame'}: ${message}`));
  }
  const [id, body] = bodyBytes(parsed.data);
  const header: Header = parsed.data;
  const message = writeMessage({ id, header, body });
  if ('problem' in message) throw malformed([message.problem]);
  return frameBytes(message);
}

const step = jt808Step(toFrame);

/**
 * Bus terminals and their platforms: JT/T 808-2013 and JT/T 808-2019, 道路运输车辆卫星定位系统终端通信协议及数据格式.
 * The message's id says the direction: from the terminal below 8000, from the platform above.
 * Errors: `noise`, `escape`, `too-short`, `checksum`, `length`, `too-long`.
 */
export const codec: FrameCodec<Jt808Frame> = {
  protocol: 'jt808',
  maxHeldBytes: longestFrame,
  decoder: () => resyncDecoder(step, isClosingFlag),
  encode,
};
