import type { BrokerLimits } from './limits.js';

interface Closable {
  destroy(): unknown;
}

/** One open connection, as the caps count it. */
export interface Ticket {
  readonly address: string;
  /** The whole CONNECT has arrived: the clock for it stops. */
  connectReceived(): void;
  loggedIn(): void;
  release(): void;
}

/**
 * The name under which an address is counted: IPv4 in any spelling as itself, IPv6 by its /64, because one line
 * has a whole /64 to choose from.
 */
export function addressKey(address: string): string {
  if (address.startsWith('::ffff:') && address.includes('.')) return address.slice(7);
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.split('%')[0]?.split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = address.includes('::') ? Math.max(0, 8 - left.length - right.length) : 0;
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** Counts open connections and closes those that send no CONNECT in time. */
export class Admission {
  #open = 0;
  #pending = 0;
  readonly #byAddress = new Map<string, number>();
  /** Connections without a CONNECT, oldest first: all have the same deadline. */
  readonly #waiting = new Map<Ticket, { readonly since: number; readonly closable: Closable }>();

  constructor(
    private readonly limits: BrokerLimits,
    private readonly monotonic: () => number,
    private readonly refused: (code: string, address: string) => void,
  ) {}

  get pending(): number {
    return this.#pending;
  }

  /** `undefined` where a cap is reached; the caller then closes the connection. */
  admit(remoteAddress: string, closable: Closable): Ticket | undefined {
    const address = addressKey(remoteAddress);
    const here = this.#byAddress.get(address) ?? 0;
    const code =
      this.#open >= this.limits.connections
        ? 'too-many-connections'
        : here >= this.limits.connectionsPerAddress
          ? 'too-many-connections-per-address'
          : this.#pending >= this.limits.pending
            ? 'too-many-pending'
            : undefined;
    if (code !== undefined) {
      this.refused(code, address);
      return;
    }
    this.#open++;
    this.#pending++;
    this.#byAddress.set(address, here + 1);
    return this.#ticket(address, closable);
  }

  #ticket(address: string, closable: Closable): Ticket {
    let pending = true;
    let open = true;
    const settle = () => {
      if (pending) this.#pending--;
      pending = false;
    };
    const ticket: Ticket = {
      address,
      connectReceived: () => void this.#waiting.delete(ticket),
      loggedIn: settle,
      release: () => {
        if (!open) return;
        open = false;
        settle();
        this.#waiting.delete(ticket);
        this.#open--;
        const left = (this.#byAddress.get(address) ?? 1) - 1;
        if (left > 0) this.#byAddress.set(address, left);
        else this.#byAddress.delete(address);
      },
    };
    this.#waiting.set(ticket, { since: this.monotonic(), closable });
    return ticket;
  }

  sweep(): void {
    const now = this.monotonic();
    for (const [ticket, { since, closable }] of this.#waiting) {
      if (now - since < this.limits.connectMs) break;
      this.#waiting.delete(ticket);
      this.refused('connect-timeout', ticket.address);
      closable.destroy();
    }
  }
}
