import type { Comparison } from '@xiaolaba/protocol/command-line';
import type { ProtocolName } from '../peripherals/codecs.js';

export interface CodecResult {
  readonly protocol: ProtocolName;
  /** A library that reads the same protocol, or `copy`: copying the same bytes and doing nothing with them. */
  readonly peer: 'copy' | 'gps';
  /** Frames a second. */
  readonly decode: Comparison;
  /** Frames a second, always against `copy`. */
  readonly encode: Comparison;
}

export interface DeviceResult {
  /** Milliseconds of processor time an hour; the peer is a bare MQTT client that is connected. */
  readonly idleCpu: Comparison;
  /** Bytes resident; against the same. */
  readonly idleRss: Comparison;
  /** Milliseconds of processor time an hour, with the decoder; the peer is ffmpeg alone, playing the same file. */
  readonly playingCpu: Comparison;
  /** Bytes resident of the device alone, while it plays; the peer is the bare MQTT client. */
  readonly playingRss: Comparison;
  /** Milliseconds from the start of the process to the first sound, with something held that is due; against ffmpeg. */
  readonly coldStart: Comparison;
}

export interface DayUse {
  /** From 1. */
  readonly day: number;
  /** The most in the course of the day, bytes. */
  readonly rss: number;
  /** After a full collection at its end, bytes. */
  readonly heap: number;
  /** So far. */
  readonly plays: number;
}

export interface MonthResult {
  readonly days: readonly DayUse[];
  /** Plays that the gateway has a record of in the end. */
  readonly reported: number;
  /** Bytes resident on the worst day, against a bare MQTT client. */
  readonly rss: Comparison;
  /** Bytes of heap at the end, against its own on the day it had settled. */
  readonly heap: Comparison;
}

export interface MeasureReport {
  readonly machine: {
    readonly cores: number;
    readonly cpu: string;
    readonly memoryBytes: number;
    readonly node: string;
    readonly platform: string;
  };
  /** Measured for each side of a comparison, over all rounds. */
  readonly seconds: number;
  readonly rounds: number;
  readonly codecs?: readonly CodecResult[];
  readonly device?: DeviceResult;
  readonly month?: MonthResult;
  /** Parts that could not be measured here, by the code of what is missing. */
  readonly skipped: readonly { readonly section: string; readonly code: string }[];
}
