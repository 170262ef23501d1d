import type { CampaignDocument } from './document.js';

/** What one person has written and not saved, on this machine. */
export interface Kept {
  readonly mine: CampaignDocument;
  /** What it was made from; absent for a campaign that was never saved. */
  readonly base?: CampaignDocument;
  readonly version?: number;
  readonly at: number;
}

const prefix = 'xiaolaba.draft.';

/** Unsaved work outlasts the page, the browser and the session; each account finds only its own. */
export const keptWork = (storage: Storage, account: string) => {
  const keyOf = (id: string): string => `${prefix}${account}.${id}`;
  return {
    read: (id: string): Kept | undefined => {
      try {
        const kept = JSON.parse(storage.getItem(keyOf(id)) ?? 'null') as Kept | null;
        return kept?.mine ? kept : undefined;
      } catch {
        return undefined;
      }
    },
    /** @returns whether there was room for it */
    write: (id: string, kept: Kept): boolean => {
      try {
        storage.setItem(keyOf(id), JSON.stringify(kept));
        return true;
      } catch {
        return false;
      }
    },
    forget: (id: string): void => storage.removeItem(keyOf(id)),
    /** Campaigns that were begun here and never saved, the latest first. */
    begun: (): { readonly id: string; readonly kept: Kept }[] => {
      const own = `${prefix}${account}.`;
      return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '')
        .filter((key) => key.startsWith(own))
        .flatMap((key) => {
          const id = key.slice(own.length);
          try {
            const kept = JSON.parse(storage.getItem(key) ?? 'null') as Kept | null;
            return kept?.mine && kept.version === undefined ? [{ id, kept }] : [];
          } catch {
            return [];
          }
        })
        .sort((a, b) => b.kept.at - a.kept.at);
    },
  };
};
export type KeptWork = ReturnType<typeof keptWork>;
