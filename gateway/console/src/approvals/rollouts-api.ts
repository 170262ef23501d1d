import type { RolloutView } from '@xiaolaba/gateway/contract';
import { get, send } from '../api/client.js';

export type RolloutStep = 'advance' | 'pause' | 'resume' | 'finish' | 'roll-back';

export const rolloutsApi = {
  all: () => get<RolloutView[]>('/api/rollouts'),
  act: (release: string, step: RolloutStep) => send<RolloutView>('POST', `/api/rollouts/${release}/${step}`),
};
