/** The peer: a bare MQTT client, connected. With `--expose-gc` it tells its heap after a full collection. */
import { connect } from 'mqtt';

const [url = ''] = process.argv.slice(2);
const client = connect(url, { clientId: `peer-${process.pid}`, protocolVersion: 4, keepalive: 60 });
client.once('connect', () => process.send?.('running'));
process.once('disconnect', () => process.exit());
process.on('SIGINT', () => {});
