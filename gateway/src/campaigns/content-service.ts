import type { Logger } from 'pino';
import { type Content, type ContentProblem, loadContent } from '../content/index.js';
import type { Registry } from '../registry/index.js';
import type { Store } from '../store/index.js';
import { Turns } from '../turns.js';
import type { Campaigns } from './campaigns.js';
import { DistrictModel } from './district-model.js';

export interface ContentServiceDeps {
  readonly store: Store;
  readonly registry: Registry;
  readonly campaigns: Campaigns;
  readonly log: Logger;
}

export interface Imported {
  readonly problems: readonly ContentProblem[];
  /** False where an error kept everything as it was. */
  readonly accepted: boolean;
}

const documentKind = 'content';

/** The content that this gateway works with: taken from files as a whole or not at all. */
export class ContentService {
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
    if (row) service.#model = new DistrictModel(JSON.parse(row.body) as Content);
    return service;
  }

  /** `undefined` until content has been imported. */
  model(): DistrictModel | undefined {
    return this.#model;
  }

  /** Reads a content directory, keeps it, and prepares its campaigns for approval (which renders their audio). */
  import(directory: string): Promise<Imported> {
    return this.#turns.run(() => this.#import(directory));
  }

  /** Ends an import after the draft that it is at; what is left comes with the next. */
  async close(): Promise<void> {
    this.deps.campaigns.close();
    await this.#turns.settled();
  }

  async #import(directory: string): Promise<Imported> {
    const { content, problems } = await loadContent(directory);
    if (!content || problems.some((problem) => problem.severity === 'error')) return { problems, accepted: false };
    const { store, registry, campaigns, log } = this.deps;
    const body = JSON.stringify(content);
    await store
      .insertInto('documents')
      .values({ kind: documentKind, id: 'district', body })
      .onConflict((conflict) => conflict.columns(['kind', 'id']).doUpdateSet({ body }))
      .execute();
    this.#model = new DistrictModel(content);
    await registry.learn(content.devices);
    await campaigns.import(content.campaigns, this.#model, content.media);
    log.info({ directory, sites: content.sites.length, campaigns: content.campaigns.length }, 'content imported');
    return { problems, accepted: true };
  }
}
