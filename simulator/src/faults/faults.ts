import type { WorldTime } from '../time/world-time.js';
import type { TwinDevice } from '../twin-device.js';
import type { BusLine } from '../world/buses.js';

/** What can go wrong in the world; all instants are the world's. */
export type Fault =
  /** The plug is pulled; without an end it stays so. `torn`: in the middle of a write. */
  | {
      readonly kind: 'power-cut';
      readonly device: string;
      readonly from: number;
      readonly to?: number;
      readonly torn: boolean;
    }
  | { readonly kind: 'link-down'; readonly device: string; readonly from: number; readonly to: number }
  /** A bit rots in files of these contents; the first that is there, of those given. */
  | { readonly kind: 'corrupt'; readonly device: string; readonly at: number; readonly contents: readonly string[] }
  | {
      readonly kind: 'clock-jump';
      readonly device: string;
      readonly from: number;
      readonly to: number;
      readonly byMs: number;
    }
  /** The end stage does not come up any more the next time that it is switched on. */
  | { readonly kind: 'amplifier-dead'; readonly device: string; readonly from: number; readonly to?: number }
  /** The controller hangs at the next order it gets, and the sign goes dark. */
  | { readonly kind: 'sign-dead'; readonly device: string; readonly from: number; readonly to?: number }
  | { readonly kind: 'override'; readonly device: string; readonly from: number; readonly to: number }
  /** The owner turned it down or set hours of quiet, before it was switched on. */
  | {
      readonly kind: 'owner-quiet';
      readonly device: string;
      readonly quiet: { readonly from: string; readonly to: string };
    }
  | { readonly kind: 'owner-mute'; readonly device: string }
  /** A bus stays in the depot. */
  | {
      readonly kind: 'out-of-service';
      readonly device: string;
      readonly route: string;
      readonly from: number;
      readonly to: number;
    };

export interface FaultTargets {
  readonly time: WorldTime;
  readonly device: (id: string) => TwinDevice;
  readonly line: (route: string) => BusLine;
}

/** Lets faults that lasted be mended at an instant. */
export function scheduleRepairs(faults: readonly Fault[], at: number, targets: FaultTargets): void {
  for (const fault of faults) targets.time.at(at, 'fault', effectsOf(fault, targets.device(fault.device), targets).end);
}

/** The owner sets the device at the place itself: what is set holds from its next boot, which comes at once. */
function owned(twin: TwinDevice, limits: Parameters<TwinDevice['setLimits']>[0]): void {
  twin.setLimits(limits);
  if (twin.powered) twin.reboot();
}

/**
 * Puts faults on the world's calendar. They strike between instants, while nothing is in flight.
 * @throws RangeError where one is to end before it begins: it would never end
 */
export function scheduleFaults(faults: readonly Fault[], targets: FaultTargets): void {
  const { time } = targets;
  for (const fault of faults) {
    const twin = targets.device(fault.device);
    const begins = 'from' in fault ? fault.from : 'at' in fault ? fault.at : time.now();
    const ends = 'to' in fault ? fault.to : undefined;
    if (ends !== undefined && ends <= begins)
      throw new RangeError(`${fault.kind} of ${fault.device} ends before it begins`);
    const { begin, end } = effectsOf(fault, twin, targets);
    time.at(begins, 'fault', begin);
    if (ends !== undefined) time.at(ends, 'fault', end);
  }
}

interface Effects {
  readonly begin: () => void;
  readonly end: () => void;
}

function effectsOf(fault: Fault, twin: TwinDevice, { time, line }: FaultTargets): Effects {
  switch (fault.kind) {
    case 'power-cut':
      return { begin: () => twin.powerOff(fault.torn), end: () => twin.powerOn() };
    case 'link-down':
      return { begin: () => twin.linkDown(), end: () => twin.linkUp() };
    case 'corrupt':
      return { begin: () => void fault.contents.find((sha256) => twin.flash.corrupt(sha256)), end: () => {} };
    case 'clock-jump':
      return {
        begin: () => {
          twin.wall.jump(fault.byMs);
          twin.facts.clockWrong.begin(time.now());
        },
        end: () => {
          twin.wall.correct();
          twin.facts.clockWrong.end(time.now());
        },
      };
    case 'amplifier-dead':
      return { begin: () => twin.acoustics.setAlive(false), end: () => twin.acoustics.setAlive(true) };
    case 'sign-dead':
      return { begin: () => twin.sign?.setAnswers(false), end: () => twin.sign?.setAnswers(true) };
    case 'override':
      return {
        begin: () => {
          twin.acoustics.setOverridden(true);
          twin.override.set(true);
        },
        end: () => {
          twin.acoustics.setOverridden(false);
          twin.override.set(false);
        },
      };
    case 'owner-quiet':
      return { begin: () => owned(twin, { quietHours: fault.quiet }), end: () => owned(twin, {}) };
    case 'owner-mute':
      return { begin: () => owned(twin, { volumeCap: 0 }), end: () => owned(twin, {}) };
    case 'out-of-service':
      return {
        begin: () => line(fault.route).setInService(fault.device, false),
        end: () => line(fault.route).setInService(fault.device, true),
      };
  }
}
