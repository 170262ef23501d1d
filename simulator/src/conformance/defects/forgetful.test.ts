import { describe, it } from 'vitest';
import { expectFound } from './find-defect.js';
import { forgetful } from './forgetful.js';

// Each run is nearly all waiting; more of them at once would only wait for the machine.
describe('forgetful devices', { concurrent: true, timeout: 150_000 }, () => {
  it.for(forgetful)('$name is found by $foundBy alone', (defect) => expectFound(defect));
});
