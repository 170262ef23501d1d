import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { downTopics, parseTopic, topicOf, upTopics } from './topics.js';

describe('topics', () => {
  it('parses what it writes', () => {
    for (const name of upTopics)
      expect(parseTopic(topicOf('bus-01', name))).toEqual({ device: 'bus-01', direction: 'up', name });
    for (const name of downTopics)
      expect(parseTopic(topicOf('bus-01', name))).toEqual({ device: 'bus-01', direction: 'down', name });
  });
  it.each([
    '',
    'xlb',
    'xlb/1',
    'xlb/2/bus-01/beat',
    'xlb/1/+/beat',
    'xlb/1/bus-01/#',
    'xlb/1/bus-01/beat/',
    '/xlb/1/bus-01/beat',
    'xlb/1/Bus/beat',
    '$SYS/1/bus-01/beat',
    'xlb/1/bus-01/toString',
  ])('knows no %j', (topic) => {
    expect(parseTopic(topic)).toBeUndefined();
  });
  it('takes any text', () => fc.assert(fc.property(fc.string(), (topic) => void parseTopic(topic))));
});
