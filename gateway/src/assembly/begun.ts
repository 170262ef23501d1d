type Undo = () => Promise<void> | void;

/** What has been begun, and how each of it ends. */
export class Begun {
  readonly #undos: Undo[] = [];

  endsBy(undo: Undo): void {
    this.#undos.push(undo);
  }

  /** Undoes what has been begun, the last first; all of it, whatever goes wrong on the way. */
  async end(): Promise<void> {
    const errors: unknown[] = [];
    for (const undo of this.#undos.splice(0).reverse()) {
      try {
        await undo();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
