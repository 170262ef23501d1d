import type { Defect } from '../defect.js';
import { forgetful } from './forgetful.js';
import { trusting } from './trusting.js';

export const defects: ReadonlyMap<string, Defect> = new Map(
  [...trusting, ...forgetful].map((defect) => [defect.name, defect]),
);
