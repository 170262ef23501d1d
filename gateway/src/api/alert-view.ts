import { type Alert, deviceStates } from '../alerts/index.js';
import type { AlertView, OpenAlert } from './alert-contract.js';
import type { ApiContext } from './context.js';

/** An alert with where it stands, who has to sign, and how far it has come on its devices. */
export async function alertView(context: ApiContext, alert: Alert): Promise<AlertView> {
  const { alerts, keyLists, registry, people } = context;
  const standing = alerts.standing(alert);
  const { state } = standing;
  const approval = await approvalOf(context, alert);
  const devices = await deviceStates(alert, standing, { ...context, devices: () => registry.all() });
  const count = (test: (device: (typeof devices)[number]) => boolean) => devices.filter(test).length;
  const accounts = await people.accounts.all();
  const authorName = accounts.find(({ id }) => id === alert.author)?.name;
  const endedByName = accounts.find(({ id }) => id === alert.endedBy)?.name;
  const signed = new Set(approval.signedBy.map(({ kid }) => kid));
  const { wording, cap } = alert;
  const endedAt = standing.endedAt ?? alert.endedAt;
  return {
    id: alert.id,
    status: alert.status,
    state,
    title: wording.title,
    event: wording.event,
    severity: wording.severity,
    spoken: [...wording.spoken],
    ...(wording.sign === undefined ? {} : { sign: wording.sign }),
    output: alert.output,
    profiles: [...alert.profiles],
    everywhere: alert.everywhere,
    places: alert.places.length,
    people: alert.people,
    repeatSeconds: alert.repeatSeconds,
    breaksQuietHours: alert.breaksQuietHours,
    priority: alert.priority,
    createdAt: alert.createdAt,
    author: alert.author,
    ...(authorName === undefined ? {} : { authorName }),
    validFrom: alert.validFrom,
    validUntil: alert.validUntil,
    ...(state === 'waiting' ? { candidate: alert.candidate } : {}),
    approval,
    missing:
      state === 'waiting'
        ? keyLists
            .trusted()
            .approvers.flatMap(({ key, name, may }) =>
              may.includes(approval.kind) && !signed.has(key.kid) ? [{ kid: key.kid, name }] : [],
            )
        : [],
    ...(standing.release === undefined ? {} : { release: standing.release }),
    ...(standing.publishedAt === undefined ? {} : { publishedAt: standing.publishedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(alert.endedBy === undefined ? {} : { endedBy: alert.endedBy }),
    ...(endedByName === undefined ? {} : { endedByName }),
    ...(alert.endReason === undefined ? {} : { endReason: alert.endReason }),
    ...(alert.replaces === undefined ? {} : { replaces: alert.replaces }),
    ...(standing.replacedBy === undefined ? {} : { replacedBy: standing.replacedBy }),
    ...(cap ? { cap: { ...cap } } : {}),
    devices: {
      inScope: devices.length,
      assigned: count(({ assignedAt }) => assignedAt !== undefined),
      ready: count(({ readyAt }) => readyAt !== undefined),
      sounded: count(({ stage }) => stage === 'sounded'),
      missed: count(({ stage }) => stage === 'missed'),
      offline: count(({ online }) => !online),
    },
    problems: alert.notes.map((note) => ({ ...note })),
  };
}

async function approvalOf({ campaigns, alerts, store }: ApiContext, alert: Alert): Promise<AlertView['approval']> {
  const published = alerts.releaseOf(alert);
  const row = published
    ? undefined
    : await store.selectFrom('candidates').select('payload').where('sha256', '=', alert.candidate).executeTakeFirst();
  const release =
    published?.release ?? (row ? (JSON.parse(row.payload) as NonNullable<typeof published>['release']) : undefined);
  if (!release) return { kind: 'alert', needed: 0, missing: 0, signedBy: [] };
  const approval = await campaigns.approvalOf(alert.candidate, release);
  return { ...approval, signedBy: [...approval.signedBy], ...(published ? { missing: 0 } : {}) };
}

/** What open pages are told of at once. */
export async function openAlerts(context: ApiContext): Promise<OpenAlert[]> {
  return await Promise.all(
    context.alerts.open().map(async (alert): Promise<OpenAlert> => {
      const { state } = context.alerts.standing(alert);
      const { id, status, wording, places, createdAt, validUntil, candidate } = alert;
      return {
        id,
        status,
        state,
        title: wording.title,
        places: places.length,
        createdAt,
        validUntil,
        ...(state === 'waiting' ? { candidate } : {}),
        approval: await approvalOf(context, alert),
      };
    }),
  );
}
