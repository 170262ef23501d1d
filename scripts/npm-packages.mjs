import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const packagesOf = (path) => JSON.parse(readFileSync(path, 'utf8')).packages;

/**
 * Whether `node_modules` holds what `package-lock.json` asks for, whoever installed it: npm writes down what it laid
 * out once all of it is there. Packages for other platforms may be absent.
 */
export function npmPackagesStand(root) {
  const laidOut = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(laidOut)) return false;
  try {
    const present = packagesOf(laidOut);
    return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(([path, wanted]) => {
      if (!path.includes('node_modules/')) return true;
      const found = present[path];
      if (found === undefined) return wanted.optional === true || wanted.devOptional === true;
      return found.version === wanted.version && found.integrity === wanted.integrity;
    });
  } catch {
    // Half-written: npm was stopped in the middle.
    return false;
  }
}
