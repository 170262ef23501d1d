import { callerError, XiaolabaError } from '@xiaolaba/protocol';
import type { Logger } from 'pino';
import type { Localized } from '../content/index.js';
import type { Drafts } from '../desk/drafts.js';
import type { BlobRef, BlobStore, Library, Part } from '../library/index.js';
import type { MediaTable } from '../store/desk-tables.js';
import type { Store } from '../store/index.js';
import type { RecordingTable } from '../store/recording-tables.js';
import { Turns } from '../turns.js';
import {
  type Findings,
  findingsSchema,
  findingsVersion,
  recordingFindings,
  refusedFindings,
  videoFindings,
} from './findings.js';
import { fileNameOf, filmExtension, titleFrom, titleOfFile } from './media-names.js';
import type { MediaShelf } from './media-shelf.js';

export type MediaKind = 'audio' | 'video';

/** An item that names a file. */
export interface MediaUse {
  readonly campaign: string;
  readonly title: Localized;
  readonly item: string;
  readonly dialect?: string;
}

export interface HeldMedia extends BlobRef {
  readonly name: string;
  readonly title: string;
  /** Absent where imported files brought it. */
  readonly author?: string;
  readonly at?: number;
  readonly uses: readonly MediaUse[];
  /** Absent until it has been looked at. */
  readonly findings?: Findings;
}

export interface RecordingsDeps {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly library: Library;
  readonly shelf: MediaShelf;
  readonly drafts: Pick<Drafts, 'list'>;
  readonly now: () => number;
  readonly log: Logger;
}

/** Writes down what was done, in the transaction that does it. */
export type Note = (store: Store, media: { readonly name: string } & BlobRef) => Promise<void>;

export interface NewMedia {
  /** Where the file lies as it came. */
  readonly path: string;
  readonly title: string;
  readonly author: string;
  readonly note: Note;
}

/** Recordings and films that items are made of: those of imported files and those that somebody sent to the desk. */
export class Recordings {
  readonly #turns = new Turns();
  readonly #looking = new Map<string, Promise<void>>();
  #closing = false;

  constructor(private readonly deps: RecordingsDeps) {}

  /** All of a kind, the newest of the desk first, then those of files by name. */
  async list(kind: MediaKind): Promise<HeldMedia[]> {
    const { store } = this.deps;
    const media = await store.selectFrom('media').selectAll().where('kind', '=', kind).execute();
    const rows = await store.selectFrom('recordings').selectAll().where('kind', '=', kind).execute();
    const known = new Map(rows.map((row) => [row.name, row]));
    const uses = await this.#uses(kind);
    const held = media.map((one) => this.#held(one, known.get(one.name), uses.get(one.name) ?? []));
    for (const one of held) if (!one.findings) this.#look(kind, one);
    return held.sort((a, b) => (b.at ?? 0) - (a.at ?? 0) || (a.name < b.name ? -1 : 1));
  }

  /** @throws XiaolabaError `recording-unknown`, `film-unknown` */
  async get(kind: MediaKind, name: string): Promise<HeldMedia> {
    const found = (await this.list(kind)).find((one) => one.name === name);
    if (!found) throw callerError(kind === 'audio' ? 'recording-unknown' : 'film-unknown', `no ${name}`, { name });
    return found;
  }

  /** Keeps a recording, or a part of it, and makes what devices play of it. @throws XiaolabaError as `Library.keep`; `name-malformed` */
  async addRecording({ path, title: given, author, note }: NewMedia, part?: Part): Promise<HeldMedia> {
    const { library, blobs } = this.deps;
    const title = titleFrom(given);
    const { figures, ...ref } = await library.keep(path, part);
    const findings = await recordingFindings(library, blobs.path(ref.sha256), figures);
    if (findings.refused) throw callerError(findings.refused.code, 'no profile can play it', findings.refused.details);
    return await this.#put('audio', fileNameOf(title, ref.sha256, 'flac'), { ...ref, title, author, findings }, note);
  }

  /** A part of a recording as a new one. @throws XiaolabaError `recording-unknown`, and as `addRecording` */
  async trim(name: string, part: Part, by: Omit<NewMedia, 'path' | 'title'> & { title?: string }): Promise<HeldMedia> {
    const held = await this.get('audio', name);
    const path = this.deps.blobs.path(held.sha256);
    return await this.addRecording({ ...by, path, title: by.title ?? held.title }, part);
  }

  /** Keeps a film as it came, and makes what screens play of it. @throws XiaolabaError as `Library.renderVideo`; `name-malformed` */
  async addVideo({ path, title: given, author, note }: NewMedia): Promise<HeldMedia> {
    const { library, blobs } = this.deps;
    const title = titleFrom(given);
    const findings = await videoFindings(library, path);
    // What screens play of it is remembered by its bytes: this finds it again.
    const ref = await blobs.putFile(path);
    return await this.#put(
      'video',
      fileNameOf(title, ref.sha256, await filmExtension(path)),
      { ...ref, title, author, findings },
      note,
    );
  }

