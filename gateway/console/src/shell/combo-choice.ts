/** Something that is chosen by typing its name. */
export interface ComboChoice {
  readonly key: string;
  readonly name: string;
  /** What it is found by, in lower case. */
  readonly words: string;
}
