import type { Beat, DownTopic, Hello, Profile, Progress, ReadBatch, RecordBatch, Status } from '@xiaolaba/protocol';

/** A batch whose envelope the device signed. */
export interface SeenBatch {
  readonly batch: RecordBatch;
  readonly read: ReadBatch;
  /** `same`: sent again word for word; `broken`: not what the lines before it promise. */
  readonly chain: 'holds' | 'same' | 'broken';
}

export interface SeenBlobRequest {
  readonly sha256: string;
  /** First byte that was asked for; 0 without a range. */
  readonly from: number;
  readonly range: string | undefined;
  /** HTTP status of the answer; over MQTT the one that HTTP would have given. */
  readonly status: number;
  readonly over: 'http' | 'mqtt';
}

/** Something that was turned away, by a code of the protocol or of the broker's rules, and what it was about. */
export interface SeenRefusal {
  readonly code: string;
  readonly about: string;
}

/** What a harness saw, or sent (`down`). */
export type HarnessEvent = { readonly device: string; readonly at: number } & (
  | { readonly kind: 'enrolled'; readonly body: { readonly profile: Profile; readonly place: string } }
  | { readonly kind: 'connect' | 'disconnect'; readonly body: null }
  | { readonly kind: 'hello'; readonly body: Hello }
  | { readonly kind: 'beat'; readonly body: Beat }
  | { readonly kind: 'progress'; readonly body: Progress }
  | { readonly kind: 'status'; readonly body: Status }
  | { readonly kind: 'records'; readonly body: SeenBatch }
  | { readonly kind: 'blob'; readonly body: SeenBlobRequest }
  | { readonly kind: 'refused'; readonly body: SeenRefusal }
  | { readonly kind: 'down'; readonly body: { readonly topic: DownTopic; readonly bytes: number } }
);

export type HarnessEventKind = HarnessEvent['kind'];
export type HarnessEventOf<Kind extends HarnessEventKind> = Extract<HarnessEvent, { readonly kind: Kind }>;
