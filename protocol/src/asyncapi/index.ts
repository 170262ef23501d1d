/** The wire as an AsyncAPI 3.0 document, from the schemas and topics that the code itself uses. */
import { chunkOverheadBytes, maxChunkBytes } from '../chunk.js';
import { type DownTopic, downTopics, qosOf, retainedTopics, topicOf, type UpTopic, upTopics } from '../topics.js';
import { jsonSchemas } from './schemas.js';
import { topicTexts } from './topic-texts.js';

type Json = Record<string, unknown>;

const to = (...path: string[]): { $ref: string } => ({ $ref: `#/${path.join('/')}` });
const bindingVersion = '0.2.0';
const will = '{"state":"offline","boot":"<boot>"}';

const server = (protocol: string, more: Json): Json => ({
  host: '{host}',
  protocol,
  protocolVersion: '3.1.1',
  variables: { host: { description: 'The gateway as the device was told when it was set up, with its port.' } },
  security: [to('components', 'securitySchemes', 'device')],
  bindings: {
    mqtt: {
      cleanSession: true,
      lastWill: { topic: 'xlb/1/{device}/status', qos: 1, message: will, retain: true },
      keepAlive: 60,
      bindingVersion,
    },
  },
  ...more,
});

function messageOf(name: UpTopic | DownTopic): Json {
  const { summary, when, carries } = topicTexts[name];
  const common = { name, summary };
  switch (carries.kind) {
    case 'json':
      return {
        ...common,
        description: when,
        contentType: 'application/json',
        payload: to('components', 'schemas', carries.schema),
      };
    case 'signed': {
      const type = { type: 'object', properties: { type: { const: carries.type } } };
      return {
        ...common,
        description: `${when} Signed by ${carries.by}.`,
        contentType: 'application/json',
        payload: { allOf: [to('components', 'schemas', 'envelope'), type] },
        'x-signed-payload': to('components', 'schemas', carries.schema),
      };
    }
    case 'bytes':
      return {
        ...common,
        description: `${when}\n\n${carries.text}`,
        contentType: 'application/octet-stream',
        payload: {
          type: 'string',
          format: 'binary',
          minLength: chunkOverheadBytes,
          maxLength: chunkOverheadBytes + maxChunkBytes,
        },
      };
  }
}

const topics = [...upTopics, ...downTopics];
const byTopic = (value: (name: UpTopic | DownTopic) => Json): Json =>
  Object.fromEntries(topics.map((name) => [name, value(name)]));
const isUp = (name: string): boolean => (upTopics as readonly string[]).includes(name);

/** An AsyncAPI 3.0 document whose application is the device: it sends up topics and receives down topics. */
export const asyncApiDocument = (): Json => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Xiaolaba wire protocol',
    version: '1',
    description:
      'What an endpoint says to a gateway over MQTT and hears from it. The application described is the device. What it has to do and to refuse is in the README beside this file, as are enrolment and files over HTTP; `vectors/` has test cases. Written by `xiaolaba asyncapi`.',
    license: { name: 'Apache-2.0' },
  },
  defaultContentType: 'application/json',
  servers: {
    mqtt: server('mqtt', { description: 'MQTT 3.1.1 over TCP.' }),
    mqtts: server('secure-mqtt', { description: 'MQTT 3.1.1 over TLS 1.2 or newer.' }),
    ws: server('ws', { pathname: '/mqtt', description: 'MQTT 3.1.1 over WebSocket, sub-protocol `mqtt`.' }),
  },
  channels: byTopic((name) => ({
    address: topicOf('{device}', name),
    title: name,
    summary: topicTexts[name].summary,
    parameters: { device: to('components', 'parameters', 'device') },
    messages: { [name]: to('components', 'messages', name) },
  })),
  operations: byTopic((name) => ({
    action: isUp(name) ? 'send' : 'receive',
    channel: to('channels', name),
    summary: topicTexts[name].summary,
    description: topicTexts[name].when,
    messages: [to('channels', name, 'messages', name)],
    bindings: { mqtt: { qos: qosOf(name), retain: retainedTopics.has(name), bindingVersion } },
  })),
  components: {
    securitySchemes: {
      device: {
        type: 'userPassword',
        description: 'Client id and user name are the device id, the password is its secret from enrolment.',
      },
    },
    parameters: { device: { description: 'Device id: `[a-z0-9][a-z0-9-]{1,39}`. Always the own one.' } },
    messages: byTopic(messageOf),
    schemas: jsonSchemas(),
  },
});