  /** @throws XiaolabaError `recording-unknown`, `film-unknown`, `media-in-use` */
  remove(kind: MediaKind, name: string, note: Note): Promise<void> {
    return this.#turns.run(async () => {
      const held = await this.get(kind, name);
      const uses = [...new Set(held.uses.map(({ campaign, title }) => `${title.zh}（${campaign}）`))];
      if (uses.length > 0) throw callerError('media-in-use', 'a campaign names it', { name, uses });
      const { store, shelf } = this.deps;
      await store.transaction().execute(async (transaction) => {
        for (const table of ['media', 'recordings'] as const)
          await transaction.deleteFrom(table).where('kind', '=', kind).where('name', '=', name).execute();
        await note(transaction, held);
      });
      await shelf.bringUp();
    });
  }

  /** Waits for what is being looked at; nothing new is begun. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#looking.values());
    await this.#turns.settled();
  }

  #put(
    kind: MediaKind,
    name: string,
    { title, author, findings, ...ref }: BlobRef & { title: string; author: string; findings: Findings },
    note: Note,
  ): Promise<HeldMedia> {
    return this.#turns.run(async () => {
      const { store, shelf, now } = this.deps;
      const { sha256, bytes } = ref;
      await store.transaction().execute(async (transaction) => {
        // The same sound under the same name is the same file, whoever sends it again.
        await transaction
          .insertInto('media')
          .values({ kind, name, sha256, bytes })
          .onConflict((conflict) => conflict.columns(['kind', 'name']).doUpdateSet({ sha256, bytes }))
          .execute();
        const row = { sha256, title, author, at: now(), body: JSON.stringify(findings) };
        await transaction
          .insertInto('recordings')
          .values({ kind, name, ...row })
          .onConflict((conflict) => conflict.columns(['kind', 'name']).doUpdateSet(row))
          .execute();
        await note(transaction, { name, ...ref });
      });
      await shelf.bringUp();
      return await this.get(kind, name);
    });
  }

  #held(media: MediaTable, row: RecordingTable | undefined, uses: readonly MediaUse[]): HeldMedia {
    const { name, sha256, bytes } = media;
    const findings = row?.sha256 === sha256 ? findingsIn(row.body) : undefined;
    return {
      name,
      sha256,
      bytes,
      title: row?.title ?? titleOfFile(name),
      ...(row?.author == null ? {} : { author: row.author, at: row.at }),
      uses,
      ...(findings ? { findings } : {}),
    };
  }

  async #uses(kind: MediaKind): Promise<Map<string, MediaUse[]>> {
    const found = new Map<string, MediaUse[]>();
    const add = (name: string | undefined, use: MediaUse): void => {
      if (name !== undefined) found.set(name, [...(found.get(name) ?? []), use]);
    };
    for (const { id, state, campaign } of await this.deps.drafts.list()) {
      if (state === 'withdrawn') continue;
      for (const item of campaign.items) {
        const use = { campaign: id, title: campaign.title, item: item.id };
        if (kind === 'video') add(item.video, use);
        else for (const { recording, dialect } of item.audio) add(recording, { ...use, dialect });
      }
    }
    return found;
  }

  /** Finds out about a file that came with imported content; nobody waits for it. */
  #look(kind: MediaKind, { name, sha256, title }: HeldMedia): void {
    const key = `${kind}/${name}/${sha256}`;
    if (this.#closing || this.#looking.has(key)) return;
    const { store, blobs, library, log, now } = this.deps;
    const work = async (): Promise<void> => {
      const path = blobs.path(sha256);
      const findings = await (kind === 'audio' ? recordingFindings : videoFindings)(library, path).catch(
        refusedFindings,
      );
      const body = JSON.stringify(findings);
      await store
        .insertInto('recordings')
        .values({ kind, name, sha256, title, author: null, at: now(), body })
        .onConflict((conflict) => conflict.columns(['kind', 'name']).doUpdateSet({ sha256, body }))
        .execute();
    };
    const looking = work()
      .catch((error: unknown) => {
        const code = error instanceof XiaolabaError ? error.code : undefined;
        log.warn({ kind, name, code, error }, 'a recording could not be looked at');
      })
      .finally(() => this.#looking.delete(key));
    this.#looking.set(key, looking);
  }
}

/** Of this version of the pipeline; what an older one found out is found out anew. */
function findingsIn(body: string | null): Findings | undefined {
  if (body === null) return undefined;
  const found = findingsSchema.safeParse(JSON.parse(body));
  return found.success && found.data.version === findingsVersion ? found.data : undefined;
}
