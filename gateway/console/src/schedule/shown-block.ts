import type { Look } from './campaign-look.js';
import type { Block } from './week-blocks.js';

/** A block with what there is to see of it. */
export interface ShownBlock extends Block {
  readonly title: string;
  readonly detail: string;
  /** All of it in words. */
  readonly label: string;
  readonly look: Look;
  readonly output: 'audio' | 'text';
  readonly editable: boolean;
  readonly open: boolean;
}
