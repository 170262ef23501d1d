export { PageServer } from '../page/page-server.js';
export { FfmpegSound } from './ffmpeg-sound.js';
export { FileStorage } from './file-storage.js';
export { readFont } from './font.js';
export { GatewayNetwork } from './gateway-network.js';
export { openLine } from './lines.js';
export { serialPorts } from './serial-ports.js';
export { SystemClock, sleepOn } from './system-clock.js';
