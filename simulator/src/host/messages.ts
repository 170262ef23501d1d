/** What a steered gateway and the world tell each other over the channel between their processes. */
export interface StartOrder {
  readonly kind: 'start';
  readonly at: number;
  readonly settings: unknown;
  readonly dataDirectory: string;
  /** Where the built console lies; found beside the gateway where it is not given. */
  readonly consoleDirectory?: string;
}

export type Order =
  | StartOrder
  /** The world's time is now this: what is due by it happens. */
  | { readonly kind: 'advance'; readonly to: number }
  /** Answer when that much has been taken in, and nothing waits. */
  | {
      readonly kind: 'settle';
      readonly handled: number;
      /** Connections that are open on the other side. */
      readonly connections: number;
    }
  | { readonly kind: 'stop' };

export type Request = Order & { readonly id: number };

/** Where the gateway stands after an order. */
export interface Standing {
  readonly handled: number;
  readonly pushed: number;
  /** When its own next timer is due. */
  readonly next: number | undefined;
}

export interface Started extends Standing {
  readonly url: string;
  readonly mqttPort: number;
  readonly token: string;
  /** One-time link that makes the first administrator, where there was no account when it started. */
  readonly firstLogin?: string;
}

export type Answer =
  | { readonly id: number; readonly ok: true; readonly standing: Standing | Started }
  | { readonly id: number; readonly ok: false; readonly code: string; readonly message: string };
