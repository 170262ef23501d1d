import { errorText, type Profile } from '@xiaolaba/protocol';
import type { HarnessEvent } from '../harness/harness-events.js';
import { HarnessGateway } from '../harness/harness-gateway.js';
import { RequestLane } from '../peripherals/network.js';
import type { CheckId } from './check-ids.js';
import type { Check } from './checks/check.js';
import { checks } from './checks/index.js';
import type { StoppableClock } from './clocks.js';
import type { Defect } from './defect.js';
import { SimulatedEndpoint, type Subject } from './endpoint.js';
import { evidenceOf } from './evidence.js';
import { Examiner, type ExaminerPorts } from './examiner.js';
import { CheckFailed, type CheckResult, CheckSkipped } from './verdict.js';

export interface ConformanceReport {
  readonly device: string;
  readonly profile: Profile;
  readonly simulated: boolean;
  readonly defect: string | null;
  /** By the clock of the bench. */
  readonly startedAt: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly checks: readonly CheckResult[];
}

/** A device of this profile belongs here while it is being examined. */
export const placeOf = (profile: Profile): string => {
  if (profile === 'bus-screen') return 'route/conformance';
  return profile === 'bike-lock' ? 'fleet/conformance' : 'site/conformance';
};

export interface RunOptions {
  /** Checks to run; all where it is empty. */
  readonly only: readonly CheckId[];
  readonly signal: AbortSignal;
  readonly onResult?: (result: CheckResult) => void;
}

const wanted = (only: readonly CheckId[]): readonly Check[] =>
  only.length === 0 ? checks : checks.filter(({ id }) => only.includes(id));

export interface SimulatedOptions extends RunOptions {
  readonly profile: Profile;
  readonly clock: StoppableClock;
  readonly defect?: Defect;
}

/** Endpoints that start at once: more would only be in each other's way. */
const mostSettingUp = 4;

/** Every check on an endpoint of its own, all at once: none can be in another's way, and the longest tells how long. */
export async function runSimulated(options: SimulatedOptions): Promise<ConformanceReport> {
  const { profile, clock, defect, signal, onResult } = options;
  const startedAt = clock.now();
  const harness = await HarnessGateway.start({ host: '127.0.0.1', httpPort: 0, mqttPort: 0, now: () => clock.now() });
  const place = placeOf(profile);
  const settingUp = new RequestLane(mostSettingUp);
  try {
    const results = await Promise.all(
      wanted(options.only).map(async (check, index) => {
        const device = `cf-${profile}-${String(index + 1).padStart(2, '0')}`;
        const endpoint = new SimulatedEndpoint({
          harness,
          clock,
          device,
          profile,
          place,
          ...(defect ? { defect } : {}),
        });
        const ports = { harness, clock, subject: endpoint, stamp: 'sim', signal };
        const setUp = (): Promise<void> =>
          settingUp.run(async () => {
            await endpoint.enrol(harness.claim(device, profile, place));
            await endpoint.powerOn();
          });
        const result = await examine(check, ports, [], setUp);
        endpoint.powerOff();
        const { thrown } = endpoint.activity;
        const judged = result.result === 'pass' && thrown.length > 0 ? threw(result, thrown[0]?.error) : result;
        onResult?.(judged);
        return judged;
      }),
    );
    return reportOf({ device: `cf-${profile}`, profile }, true, defect, startedAt, results);
  } finally {
    await harness.stop();
  }
}

export interface RealOptions extends RunOptions {
  readonly harness: HarnessGateway;
  readonly clock: ExaminerPorts['clock'];
  readonly subject: Subject;
  /** All that has passed from the start of the harness on. */
  readonly history: readonly HarnessEvent[];
}

/** One check after the other on the one device there is, each leaving it as it was found. */
export async function runReal(options: RealOptions): Promise<ConformanceReport> {
  const { harness, clock, subject, history, signal, onResult } = options;
  const startedAt = clock.now();
  const stamp = startedAt.toString(36).slice(-6);
  const results: CheckResult[] = [];
  for (const check of wanted(options.only)) {
    const ports = { harness, clock, subject, stamp, signal };
    const result = await examine(check, ports, [...history]);
    results.push(result);
    onResult?.(result);
  }
  return reportOf(subject, subject.simulated !== undefined, undefined, startedAt, results);
}

async function examine(
  check: Check,
  ports: ExaminerPorts,
  history: readonly HarnessEvent[],
  setUp?: () => Promise<void>,
): Promise<CheckResult> {
  const { clock, subject, signal } = ports;
  const from = clock.now();
  const examiner = new Examiner(check.id, ports, history);
  const told = (outcome: Pick<CheckResult, 'result' | 'code' | 'details'>): CheckResult => ({
    id: check.id,
    ...outcome,
    evidence: evidenceOf(examiner.events, from, clock.now()),
    durationMs: clock.now() - from,
  });
  try {
    const why = signal.aborted ? 'aborted' : check.skip?.(subject);
    if (why) return told({ result: 'skipped', code: why, details: {} });
    await setUp?.();
    await examiner.untilConnected();
    const details = await check.run(examiner);
    return told({ result: 'pass', code: null, details });
  } catch (error) {
    if (signal.aborted) return told({ result: 'skipped', code: 'aborted', details: {} });
    if (error instanceof CheckSkipped) return told({ result: 'skipped', code: error.code, details: {} });
    if (error instanceof CheckFailed) return told({ result: 'fail', code: error.code, details: error.details });
    return told({ result: 'fail', code: 'bench-failed', details: { error: errorText(error) } });
  } finally {
    // One that was made for this check goes with it.
    if (!signal.aborted && !setUp) await examiner.tidy().catch(() => {});
    examiner.close();
  }
}

const threw = (result: CheckResult, error: unknown): CheckResult => ({
  ...result,
  result: 'fail',
  code: 'threw',
  details: { error: errorText(error) },
});

function reportOf(
  { device, profile }: Pick<Subject, 'device' | 'profile'>,
  simulated: boolean,
  defect: Defect | undefined,
  startedAt: number,
  results: readonly CheckResult[],
): ConformanceReport {
  const count = (result: CheckResult['result']): number => results.filter((one) => one.result === result).length;
  return {
    device,
    profile,
    simulated,
    defect: defect?.name ?? null,
    startedAt,
    passed: count('pass'),
    failed: count('fail'),
    skipped: count('skipped'),
    checks: results,
  };
}
