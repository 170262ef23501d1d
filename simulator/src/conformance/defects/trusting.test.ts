import { describe, it } from 'vitest';
import { expectFound } from './find-defect.js';
import { trusting } from './trusting.js';

// Each run is nearly all waiting; more of them at once would only wait for the machine.
describe('trusting devices', { concurrent: true, timeout: 150_000 }, () => {
  it.for(trusting)('$name is found by $foundBy alone', (defect) => expectFound(defect));
});
