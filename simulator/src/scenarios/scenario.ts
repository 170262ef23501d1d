import type { PlannedSlot, Profile, Span } from '@xiaolaba/protocol';
import type { Fault } from '../faults/faults.js';

/** What a scenario may know to choose its faults. */
export interface Scene {
  readonly seed: number;
  /** The judged part of the day. */
  readonly span: Span;
  /** When the releases go out, which is before it. */
  readonly publishedAt: number;
  readonly devices: readonly { readonly id: string; readonly profile: Profile; readonly place: string }[];
  readonly routes: readonly string[];
  /** Devices that something of an earlier day is still wrong with. */
  readonly faulty: ReadonlySet<string>;
  /** What a device is to play by the clock within the span. */
  expected(device: string): readonly PlannedSlot[];
  /** Files that a device needs for its releases. */
  files(device: string): readonly string[];
}

export type Scenario = (scene: Scene) => Fault[];
