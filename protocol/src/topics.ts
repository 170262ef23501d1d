import { idPattern } from './ids.js';

/** Version segment of every topic; a breaking wire change raises it. */
export const topicRoot = 'xlb/1';

export const upTopics = ['hello', 'beat', 'records', 'progress', 'status', 'want'] as const;
export type UpTopic = (typeof upTopics)[number];

export const downTopics = ['assignment', 'ack', 'command', 'stop', 'key-list', 'chunk'] as const;
export type DownTopic = (typeof downTopics)[number];

/** Topics whose last message the broker keeps for who comes later. */
export const retainedTopics: ReadonlySet<string> = new Set(['status', 'assignment', 'stop']);

/** A beat that is lost is followed by another; nothing else may be lost. */
export const qosOf = (name: UpTopic | DownTopic): 0 | 1 => (name === 'beat' ? 0 : 1);

/** `xlb/1/<device>/<name>` */
export const topicOf = (device: string, name: UpTopic | DownTopic): string => `${topicRoot}/${device}/${name}`;

export interface ParsedTopic {
  readonly device: string;
  readonly direction: 'up' | 'down';
  readonly name: UpTopic | DownTopic;
}

/** The device and name in a topic, or `undefined` where it is none of ours (wildcards included). */
export function parseTopic(topic: string): ParsedTopic | undefined {
  const [root, version, device, name, ...rest] = topic.split('/');
  if (`${root}/${version}` !== topicRoot || rest.length > 0 || !device || !name || !idPattern.test(device)) return;
  if ((upTopics as readonly string[]).includes(name)) return { device, direction: 'up', name: name as UpTopic };
  if ((downTopics as readonly string[]).includes(name)) return { device, direction: 'down', name: name as DownTopic };
}
