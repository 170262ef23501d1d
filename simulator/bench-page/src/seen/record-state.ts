import type { SeenRecord } from '@xiaolaba/simulator/bench-contract';

export type RecordState = 'heard' | 'claimed' | 'contradicted' | 'partly' | 'missed';

/** The one colour that a record has earned; what is no play has none. */
export const recordState = (
  record: Pick<SeenRecord, 'kind' | 'result' | 'evidence' | 'playedMs'>,
): RecordState | undefined => {
  if (record.kind !== 'play') return undefined;
  if (record.evidence === 'contradicted') return 'contradicted';
  if (record.result === 'refused' || record.playedMs === 0) return 'missed';
  if (record.result === 'cut') return 'partly';
  return record.evidence === 'heard' ? 'heard' : 'claimed';
};
