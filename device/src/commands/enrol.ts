import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Profile, profiles } from '@xiaolaba/protocol';
import type { CommandIo } from '@xiaolaba/protocol/command-line';
import { generateKeyPair } from '@xiaolaba/protocol/node';
import { enrol, enrolRequest, identityFrom } from '../enrolment/enrol.js';
import { readApproverKey, writeIdentity } from '../enrolment/identity-file.js';
import { messages } from './messages.js';

const options = {
  gateway: { type: 'string' },
  device: { type: 'string' },
  code: { type: 'string' },
  profile: { type: 'string' },
  'approver-key': { type: 'string', multiple: true },
  out: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const isProfile = (text: string): text is Profile => (profiles as readonly string[]).includes(text);

/** `xiaolaba device enrol`: makes the device's key, claims it, and writes its identity. */
export async function enrolCommand(args: string[], io: CommandIo): Promise<number> {
  const say = messages[io.language];
  const { values } = parseArgs({ args, options });
  const { gateway, device, code, profile = 'loudspeaker', out, 'approver-key': keyFiles = [] } = values;
  if (!gateway || !device || !code || !out || keyFiles.length === 0) {
    const given: Record<string, unknown> = { gateway, device, code, 'approver-key': keyFiles[0], out };
    io.stderr(`${say.missingOptions(Object.keys(given).filter((name) => !given[name]))}\n`);
    return 2;
  }
  if (!isProfile(profile)) {
    io.stderr(`${say.badProfile(profiles)}\n`);
    return 2;
  }
  if (!URL.canParse(gateway)) {
    io.stderr(`${say.badOption('--gateway')}\n`);
    return 2;
  }
  // Read before the code is spent: it works only once.
  const approvers = await Promise.all(keyFiles.map((path) => readApproverKey(path)));
  const keys = generateKeyPair();
  const answer = await enrol(
    (path, init) => fetch(new URL(path, gateway), { ...init, signal: io.signal }),
    enrolRequest(device, code, keys),
  );
  const path = join(out, 'identity.json');
  await writeIdentity(path, identityFrom(answer, profile, keys, approvers));
  const { place } = answer;
  io.stdout(
    values.json ? `${JSON.stringify({ device, place, path })}\n` : `${say.enrolled({ device, place, path })}\n`,
  );
  return 0;
}
