import { keptIn } from '../../shell/use-kept.js';
import type { CampaignDocument } from './document.js';

/** What one person has written and not saved, on this machine. */
export interface Kept {
  readonly mine: CampaignDocument;
  /** What it was made from; absent for a campaign that was never saved. */
  readonly base?: CampaignDocument;
  readonly version?: number;
  readonly at: number;
}

/** Unsaved work outlasts the page, the browser and the session; each account finds only its own. */
export const keptWork = (storage: Storage, account: string) => {
  const own = keptIn(storage, `xiaolaba.draft.${account}.`);
  const read = (id: string): Kept | undefined => {
    const kept = own.read(id) as Kept | undefined;
    return kept?.mine ? kept : undefined;
  };
  return {
    read,
    /** @returns whether there was room for it */
    write: (id: string, kept: Kept): boolean => own.write(id, kept),
    forget: own.forget,
    /** Campaigns that were begun here and never saved, the latest first. */
    begun: (): { readonly id: string; readonly kept: Kept }[] =>
      own
        .names()
        .flatMap((id) => {
          const kept = read(id);
          return kept && kept.version === undefined ? [{ id, kept }] : [];
        })
        .sort((a, b) => b.kept.at - a.kept.at),
  };
};
export type KeptWork = ReturnType<typeof keptWork>;
