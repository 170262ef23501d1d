/**
 * What is in flight: work that somebody has begun and that real time, not the world's, will end.
 * Each device has its own count, so that a stall names its device; a device whose plug is pulled is forgotten.
 */
export class Flights {
  readonly #owners = new Set<Flight>();
  #count = 0;
  #watchers: (() => void)[] = [];

  get count(): number {
    return this.#count;
  }

  /** @param touched called whenever the owner has begun, ended or suspended something */
  open(owner: string, touched: () => void = () => {}): Flight {
    const flight = new Flight(owner, touched, (difference) => {
      this.#count += difference;
      if (difference < 0) this.notify();
    });
    this.#owners.add(flight);
    return flight;
  }

  close(flight: Flight): void {
    flight.end();
    this.#owners.delete(flight);
  }

  /** Wakes those who wait for something to change. */
  notify(): void {
    const watchers = this.#watchers;
    if (watchers.length === 0) return;
    this.#watchers = [];
    for (const watcher of watchers) watcher();
  }

  /** Resolves when something has landed. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#watchers.push(resolve));
  }

  /** Who is in flight with what, for a diagnosis. */
  describe(most = 8): string[] {
    const lines: string[] = [];
    for (const flight of this.#owners) {
      if (flight.inFlight > 0 && lines.length < most) lines.push(flight.describe());
    }
    return lines;
  }
}

/** One device's work between power-on and power-off. */
export class Flight {
  readonly #runs = new Map<string, number>();
  #running = 0;
  #waiting = 0;
  #counted = 0;
  #ended = false;

  constructor(
    readonly owner: string,
    private readonly touched: () => void,
    private readonly report: (difference: number) => void,
  ) {}

  get inFlight(): number {
    return this.#counted;
  }

  begin(name: string): () => void {
    this.#running++;
    this.#runs.set(name, (this.#runs.get(name) ?? 0) + 1);
    this.#update();
    return () => {
      this.#running--;
      this.#runs.set(name, (this.#runs.get(name) ?? 1) - 1);
      this.#update();
    };
  }

  /** Waiting for the world's time is not being in flight. */
  wait(): () => void {
    let over = false;
    this.#waiting++;
    this.#update();
    return () => {
      if (over) return;
      over = true;
      this.#waiting--;
      this.#update();
    };
  }

  end(): void {
    this.#ended = true;
    this.report(-this.#counted);
    this.#counted = 0;
  }

  describe(): string {
    const names = [...this.#runs].filter(([, count]) => count > 0).map(([name, count]) => `${name}×${count}`);
    return `${this.owner}: ${names.join(', ')} (waiting: ${this.#waiting})`;
  }

  #update(): void {
    if (this.#ended) return;
    this.touched();
    // A task that waits in two branches at once still counts once.
    const inFlight = Math.max(0, this.#running - this.#waiting);
    const difference = inFlight - this.#counted;
    this.#counted = inFlight;
    if (difference !== 0) this.report(difference);
  }
}
