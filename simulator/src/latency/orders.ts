import type { Profile } from '@xiaolaba/protocol';

/** A device that is to be enrolled, with the code that a technician would type in. */
export interface Claimed {
  readonly device: string;
  readonly code: string;
  readonly profile: Profile;
  readonly place: string;
  readonly sign?: { readonly columns: number; readonly rows: number; readonly charset: 'gb2312' | 'gbk' | 'unicode' };
}

export interface Addresses {
  readonly http: string;
  readonly mqtt: string;
}

/** What of an alert devices are watched for. */
export interface Watched {
  /** Files of which one is played. */
  readonly files: readonly string[];
  readonly text?: string;
}

/** When a device came to each stage, by the machine's clock, milliseconds; absent where it did not. */
export interface Marks {
  readonly device: string;
  readonly profile: Profile;
  readonly received?: number;
  /** The last file that it had to fetch; absent where it held all of them. */
  readonly fetched?: number;
  readonly active?: number;
  readonly sounded?: number;
  readonly shown?: number;
}

export type GatewayOrders = {
  start(settings: { readonly dataDirectory: string; readonly settings: unknown }): Promise<{
    readonly url: string;
    readonly mqttPort: number;
    readonly token: string;
  }>;
  /** Processor time that it has used, milliseconds. */
  cpuMs(): number;
  /** Resolves when nothing waits in it. */
  settled(): Promise<void>;
};

export type DevicesOrders = {
  start(order: {
    readonly devices: readonly Claimed[];
    readonly approver: string;
    readonly addresses: Addresses;
  }): Promise<void>;
  /** Of the devices those that hold all of what they are assigned, in force. */
  holding(): number;
  /** From now on marks are made for this. */
  watch(watched: Watched): void;
  marks(): Marks[];
  cpuMs(): number;
  /** Errors that nobody caught. */
  errors(): string[];
};
