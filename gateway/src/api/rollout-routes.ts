import { sha256Schema } from '@xiaolaba/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Rollout } from '../rollouts/rollouts.js';
import { type Guards, type RouteGuard, tokenSecurity } from './authorise.js';
import type { ApiContext } from './context.js';
import { type RolloutView, rolloutViewSchema } from './rollout-contract.js';

const keptMs = 7 * 86_400_000;
const someAtMost = 50;

/** Releases that go out in waves: how far they have come, and what an approver may do about it. */
export function rolloutRoutes(app: FastifyInstance, context: ApiContext, guards: Guards): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const security = tokenSecurity;
  const { rollouts, rolloutDriver } = context;

  routes.get(
    '/api/rollouts',
    { ...guards.role(), schema: { security, response: { 200: z.array(rolloutViewSchema) } } },
    async () => {
      const isOpen = ({ state }: Rollout): boolean => state === 'running' || state === 'paused';
      const all = rollouts.all();
      const ended = all.filter((one) => !isOpen(one) && context.now() - one.changedAt < keptMs);
      return await Promise.all([...all.filter(isOpen), ...ended].map((one) => rolloutView(one, context)));
    },
  );

  const step = (name: string, action: string, guard: RouteGuard, work: (release: string) => Promise<Rollout>): void => {
    routes.post(
      `/api/rollouts/:sha256/${name}`,
      {
        ...guard,
        schema: { security, params: z.object({ sha256: sha256Schema }), response: { 200: rolloutViewSchema } },
      },
      async (request) => {
        const rollout = await work(request.params.sha256);
        const { campaign, revision } = rollout;
        await context.audit.note(request, action, `release/${rollout.release}`, { campaign, revision });
        return await rolloutView(rollout, context);
      },
    );
  };
  // Going on makes more sound: that is an approver's word. Holding back makes less.
  step('advance', 'rollout-advanced', guards.confirmed('approver'), (release) => rolloutDriver.advance(release));
  step('resume', 'rollout-resumed', guards.confirmed('approver'), (release) => rolloutDriver.resume(release));
  step('finish', 'rollout-finished', guards.confirmed('approver'), (release) => rolloutDriver.finish(release));
  step('pause', 'rollout-paused', guards.role('editor', 'approver', 'officer'), (release) =>
    rolloutDriver.pause(release),
  );
  step('roll-back', 'rollout-rolled-back', guards.role('editor', 'approver'), (release) =>
    rolloutDriver.rollBack(release),
  );
}

async function rolloutView(rollout: Rollout, context: ApiContext): Promise<RolloutView> {
  const { release, campaign, variant, revision, state, reason, begunAt, changedAt } = rollout;
  const before = rollout.replaces.flatMap((hash) => context.campaigns.release(hash)?.release.revision ?? []);
  const waiting =
    rollout.restored !== undefined &&
    (await context.campaigns.candidate(rollout.restored).then(
      () => true,
      () => false,
    ));
  const { verifiedPercent, errorPercent, plays, minutes } = context.rolloutPolicy;
  return {
    release,
    campaign,
    title: context.campaigns.release(release)?.release.title ?? campaign,
    ...(variant ? { variant } : {}),
    revision,
    state,
    ...(reason ? { reason } : {}),
    begunAt,
    changedAt,
    ...(before.length > 0 ? { before: Math.max(...before) } : {}),
    ...(waiting && rollout.restored ? { restored: rollout.restored } : {}),
    waves: await Promise.all(
      rollout.waves.map(async (wave) => ({
        places: wave.places.length,
        some: wave.places.slice(0, someAtMost),
        ...(wave.reachedAt === undefined ? {} : { reachedAt: wave.reachedAt }),
        plays: await context.rolloutDriver.playsOf(rollout, wave),
      })),
    ),
    measure: { verifiedPercent, errorPercent, plays, minutes },
  };
}
