import { join } from 'node:path';
import { ContentService } from '../campaigns/content-service.js';
import { Campaigns } from '../campaigns/index.js';
import type { DataDirectory } from '../data-directory.js';
import { Drafts } from '../desk/drafts.js';
import { MediaShelf, Recordings } from '../recordings/index.js';
import { Rollouts } from '../rollouts/index.js';
import { approverKeys, type GatewaySettings } from '../settings.js';
import { KeyLists } from '../trust/index.js';
import type { Ground } from './ground.js';

/** What is written, approved and published here. */
export interface Desk {
  readonly keyLists: KeyLists;
  readonly rollouts: Rollouts;
  readonly campaigns: Campaigns;
  readonly content: ContentService;
  readonly drafts: Drafts;
  readonly recordings: Recordings;
}

export async function openDesk(ground: Ground, settings: GatewaySettings, data: DataDirectory): Promise<Desk> {
  const { now, log, store, blobs, library, registry, live } = ground;
  const keyLists = await KeyLists.open({ store, approvers: approverKeys(settings), now, log });
  const rollouts = await Rollouts.open({
    store,
    policy: settings.rollout,
    model: () => content.model(),
    devices: () => registry.all(),
    online: (device) => live.get(device).online,
    now,
  });
  const trusted = () => keyLists.trusted();
  const campaigns = await Campaigns.open({ store, blobs, library, trusted, rollouts, now, log });
  const shelf = new MediaShelf({ store, blobs, directory: join(data.root, 'media') });
  const content = await ContentService.open({ store, blobs, registry, campaigns, shelf, log });
  const drafts = new Drafts({ store, content, campaigns, now });
  const recordings = new Recordings({ store, blobs, library, shelf, drafts, now, log });
  return { keyLists, rollouts, campaigns, content, drafts, recordings };
}
