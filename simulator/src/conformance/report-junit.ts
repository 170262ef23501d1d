import junit, { type Builder } from 'junit-report-builder';
import { checkText, codeIn } from './catalogue.js';
import type { ConformanceReport } from './run.js';

/** JUnit XML, for whatever shows test results. */
export function junitOf({ device, profile, startedAt, checks }: ConformanceReport): string {
  // What the module exports is the builder itself; its types tell of an ES module that it isn't.
  const builder = (junit as unknown as Builder).newBuilder();
  const suite = builder.testSuite().name(`xiaolaba conformance ${profile} ${device}`).timestamp(new Date(startedAt));
  for (const { id, result, code, details, durationMs } of checks) {
    const test = suite
      .testCase()
      .className(`conformance.${profile}`)
      .name(id)
      .time(durationMs / 1000);
    const { title, proves } = checkText.en[id];
    test.standardOutput(`${checkText.zh[id].title} / ${title}: ${proves}\n${JSON.stringify(details)}`);
    const why = code ? `${code}: ${codeIn('zh', code)} / ${codeIn('en', code)}` : '';
    if (result === 'fail') test.failure(`${why} ${JSON.stringify(details)}`, code ?? 'fail');
    if (result === 'skipped') test.skipped();
  }
  return builder.build();
}
