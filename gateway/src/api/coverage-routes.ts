import { callerError, dayOf, daySchema, idSchema, instantOf, type JournalRecord, quietSpans } from '@xiaolaba/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { DistrictModel } from '../campaigns/index.js';
import { dayView, placeDays, type Slot, silentPlaces } from '../coverage/index.js';
import type { RecordTable } from '../store/index.js';
import type { ApiContext } from './context.js';
import {
  type DistrictView,
  dayViewSchema,
  districtViewSchema,
  placeDetailSchema,
  type RecordView,
  type SlotView,
  silentPlaceSchema,
  vehicleSchema,
} from './contract.js';
import { deviceView } from './device-view.js';
import { type Live, vehicleOf } from './live.js';
import { countDay, viewContext } from './view-context.js';

/** An expression in SQLite may be a thousand deep. */
const idsAtOnce = 300;

const dayParams = z.object({ day: daySchema });

export function districtView(model: DistrictModel): DistrictView {
  const { district } = model;
  return {
    id: district.id,
    name: district.name,
    zone: district.zone,
    demo: district.demo,
    townships: [...district.townships],
    policeStations: [...district.policeStations],
    sites: [...model.sites.values()].map(({ id, kind, name, township, policeStation, position, dialects, people }) => ({
      id,
      kind,
      name,
      township,
      policeStation,
      position: [position[0], position[1]],
      dialects: [...dialects],
      people,
    })),
    routes: [...model.routes.values()].map(({ id, name, stops }) => ({
      id,
      name,
      stops: stops.map((stop) => stop.site),
    })),
    fleets: [...model.fleets.values()].map(({ id, name }) => ({ id, name })),
    campaigns: model.campaigns.map(({ id, title }) => ({ id, title })),
  };
}

