/** What to do with the first bytes of a connection. */
export type ConnectVerdict =
  | { readonly kind: 'incomplete' }
  /** Close unanswered. */
  | { readonly kind: 'fault'; readonly code: string }
  /** Answer with this CONNACK return code (MQTT 3.1.1, table 3.1) and close. */
  | { readonly kind: 'refuse'; readonly code: string; readonly returnCode: number }
  | { readonly kind: 'connect'; readonly size: number };

const incomplete: ConnectVerdict = { kind: 'incomplete' };
const fault = (code: string): ConnectVerdict => ({ kind: 'fault', code });

const protocolName = Buffer.from([0, 4, 0x4d, 0x51, 0x54, 0x54]);
const cleanSession = 0x02;

/**
 * Judges a CONNECT of at most `limit` bytes before the engine sees it. Its size is refused as soon as the header
 * claims it, so that nobody makes the engine reserve or collect anything before logging in.
 */
export function judgeConnect(bytes: Buffer, limit: number): ConnectVerdict {
  const first = bytes[0];
  if (first === undefined) return incomplete;
  if (first !== 0x10) return fault('not-connect');
  let length = 0;
  let at = 1;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined) return incomplete;
    length |= (byte & 0x7f) << shift;
    if (length > limit) return fault('connect-too-large');
    if (!(byte & 0x80)) {
      if (byte === 0 && shift > 0) return fault('malformed-length');
      break;
    }
    if (shift >= 21) return fault('malformed-length');
  }
  if (bytes.length < at + length) return incomplete;
  return judgeBody(bytes.subarray(at, at + length), at + length);
}

function judgeBody(body: Buffer, size: number): ConnectVerdict {
  if (!body.subarray(0, 6).equals(protocolName)) return fault('not-mqtt');
  const level = body[6];
  const flags = body[7];
  if (level === undefined || flags === undefined || body.length < 12) return fault('malformed-connect');
  if (level !== 4) return { kind: 'refuse', code: 'protocol-level', returnCode: 1 };
  const idLength = body.readUInt16BE(10);
  if (body.length < 12 + idLength) return fault('malformed-connect');
  if (idLength === 0 && !(flags & cleanSession)) return { kind: 'refuse', code: 'empty-client-id', returnCode: 2 };
  return { kind: 'connect', size };
}
