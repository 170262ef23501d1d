import { encodeMessage } from './json.js';

const encoder = new TextEncoder();

/**
 * What an approver signs to show an account's gateway that a key is theirs. It begins as no envelope's message does
 * (`signedBytes`), so that neither passes for the other, and names the account, so that nobody else can hand it in.
 */
export function keyClaimBytes(account: string, kid: string): Uint8Array {
  const payload = encodeMessage({ account, kid });
  const head = encoder.encode(`xlb/1 key-claim ${payload.length} `);
  const message = new Uint8Array(head.length + payload.length);
  message.set(head);
  message.set(payload, head.length);
  return message;
}
