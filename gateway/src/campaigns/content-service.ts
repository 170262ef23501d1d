import type { Logger } from 'pino';
import { type Content, type ContentProblem, loadContent } from '../content/index.js';
import { bodyOf, campaignOf, hashOf } from '../desk/draft-bodies.js';
import { outcomeOf } from '../desk/merge.js';
import type { BlobStore } from '../library/index.js';
import type { MediaShelf } from '../recordings/media-shelf.js';
import type { Registry } from '../registry/index.js';
import { dropCalendars, loadedCalendars, overlapsWithLoaded, partsOf, withLoaded } from '../schedule/held-calendars.js';
import type { Store } from '../store/index.js';
import { Turns } from '../turns.js';
import type { Campaigns } from './campaigns.js';
import { DistrictModel } from './district-model.js';
import { keepMedia, shelve } from './keep-media.js';

export interface ContentServiceDeps {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly registry: Registry;
  readonly campaigns: Campaigns;
  readonly shelf: MediaShelf;
  readonly log: Logger;
}

export interface Imported {
  readonly problems: readonly ContentProblem[];
  /** False where an error kept everything as it was. */
  readonly accepted: boolean;
}

const documentKind = 'content';

export interface ImportOptions {
  /** Campaigns of which the file's word stands, whatever the desk has made of them. */
  readonly overwrite?: readonly string[];
}

/** The content that this gateway works with: taken from files as a whole or not at all, and what the desk has written. */
export class ContentService {
  #files: Content | undefined;
  #held: Content | undefined;
  #model: DistrictModel | undefined;
  readonly #turns = new Turns();

  private constructor(private readonly deps: ContentServiceDeps) {}

  static async open(deps: ContentServiceDeps): Promise<ContentService> {
    const service = new ContentService(deps);
    const row = await deps.store
      .selectFrom('documents')
      .select('body')
      .where('kind', '=', documentKind)
      .where('id', '=', 'district')
      .executeTakeFirst();
    await deps.shelf.bringUp();
    if (row) service.#files = { ...(JSON.parse(row.body) as Content), media: deps.shelf.directories };
    await service.deskChanged();
    return service;
  }

  /** What files and desk have, the desk's campaigns in place of the files'; `undefined` until content has been imported. */
  held(): Content | undefined {
    return this.#held;
  }

  /** Takes up what the desk has written since. */
  async deskChanged(): Promise<void> {
    if (!this.#files) return;
    const rows = await this.deps.store.selectFrom('drafts').selectAll().execute();
    const desk = new Map(rows.map((row) => [row.id, row]));
    const campaigns = [
      ...this.#files.campaigns.filter(({ id }) => !desk.has(id)),
      ...rows.filter(({ state }) => state !== 'withdrawn').map(({ body }) => campaignOf(body)),
    ].sort((a, b) => (a.id < b.id ? -1 : 1));
    const calendars = withLoaded(this.#files, await loadedCalendars(this.deps.store));
    this.#held = { ...this.#files, ...calendars, campaigns };
    this.#model = new DistrictModel(this.#held);
  }

  /** `undefined` until content has been imported. */
  model(): DistrictModel | undefined {
    return this.#model;
  }

  /** Reads a content directory, keeps it, and prepares its campaigns for approval (which renders their audio). */
  import(directory: string, options: ImportOptions = {}): Promise<Imported> {
    return this.#turns.run(() => this.#import(directory, options));
  }

  /** Ends an import after the draft that it is at; what is left comes with the next. */
  async close(): Promise<void> {
    this.deps.campaigns.close();
    await this.#turns.settled();
  }

  async #import(directory: string, { overwrite = [] }: ImportOptions): Promise<Imported> {
    const { content, problems: found } = await loadContent(directory);
    if (!content || found.some((problem) => problem.severity === 'error')) return { problems: found, accepted: false };
    const { store, blobs, registry, campaigns, log } = this.deps;
    const rows = await store.selectFrom('drafts').selectAll().execute();
    const outcomes = content.campaigns.flatMap((campaign) => {
      const row = rows.find(({ id }) => id === campaign.id);
      if (!row) return [];
      return [{ row, campaign, outcome: overwrite.includes(row.id) ? 'files' : outcomeOf(campaign, row) }];
    });
    const conflicts = outcomes.flatMap(({ row, outcome }): ContentProblem[] => {
      if (outcome !== 'conflict') return [];
      const details = { id: row.id };
      return [{ file: `campaigns/${row.id}.yaml`, code: 'desk-conflict', severity: 'error', details }];
    });
    const overlaps = overlapsWithLoaded(content, await loadedCalendars(store));
    const problems = [...found, ...conflicts, ...overlaps];
    if (conflicts.length + overlaps.length > 0) return { problems, accepted: false };
    const media = await keepMedia(content, blobs);
    const body = JSON.stringify(content);
    await store.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('documents')
        .values({ kind: documentKind, id: 'district', body })
        .onConflict((conflict) => conflict.columns(['kind', 'id']).doUpdateSet({ body }))
        .execute();
      const calendars = partsOf(content).map(({ id }) => id);
      await dropCalendars(transaction, calendars);
      await shelve(transaction, media);
      for (const { row, campaign, outcome } of outcomes) {
        if (outcome === 'files') await transaction.deleteFrom('drafts').where('id', '=', row.id).execute();
        if (outcome !== 'same') continue;
        const base = hashOf(bodyOf(campaign));
        await transaction.updateTable('drafts').set({ base }).where('id', '=', row.id).execute();
      }
    });
    const { shelf } = this.deps;
    await shelf.bringUp();
    this.#files = { ...content, media: shelf.directories };
    await this.deskChanged();
    await registry.learn(content.devices);
    const model = this.#model;
    if (model) await campaigns.import(await this.#toFreeze(), model, shelf.directories);
    log.info({ directory, sites: content.sites.length, campaigns: content.campaigns.length }, 'content imported');
    return { problems, accepted: true };
  }

  /** Campaigns that files have, and those of the desk that were submitted: what is still being written is nobody's to approve. */
  async #toFreeze(): Promise<Content['campaigns']> {
    const rows = await this.deps.store.selectFrom('drafts').select(['id', 'state']).execute();
    const unready = new Set(rows.flatMap(({ id, state }) => (state === 'submitted' ? [] : id)));
    return this.#held?.campaigns.filter(({ id }) => !unready.has(id)) ?? [];
  }
}
