import type { PlaceState, SlotView } from '@xiaolaba/gateway/contract';

/** Fill of each state, the same everywhere; hatch and halves repeat what the colour says. */
export const stateFill: Record<PlaceState, string> = {
  heard: 'var(--heard)',
  claimed: 'url(#hatch-claimed)',
  partly: 'url(#half-partly)',
  missed: 'var(--missed)',
  contradicted: 'var(--contradicted)',
  pending: 'var(--pending)',
  none: 'none',
};

export const stateEdge: Record<PlaceState, string> = {
  heard: 'var(--heard)',
  claimed: 'var(--claimed-ink)',
  partly: 'var(--partly)',
  missed: 'var(--missed)',
  contradicted: 'var(--contradicted)',
  pending: 'var(--pending)',
  none: 'var(--none)',
};

/** A small sign drawn over the fill where somebody has to look: a cross, or two lines that disagree. */
export const stateSign: Partial<Record<PlaceState, string>> = {
  missed: 'M-2.2-2.2L2.2 2.2M2.2-2.2L-2.2 2.2',
  contradicted: 'M-2.6-1.2H2.6M-2.6 1.4H2.6M1.4-2.8L-1.4 3',
};

/** The colour that one slot has earned. */
export const slotState = (slot: Pick<SlotView, 'status' | 'evidence'>): PlaceState => {
  if (slot.evidence === 'contradicted') return 'contradicted';
  switch (slot.status) {
    case 'verified':
      return slot.evidence === 'heard' ? 'heard' : 'claimed';
    case 'partly':
      return 'partly';
    case 'missed':
      return 'missed';
    case 'pending':
      return 'pending';
  }
};
