import { callerError, fallbackDialect } from '@xiaolaba/protocol';
import type { DistrictModel } from '../campaigns/index.js';
import { type CapAlert, writeCap } from '../orders/cap.js';
import type { Alert, Standing } from './alert.js';
import type { Alerts } from './alerts.js';
import type { Severity } from './words.js';

/** Who speaks here, as CAP names senders. */
export const capSender = ({ district }: DistrictModel): string => `${district.id}@xiaolaba`;

const languages: Readonly<Record<string, string>> = {
  cmn: 'zh-CN',
  yue: 'zh-HK',
  hak: 'zh-hak',
  gan: 'zh-gan',
  nan: 'zh-min-nan',
  wuu: 'zh-wuu',
  uig: 'ug-CN',
  kaz: 'kk-CN',
};
const severityOf: Readonly<Record<Severity, CapAlert['info'][number]['severity']>> = {
  extreme: 'Extreme',
  severe: 'Severe',
  moderate: 'Moderate',
  minor: 'Minor',
  unknown: 'Unknown',
};
const second = 1000;
const seconds = (instant: number): number => Math.floor(instant / second) * second;

/**
 * An alert as others read it: as it was published (`Alert`, or `Update` of what it replaced), or, once a person has
 * ended it, its cancellation. What waits for signatures goes out as a draft.
 * @throws XiaolabaError `alert-not-ended` where a cancellation is asked of what nobody has ended
 */
export function capOf(alert: Alert, standing: Standing, alerts: Alerts, which: 'alert' | 'cancel'): string {
  const model = alerts.model();
  const sender = capSender(model);
  const referenceTo = ({ id, createdAt }: Alert) => ({ sender, identifier: id, sent: seconds(createdAt) });
  const status = alert.status === 'exercise' ? 'Exercise' : 'Actual';
  const known = { sender, scope: 'Public' } as const;
  if (which === 'cancel') {
    if (standing.state !== 'ended' || standing.endedAt === undefined)
      throw callerError('alert-not-ended', 'nobody has ended it', { alert: alert.id });
    const cancel: CapAlert = {
      ...known,
      status,
      identifier: `${alert.id}.cancel`,
      sent: seconds(standing.endedAt),
      msgType: 'Cancel',
      ...(alert.endReason === undefined ? {} : { note: alert.endReason }),
      references: [referenceTo(alert)],
      info: [],
    };
    return writeCap(cancel, model.zone);
  }
  const earlier = alerts
    .all()
    .filter(({ campaign, revision }) => campaign === alert.campaign && revision < alert.revision);
  const { spoken, sign, title, event, severity } = alert.wording;
  // What is only shown is said in Mandarin.
  const versions = spoken.length > 0 ? spoken : [{ dialect: fallbackDialect, text: sign ?? title }];
  const message: CapAlert = {
    ...known,
    identifier: alert.id,
    sent: seconds(alert.createdAt),
    status: standing.release === undefined ? 'Draft' : status,
    msgType: earlier.length > 0 ? 'Update' : 'Alert',
    ...(alert.status === 'exercise' ? { note: title } : {}),
    references: earlier.map(referenceTo).reverse(),
    info: versions.map(({ dialect, text }) => ({
      language: languages[dialect] ?? dialect,
      category: ['Security'],
      event,
      urgency: 'Immediate',
      severity: severityOf[severity],
      certainty: 'Likely',
      onset: seconds(alert.validFrom),
      expires: seconds(alert.validUntil),
      senderName: model.district.name.zh,
      headline: title,
      description: text,
      area: areasOf(alert, model, (places) => alerts.hasDevice(places, alert.profiles)),
    })),
  };
  return writeCap(message, model.zone);
}

type Area = CapAlert['info'][number]['area'][number];

/**
 * Where an alert holds, in as few codes as say it: the district, townships as a whole where none of their places with a
 * device is left out, and the other places one by one.
 */
export function areasOf(
  { everywhere, places }: Pick<Alert, 'everywhere' | 'places'>,
  model: DistrictModel,
  withDevice: (places: readonly string[]) => readonly string[],
): Area[] {
  const { name, id, townships } = model.district;
  if (everywhere)
    return [{ areaDesc: name.zh, polygon: [], circle: [], geocode: [{ valueName: 'xiaolaba:district', value: id }] }];
  const left = new Set(places);
  const areas: Area[] = [];
  const all = [...model.places.values()];
  for (const township of townships) {
    const meant = withDevice(all.flatMap((one) => (one.township === township.id ? one.place : [])));
    // One place is better told by its own name.
    if (meant.length < 2 || !meant.every((place) => left.has(place))) continue;
    for (const place of meant) left.delete(place);
    const geocode = [{ valueName: 'xiaolaba:township', value: township.id }];
    areas.push({ areaDesc: township.name.zh, polygon: [], circle: [], geocode });
  }
  const codes = [...left].map((value) => ({ valueName: 'xiaolaba:place', value }));
  const names = [...left].slice(0, 20).map((place) => model.places.get(place)?.name.zh ?? place);
  const areaDesc = `${names.join('、')}${left.size > names.length ? '…' : ''}`;
  // A message may list so many codes in one area and no more.
  for (let at = 0; at < codes.length; at += 500)
    areas.push({ areaDesc, polygon: [], circle: [], geocode: codes.slice(at, at + 500) });
  return areas;
}
