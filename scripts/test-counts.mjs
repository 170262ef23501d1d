/** Counts of a run from the JSON report of vitest and the exit status; a run without a readable report has failed. */
export function countTests(text, status) {
  let counts;
  try {
    counts = JSON.parse(text);
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const { numPassedTests: passed, numFailedTests: failed, numFailedTestSuites: suites } = counts;
  const skipped = counts.numPendingTests + (counts.numTodoTests ?? 0);
  // A file that could not even be loaded has no failing test of its own; nor has an error outside every test.
  if (failed === 0 && (suites > 0 || status !== 0)) return { passed, failed: Math.max(1, suites), skipped };
  return { passed, failed, skipped };
}
