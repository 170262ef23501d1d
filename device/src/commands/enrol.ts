import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Profile, profiles } from '@xiaolaba/protocol';
import type { CommandIo } from '@xiaolaba/protocol/command-line';
import { generateKeyPair } from '@xiaolaba/protocol/node';
import { enrol, enrolRequest, identityFrom } from '../enrolment/enrol.js';
import { readPublicKey, writeIdentity } from '../enrolment/identity-file.js';
import { messages } from './messages.js';

const options = {
  gateway: { type: 'string' },
  device: { type: 'string' },
  code: { type: 'string' },
  profile: { type: 'string' },
  'root-key': { type: 'string', multiple: true },
  'root-signatures': { type: 'string' },
  'approver-key': { type: 'string', multiple: true },
  out: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const isProfile = (text: string): text is Profile => (profiles as readonly string[]).includes(text);

/** `xiaolaba device enrol`: makes the device's key, claims it, and writes its identity. */
export async function enrolCommand(args: string[], io: CommandIo): Promise<number> {
  const say = messages[io.language];
  const { values } = parseArgs({ args, options });
  const { gateway, device, code, profile = 'loudspeaker', out } = values;
  const { 'root-key': rootFiles = [], 'approver-key': approverFiles = [] } = values;
  const keyFiles = [...rootFiles, ...approverFiles];
  if (!gateway || !device || !code || !out || keyFiles.length === 0) {
    const given: Record<string, unknown> = { gateway, device, code, 'root-key': keyFiles[0], out };
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
  const signatures = Number(values['root-signatures'] ?? Math.min(2, rootFiles.length));
  const enough = signatures >= 1 && signatures <= Math.min(2, rootFiles.length);
  if (rootFiles.length > 0 && (approverFiles.length > 0 || !Number.isInteger(signatures) || !enough)) {
    io.stderr(`${say.badOption(approverFiles.length > 0 ? '--approver-key' : '--root-signatures')}\n`);
    return 2;
  }
  // Read before the code is spent: it works only once.
  const publicKeys = await Promise.all(keyFiles.map((path) => readPublicKey(path)));
  const approvers = rootFiles.length > 0 ? { keys: publicKeys, threshold: signatures } : publicKeys;
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
