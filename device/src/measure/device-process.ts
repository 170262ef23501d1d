/** The real `xiaolaba device`, ended by the process that started it. */
import { deviceCommand } from '../commands/device.js';

const [config = ''] = process.argv.slice(2);
const ending = new AbortController();
process.once('disconnect', () => ending.abort());
process.on('SIGINT', () => {});
process.exitCode = await deviceCommand.run(['--config', config], {
  stdout: () => process.connected && process.send?.('running'),
  stderr: (text) => process.stderr.write(text),
  language: 'en',
  signal: ending.signal,
});
process.exit();
