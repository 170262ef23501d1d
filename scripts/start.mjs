// `npm start`: sets up, then starts the gateway and the simulated demo district.
import { prepare } from './setup.mjs';

await prepare();
const { main } = await import('../cli/dist/main.js');
process.exitCode = await main(['demo', ...process.argv.slice(2)]);