/** Reads of the map, the day and a place: open to whoever reaches the gateway, they change nothing. */
export function coverageRoutes(app: FastifyInstance, context: ApiContext, live: Live): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();

  async function dayOfView(day: string) {
    const view = viewContext(context);
    const ledger = await context.coverage.ledger(day);
    const tallies = countDay(ledger, view.now);
    const closed = (await context.coverage.closedDays()).includes(day);
    return { view, ledger, tallies, closed };
  }

  routes.get('/api/district', { schema: { response: { 200: districtViewSchema } } }, async () =>
    districtView(viewContext(context).model),
  );

  routes.get(
    '/api/days',
    { schema: { response: { 200: z.object({ today: daySchema, closed: z.array(daySchema) }) } } },
    async () => ({
      today: dayOf(context.now(), viewContext(context).model.zone),
      closed: await context.coverage.closedDays(),
    }),
  );

  routes.get(
    '/api/days/:day',
    { schema: { params: dayParams, response: { 200: dayViewSchema } } },
    async ({ params }) => {
      const { view, tallies, closed } = await dayOfView(params.day);
      return dayView(view, tallies, closed);
    },
  );

  routes.get(
    '/api/days/:day/silent',
    { schema: { params: dayParams, response: { 200: z.array(silentPlaceSchema) } } },
    async ({ params }) => {
      const { view, tallies } = await dayOfView(params.day);
      return silentPlaces(view, tallies);
    },
  );

  routes.get('/api/vehicles', { schema: { response: { 200: z.array(vehicleSchema) } } }, async () =>
    [...context.registry.all()].flatMap((device) => vehicleOf(device, context.live.get(device.id)) ?? []),
  );

  const placeParams = z.object({ type: z.enum(['site', 'route', 'fleet']), id: idSchema, day: daySchema });
  routes.get(
    '/api/places/:type/:id/days/:day',
    { schema: { params: placeParams, response: { 200: placeDetailSchema } } },
    async ({ params }) => {
      const id = `${params.type}/${params.id}`;
      const { view, ledger, tallies } = await dayOfView(params.day);
      const place = view.model.places.get(id);
      if (!place) throw callerError('place-unknown', `no place ${id}`, { place: id });
      const [summary] = placeDays(view, tallies, [id]);
      const slots = ledger.slotsOf(id).sort((a, b) => a.startAt - b.startAt || (a.id < b.id ? -1 : 1));
      if (!summary) throw callerError('place-unknown', `no place ${id}`, { place: id });
      return {
        place: summary,
        now: view.now,
        span: {
          from: instantOf(params.day, '00:00', view.model.zone),
          to: instantOf(params.day, '24:00', view.model.zone),
        },
        quiet: quietSpans(place.policy.quietHours, params.day, view.model.zone),
        devices: view.devicesAt(id).map((device) => deviceView(context, device)),
        slots: slots.map((slot) => slotView(slot, view.model, context)),
        records: await recordsBehind(
          slots,
          view.devicesAt(id).map((device) => device.id),
          params.day,
          view.model.zone,
        ),
      };
    },
  );

  /** The records that decided, and whatever else the devices there reported on that day. */
  async function recordsBehind(
    slots: readonly Slot[],
    devices: readonly string[],
    day: string,
    zone: string,
  ): Promise<RecordView[]> {
    const rows: RecordTable[] = [];
    const deciding = [...new Set(slots.flatMap((slot) => slot.record ?? []))];
    for (let at = 0; at < deciding.length; at += idsAtOnce) {
      const some = deciding.slice(at, at + idsAtOnce).map((id) => id.split('/'));
      const found = await context.store
        .selectFrom('records')
        .selectAll()
        .where(({ and, or }) =>
          or(some.map(([device = '', boot = '', seq]) => and({ device, boot, seq: Number(seq) }))),
        )
        .execute();
      rows.push(...found);
    }
    if (devices.length > 0) {
      const told = await context.store
        .selectFrom('records')
        .selectAll()
        .where('device', 'in', devices)
        .where('kind', '<>', 'play')
        .where('due_at', '>=', instantOf(day, '00:00', zone))
        .where('due_at', '<', instantOf(day, '24:00', zone))
        .limit(5000)
        .execute();
      rows.push(...told);
    }
    return rows
      .sort((a, b) => a.at - b.at || a.seq - b.seq)
      .map(({ device, boot, seq, kind, at, received_at, line }) => ({
        id: `${device}/${boot}/${seq}`,
        device,
        kind: kind as RecordView['kind'],
        at,
        receivedAt: received_at,
        record: JSON.parse(line) as JournalRecord & Record<string, unknown>,
      }));
  }

  const ledgerEntry = z.object({
    id: z.string(),
    place: z.string(),
    site: z.string().optional(),
    device: z.string().optional(),
    campaign: z.string(),
    cue: z.string(),
    output: z.string(),
    dueAt: z.number(),
    endAt: z.number(),
    triggered: z.boolean(),
    trigger: z.string().optional(),
    status: z.string(),
    cause: z.string().optional(),
    evidence: z.string().optional(),
  });
  routes.get(
    '/api/ledger/:day',
    { schema: { params: dayParams, response: { 200: z.array(ledgerEntry) } } },
    async ({ params }) => {
      const ledger = await context.coverage.ledger(params.day);
      return [...ledger.slots()].map((slot) => ({
        ...slot,
        triggered: slot.trigger !== undefined,
        ...(slot.place.startsWith('site/') ? { site: slot.place.slice(5) } : {}),
      }));
    },
  );

  app.get('/api/live', { exposeHeadRoute: false, schema: { hide: true } }, (request, reply) => {
    live.listen(reply);
    const { actor } = request;
    if (actor?.kind !== 'account') return;
    // A picture that goes on is over when the log-in is.
    const unwatch = context.people.sessions.watch(actor.session.id, () => reply.raw.end());
    reply.raw.on('close', unwatch);
  });
}

function slotView(slot: Slot, model: DistrictModel, context: ApiContext): SlotView {
  const release = context.campaigns.release(slot.release)?.release;
  const item = release?.items.find(({ id }) => id === slot.item);
  const title = model.campaigns.find(({ id }) => id === slot.campaign)?.title ?? {
    zh: release?.title ?? slot.campaign,
    en: release?.title ?? slot.campaign,
  };
  const audio =
    slot.audio ??
    (slot.output === 'audio'
      ? item?.audio.find((version) => version.dialect === (slot.dialect ?? 'cmn'))?.renditions[0]?.sha256
      : undefined);
  const {
    id,
    campaign,
    cue,
    output,
    dueAt,
    startAt,
    endAt,
    status,
    device,
    cause,
    evidence,
    dialect,
    wanted,
    voice,
    text,
    startedAt,
    playedMs,
    record,
  } = slot;
  const given = {
    device,
    cause,
    evidence,
    dialect,
    wanted,
    voice,
    startedAt,
    playedMs,
    record,
    text: text ?? (output === 'text' ? item?.text : undefined),
    audio: audio && `/blobs/${audio}`,
  };
  return {
    id,
    campaign,
    title,
    cue,
    item: slot.item,
    itemTitle: item?.title ?? slot.item,
    output,
    dueAt,
    startAt,
    endAt,
    triggered: slot.trigger !== undefined,
    status,
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<SlotView>),
  };
}
