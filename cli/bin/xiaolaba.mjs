#!/usr/bin/env node
// In a checkout, sets up and builds what is missing or has changed; an installed package is built already.
import { existsSync } from 'node:fs';

const setup = new URL('../../scripts/setup.mjs', import.meta.url);
if (existsSync(setup)) {
  const { prepare } = await import(setup.href);
  await prepare();
}
// A reader that has seen enough, such as `head`, closes the pipe: no reason to complain.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
const { main } = await import('../dist/main.js');
process.exitCode = await main(process.argv.slice(2));
