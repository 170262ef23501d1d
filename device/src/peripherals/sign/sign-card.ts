import type { Finding } from '../driver.js';

/** A text as a card takes it. */
export interface Picture {
  /** As it is to be seen, which may differ from what was asked for in characters that the card would obey. */
  readonly text: string;
}

/**
 * What differs from card to card; the keeper calls one at a time. All but `picture` reject with XiaolabaError
 * (world) `sign-silent`, `sign-refused` or `sign-wrong-module`.
 */
export interface SignCard<Shown extends Picture> {
  /** @throws XiaolabaError (caller) where the card can't show it */
  picture(text: string): Shown;
  /** After it was plugged in, switched on or silent: nothing that it was told before counts. */
  greet(): Promise<void>;
  show(picture: Shown): Promise<void>;
  clear(): Promise<void>;
  /** Whether it is there, and shows it still; without a picture only whether it is there. */
  confirm(picture: Shown | undefined): Promise<boolean>;
  /** How often to ask that, in milliseconds. */
  confirmEveryMs(picture: Shown): number;
  /** What changes with the hour: called every now and then. */
  attend(): Promise<void>;
  findings(shown: Shown | undefined): Promise<readonly Finding[]>;
}
