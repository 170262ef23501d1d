import { callerError } from '@xiaolaba/protocol';
import type { ContentService } from '../campaigns/content-service.js';
import type { Campaigns } from '../campaigns/index.js';
import type { Campaign, CampaignFile, ContentProblem } from '../content/index.js';
import type { Store } from '../store/index.js';
import type { DraftTable } from '../store/schema.js';
import { Turns } from '../turns.js';
import { checkDraft } from './check-draft.js';
import { bodyOf, campaignOf, changedFields, fileOf, hashOf } from './draft-bodies.js';
import { type DraftState, draftStates } from './words.js';

export interface Draft {
  readonly id: string;
  readonly source: 'files' | 'desk';
  readonly state: DraftState;
  readonly version: number;
  readonly author?: string;
  readonly reason?: string;
  readonly updatedAt: number;
  readonly campaign: CampaignFile;
}

export interface DraftVersion {
  readonly version: number;
  readonly author: string;
  readonly at: number;
  readonly campaign: CampaignFile;
}

export interface SavedDraft {
  readonly draft: Draft;
  readonly problems: readonly ContentProblem[];
}

/** What a draft is refused for, so that the caller can be told each of it. */
export class DraftRefused extends Error {
  constructor(readonly problems: readonly ContentProblem[]) {
    super('the draft has errors');
  }
}

export interface DraftsDeps {
  readonly store: Store;
  readonly content: ContentService;
  readonly campaigns: Campaigns;
  readonly now: () => number;
}

/** Campaigns that are written at the desk, beside those that files have; one list of both. */
export class Drafts {
  readonly #turns = new Turns();

  constructor(private readonly deps: DraftsDeps) {}

  async list(): Promise<Draft[]> {
    const { store } = this.deps;
    const drafts = await store.selectFrom('drafts').selectAll().execute();
    const rows = await store.selectFrom('campaigns').selectAll().execute();
    const frozen = new Map(rows.map((row) => [row.id, row]));
    const waiting = new Set(
      (
        await store
          .selectFrom('candidates')
          .leftJoin('releases', 'releases.payload_sha256', 'candidates.sha256')
          .select('candidates.campaign')
          .where('releases.sha256', 'is', null)
          .execute()
      ).map(({ campaign }) => campaign),
    );
    const atDesk = drafts.map((row) => viewOf(row, frozen.get(row.id)?.state, waiting.has(row.id)));
    const held = new Set(drafts.map(({ id }) => id));
    const inFiles = rows.flatMap((row): Draft[] =>
      held.has(row.id)
        ? []
        : [
            {
              id: row.id,
              source: 'files',
              state: waiting.has(row.id) ? 'submitted' : stateOf(row.state),
              version: row.revision,
              updatedAt: row.updated_at,
              campaign: fileOf(bodyOf((JSON.parse(row.draft) as { draft: Campaign }).draft)),
            },
          ],
    );
    return [...atDesk, ...inFiles].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** @throws XiaolabaError `draft-unknown` */
  async get(id: string): Promise<Draft> {
    const found = (await this.list()).find((draft) => draft.id === id);
    if (!found) throw callerError('draft-unknown', `no draft ${id}`, { draft: id });
    return found;
  }

  /** Every version that was written at the desk, the newest first. */
  async history(id: string): Promise<DraftVersion[]> {
    const rows = await this.deps.store
      .selectFrom('draft_versions')
      .selectAll()
      .where('id', '=', id)
      .orderBy('version', 'desc')
      .execute();
    return rows.map(({ version, author, at, body }) => ({ version, author, at, campaign: fileOf(body) }));
  }

  /**
   * Writes a draft. `expected` is the version that the author looked at, and absent for a new one. What waited for
   * approval waits no longer: it is not what the draft says. What is on air stays.
   * @throws DraftRefused; XiaolabaError `draft-changed`, `draft-unknown`, `content-missing`
   */
  put(id: string, document: unknown, author: string, expected?: number): Promise<SavedDraft> {
    return this.#turns.run(async () => {
      const { campaign, problems } = await checkDraft(id, document, this.#content());
      if (!campaign) throw new DraftRefused(problems);
      const present = (await this.list()).find((draft) => draft.id === id);
      if (!present && expected !== undefined) throw callerError('draft-unknown', `no draft ${id}`, { draft: id });
      if (present && present.version !== expected && !(present.state === 'withdrawn' && expected === undefined))
        throw await this.#changed(present, expected);
      const body = bodyOf(campaign);
      // An edit that changes nothing is none: what waits for approval goes on waiting.
      if (!present || bodyOf(campaignOf(JSON.stringify(present.campaign))) !== body || present.state === 'withdrawn')
        await this.#write(id, body, author, present);
      return { draft: await this.get(id), problems };
    });
  }

