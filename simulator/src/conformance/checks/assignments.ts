import { assignmentSchema, encodeMessage, sealEnvelope } from '@xiaolaba/protocol';
import type { Examiner } from '../examiner.js';
import type { Check } from './check.js';
import { refusesAssignment } from './refusing.js';

/** Bytes of a message beyond which nothing is read. */
const tooManyBytes = 300 * 1024;

/** Seals bytes of one's own as the gateway would. */
async function sendSealed(x: Examiner, payload: Uint8Array): Promise<void> {
  const { harness, subject } = x;
  await harness.send(
    subject.device,
    'assignment',
    await sealEnvelope('assignment', payload, [harness.gatewayKey.signer]),
  );
}

export const assignmentForeignDevice: Check = {
  id: 'assignment-foreign-device',
  async run(x) {
    await x.untilConnected();
    const first = x.nextVersion();
    const device = await refusesAssignment(x, 'for another device', first, () =>
      x.assign([], { version: first, device: 'cf-another' }),
    );
    const second = x.nextVersion();
    const place = await refusesAssignment(x, 'for another place', second, () =>
      x.assign([], { version: second, place: 'site/cf-elsewhere' }),
    );
    return { ...device, ...place };
  },
};

export const assignmentForeignGateway: Check = {
  id: 'assignment-foreign-gateway',
  async run(x) {
    await x.untilConnected();
    const { harness, subject, stranger } = x;
    const version = x.nextVersion();
    const over = { version, policy: x.policy() };
    return await refusesAssignment(x, 'by a stranger', version, () => harness.assign(subject.device, over, stranger));
  },
};

export const assignmentExpired: Check = {
  id: 'assignment-expired',
  async run(x) {
    await x.untilConnected();
    const version = x.nextVersion();
    const [issuedAt, expiresAt] = [x.now - 86_400_000, x.now - 3_600_000];
    return await refusesAssignment(x, 'past its end', version, () =>
      x.assign([], { version, issuedAt, effectiveFrom: issuedAt, expiresAt }),
    );
  },
};

export const assignmentRolledBack: Check = {
  id: 'assignment-rolled-back',
  async run(x) {
    const { version: newer } = await x.activate([]);
    const version = newer - 5;
    return await refusesAssignment(x, 'of a lower version', version, () => x.assign([], { version }));
  },
};

export const unknownFields: Check = {
  id: 'unknown-fields',
  async run(x) {
    await x.untilConnected();
    const version = x.nextVersion();
    const assignment = x.harness.assignmentFor(x.subject.device, { version, policy: x.policy() });
    return await refusesAssignment(x, 'with a field of its own', version, () =>
      sendSealed(x, encodeMessage({ ...assignment, volume: 100 })),
    );
  },
};

/** An assignment that is good but for the spaces after it. */
export async function oversizedAssignment(x: Examiner): Promise<Record<string, string | number | boolean>> {
  await x.untilConnected();
  const version = x.nextVersion();
  const assignment = assignmentSchema.parse(x.harness.assignmentFor(x.subject.device, { version, policy: x.policy() }));
  const payload = Buffer.alloc(tooManyBytes, ' ');
  payload.set(encodeMessage(assignment));
  return await refusesAssignment(x, 'of too many bytes', version, () => sendSealed(x, payload), false);
}