  async #write(id: string, body: string, author: string, present: Draft | undefined): Promise<void> {
    const { store, now, content } = this.deps;
    const at = now();
    await store.transaction().execute(async (transaction) => {
      const newest = await transaction
        .selectFrom('draft_versions')
        .select('version')
        .where('id', '=', id)
        .orderBy('version', 'desc')
        .executeTakeFirst();
      const version = Math.max(newest?.version ?? 0, present?.version ?? 0) + 1;
      const base = present?.source === 'files' ? JSON.stringify(present.campaign) : undefined;
      const row = { version, body, state: 'draft', reason: null, author, updated_at: at };
      await transaction
        .insertInto('drafts')
        .values({ id, ...row, base: base === undefined ? null : hashed(base) })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute();
      await transaction.insertInto('draft_versions').values({ id, version, body, author, at }).execute();
      await transaction.deleteFrom('candidates').where('campaign', '=', id).execute();
    });
    await content.deskChanged();
  }

  async #changed(present: Draft, expected: number | undefined): Promise<Error> {
    const seen = (await this.history(present.id)).find(({ version }) => version === expected);
    const changed = seen ? changedFields(seen.campaign, present.campaign).map(({ field }) => field) : [];
    return callerError('draft-changed', 'somebody else has changed it', {
      draft: present.id,
      version: present.version,
      author: present.author ?? 'files',
      changed,
    });
  }

  /** Throws away a draft of which nothing was ever on air or is waiting. @throws XiaolabaError `draft-unknown`, `draft-in-use` */
  remove(id: string, expected?: number): Promise<void> {
    return this.#turns.run(async () => {
      const draft = await this.#desk(id, expected);
      const { store, content } = this.deps;
      const frozen = await store.selectFrom('campaigns').select('id').where('id', '=', id).executeTakeFirst();
      if (frozen || (draft.state !== 'draft' && draft.state !== 'rejected'))
        throw callerError('draft-in-use', 'it has been submitted', { draft: id, state: draft.state });
      await store.deleteFrom('drafts').where('id', '=', id).execute();
      await content.deskChanged();
    });
  }

  /** Whether a campaign of this id was ever written down: its history must not become another's. */
  async wasUsed(id: string): Promise<boolean> {
    const { store } = this.deps;
    const written = await store.selectFrom('draft_versions').select('id').where('id', '=', id).executeTakeFirst();
    const frozen = await store.selectFrom('campaigns').select('id').where('id', '=', id).executeTakeFirst();
    return written !== undefined || frozen !== undefined;
  }

  /** Undoes a draft that was made just now and is of no use by itself; what stays is its history. */
  discard(id: string): Promise<void> {
    return this.#turns.run(async () => {
      const { store, content } = this.deps;
      await store.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('drafts').where('id', '=', id).execute();
        await transaction.deleteFrom('candidates').where('campaign', '=', id).execute();
        await transaction.deleteFrom('campaigns').where('id', '=', id).execute();
      });
      await content.deskChanged();
    });
  }

  /**
   * Freezes a draft for approval; audio is rendered on the way.
   * @throws DraftRefused; XiaolabaError `draft-unknown`, `draft-changed`, `draft-unplayable`
   */
  submit(id: string, expected?: number): Promise<SavedDraft> {
    return this.#turns.run(async () => {
      const { store, campaigns, content } = this.deps;
      const draft = await this.#desk(id, expected);
      const { campaign, problems } = await checkDraft(id, draft.campaign, this.#content());
      if (!campaign || problems.some(({ severity }) => severity === 'error')) throw new DraftRefused(problems);
      const held = this.#content();
      const model = content.model();
      if (!model) throw callerError('content-missing', 'no content has been imported');
      await campaigns.import([campaign], model, held.media, { anew: draft.state !== 'submitted' });
      const row = await store.selectFrom('campaigns').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
      if (row.state === 'failed') {
        const codes = (JSON.parse(row.problems) as { severity: string; code: string }[]).map(({ code }) => code);
        throw callerError('draft-unplayable', 'nothing that plays came of it', { draft: id, codes });
      }
      await store.updateTable('drafts').set({ state: 'submitted', reason: null }).where('id', '=', id).execute();
      return { draft: await this.get(id), problems };
    });
  }

  /** Sends back what waits for approval, with the reason. @throws XiaolabaError `draft-unknown`, `draft-not-waiting` */
  reject(id: string, reason: string): Promise<Draft> {
    return this.#turns.run(async () => {
      const draft = await this.get(id);
      if (draft.state !== 'submitted')
        throw callerError('draft-not-waiting', 'nothing of it waits for approval', { draft: id, state: draft.state });
      const { store, now } = this.deps;
      const body = JSON.stringify(draft.campaign);
      const row = { state: 'rejected', reason, updated_at: now() };
      await store.transaction().execute(async (transaction) => {
        // One that came from files is now the desk's matter too: the reason has to be kept somewhere.
        const base = hashed(body);
        await transaction
          .insertInto('drafts')
          .values({ id, version: draft.version, body, author: draft.author ?? 'files', base, ...row })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute();
        await transaction.deleteFrom('candidates').where('campaign', '=', id).execute();
      });
      return await this.get(id);
    });
  }

  /** Takes a campaign off the air and off the list of what is to come. @throws XiaolabaError `draft-unknown` */
  withdraw(id: string): Promise<Draft> {
    return this.#turns.run(async () => {
      const draft = await this.get(id);
      const { store, campaigns, content, now } = this.deps;
      const frozen = await store.selectFrom('campaigns').select('id').where('id', '=', id).executeTakeFirst();
      if (frozen) await campaigns.withdrawCampaign(id);
      if (draft.source === 'desk')
        await store.updateTable('drafts').set({ state: 'withdrawn', updated_at: now() }).where('id', '=', id).execute();
      await content.deskChanged();
      return await this.get(id);
    });
  }

  async #desk(id: string, expected: number | undefined): Promise<Draft> {
    const draft = await this.get(id);
    if (draft.source !== 'desk') throw callerError('draft-unknown', `${id} is not at the desk`, { draft: id });
    if (expected !== undefined && draft.version !== expected) throw await this.#changed(draft, expected);
    return draft;
  }

  #content() {
    const content = this.deps.content.held();
    if (!content) throw callerError('content-missing', 'no content has been imported');
    return content;
  }
}

const hashed = (body: string): string => hashOf(bodyOf(campaignOf(body)));

function stateOf(campaignState: string): DraftState {
  if (campaignState === 'candidate') return 'submitted';
  return draftStates.find((state) => state === campaignState) ?? 'draft';
}

function viewOf(row: DraftTable, frozen: string | undefined, waits: boolean): Draft {
  const approved = row.state === 'submitted' && !waits && frozen === 'released';
  const gone = row.state === 'submitted' && !waits && frozen === 'withdrawn';
  return {
    id: row.id,
    source: 'desk',
    state: approved ? 'released' : gone ? 'withdrawn' : (row.state as DraftState),
    version: row.version,
    author: row.author,
    ...(row.reason === null ? {} : { reason: row.reason }),
    updatedAt: row.updated_at,
    campaign: fileOf(row.body),
  };
}
