import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { durationOf, secondsOf } from './cadence.js';
import {
  type CampaignDocument,
  canonical,
  copyOf,
  finished,
  freeId,
  fromTemplate,
  move,
  newDocument,
  removeItem,
  rhythmOf,
  setRhythm,
  setTurns,
} from './document.js';
import { keptWork } from './kept.js';
import { differences, takeOver, theirChanges } from './merge.js';

const folder = new URL('../../../../../playlists/campaigns/', import.meta.url);
const files = readdirSync(fileURLToPath(folder)).filter((name) => name.endsWith('.yaml'));
const read = (name: string): CampaignDocument => parse(readFileSync(new URL(name, folder), 'utf8')) as CampaignDocument;

describe('a document in the form', () => {
  it.each(files)('comes out of it as it went in: %s', (name) => {
    const document = read(name);
    expect(JSON.stringify(finished(document))).toBe(JSON.stringify(document));
    for (const cue of document.cues) {
      const again = copyOf(cue);
      setRhythm(again, rhythmOf(cue));
      expect(canonical(again.every ?? again.on ?? true)).toBe(canonical(cue.every ?? cue.on ?? true));
    }
  });

  it('keeps what no field shows', () => {
    const strange = { ...read('villages.yaml'), colour: { of: ['sign'] } };
    (strange.items[0] as unknown as Record<string, unknown>).mood = 'calm';
    expect(JSON.stringify(finished(strange))).toBe(JSON.stringify(strange));
  });

  it('leaves out what was emptied, and takes the Chinese name where there is no English one', () => {
    const document = newDocument('campaign-1', '2026-11-22', '2026-12-21');
    document.title.zh = '年末提醒';
    document.audience.kinds = [];
    const done = finished(document);
    expect(done.title).toEqual({ zh: '年末提醒', en: '年末提醒' });
    expect(done.audience).toEqual({ profiles: ['loudspeaker', 'booth-sign'] });
    expect(done.items[0]).toEqual({ id: 'item-1', title: { zh: '', en: '' }, audio: [{ dialect: 'cmn' }] });
    expect(document.items[0]?.text).toBe('');
  });

  it('starts from a template with words for signs and for voices', () => {
    const template = { title: { zh: '刷单返利', en: 'Brushing' }, advice: '先垫钱的一律不做。' };
    const { items, cues } = fromTemplate(template, 'order-brushing-1', '2026-11-22', '2026-12-21');
    expect(items[0]?.text).toBe('{police_station}提醒您：先垫钱的一律不做。');
    expect(items[0]?.audio).toEqual([{ dialect: 'cmn', text: items[0]?.text }]);
    expect(cues.map(({ output }) => output)).toEqual(['audio', 'text']);
  });

  it('takes an item out of everything that plays it, and moves entries', () => {
    const document = read('holiday.yaml');
    removeItem(document, 'family');
    expect(document.items.map(({ id }) => id)).toEqual(['tickets']);
    expect(document.cues[0]?.items).toEqual(['tickets']);
    const [cue] = document.cues;
    if (!cue) throw new Error('no cue');
    setTurns(cue, 'weights', 'tickets', 3);
    setTurns(cue, 'repeats', 'tickets', 2);
    cue.jingle = { item: 'tickets', every: 2 };
    expect([cue.weights, cue.repeats]).toEqual([{ tickets: 3 }, { tickets: 2 }]);
    setTurns(cue, 'repeats', 'tickets', 1);
    expect(cue.repeats).toBeUndefined();
    removeItem(document, 'tickets');
    expect([cue.items, cue.weights, cue.jingle]).toEqual([[], undefined, undefined]);
    const list = ['a', 'b', 'c'];
    move(list, 0, 2);
    expect(list).toEqual(['b', 'c', 'a']);
  });

  it('finds ids that are free and fit', () => {
    expect(freeId('notice', ['notice-1', 'notice-2'])).toBe('notice-3');
    expect(freeId('x'.repeat(40), [])).toHaveLength(38);
  });

  it('changes how a cue is timed without leaving the old way behind', () => {
    const [cue] = read('villages.yaml').cues;
    if (!cue) throw new Error('no cue');
    setRhythm(cue, 'unlock');
    expect(cue).toMatchObject({ on: 'unlock', cooldown: '60s' });
    expect(cue.every).toBeUndefined();
    setRhythm(cue, 'once');
    expect([cue.once, cue.on, cue.cooldown]).toEqual([true, undefined, undefined]);
  });

  it('reads durations', () => {
    expect(durationOf('10m')).toEqual({ n: 10, unit: 'm' });
    expect(durationOf('soon')).toEqual({ n: 0, unit: 'm' });
    expect(secondsOf('1h')).toBe(3600);
  });
});

describe('two editors', () => {
  const base = (): CampaignDocument => read('holiday.yaml');
  const changed = (change: (document: CampaignDocument) => void): CampaignDocument => {
    const document = base();
    change(document);
    return document;
  };
  const item = (document: CampaignDocument, id: string) => {
    const found = document.items.find((one) => one.id === id);
    if (!found) throw new Error(`no item ${id}`);
    return found;
  };
  const cue = (document: CampaignDocument) => {
    const [found] = document.cues;
    if (!found) throw new Error('no cue');
    return found;
  };

  it('are told apart by field, entry and dialect', () => {
    const theirs = changed((document) => {
      document.title.zh = '节日';
      document.audience.kinds = ['square'];
      const [, yue] = item(document, 'family').audio ?? [];
      if (yue) yue.text = '改过';
      setRhythm(cue(document), 'once');
      document.items.push({ id: 'new', title: { zh: '新', en: 'New' }, text: '新' });
    });
    expect(differences(base(), theirs).map(({ path }) => path.join('.'))).toEqual([
      'title.zh',
      'audience.kinds',
      'items.family.audio.yue',
      'items.new',
      'cues.day.#rhythm',
    ]);
    expect(differences(base(), base())).toEqual([]);
  });

  it('see only what the other changed, and where both did', () => {
    const mine = changed((document) => {
      document.title.zh = '我的标题';
      document.valid.to = '2026-12-31';
    });
    const theirs = changed((document) => {
      document.title.zh = '他的标题';
      document.title.en = 'Theirs';
      document.valid.to = '2026-12-31';
    });
    const changes = theirChanges(base(), mine, theirs);
    expect(changes.map(({ path, clash }) => [path.join('.'), clash])).toEqual([
      ['title.zh', true],
      ['title.en', false],
    ]);
    const merged = takeOver(
      mine,
      changes.filter(({ clash }) => !clash),
    );
    expect(merged.title).toEqual({ zh: '我的标题', en: 'Theirs' });
    expect(takeOver(mine, changes).title).toEqual(theirs.title);
    expect(mine.title.en).not.toBe('Theirs');
  });

  it('come together when one adds, takes out and reorders', () => {
    const mine = changed((document) => {
      item(document, 'tickets').title.zh = '我的票';
      document.items.push({ id: 'mine', title: { zh: '我', en: 'Mine' }, text: '我' });
    });
    const theirs = changed((document) => {
      document.items.reverse();
      document.items.push({ id: 'theirs', title: { zh: '他', en: 'Theirs' }, text: '他' });
      cue(document).priority = 60;
    });
    const merged = takeOver(mine, theirChanges(base(), mine, theirs));
    expect(merged.items.map(({ id }) => id)).toEqual(['tickets', 'mine', 'family', 'theirs']);
    expect(item(merged, 'tickets').title.zh).toBe('我的票');
    expect(cue(merged).priority).toBe(60);
  });

  it('choose between gone and changed', () => {
    const mine = changed((document) => removeItem(document, 'family'));
    const theirs = changed((document) => {
      item(document, 'family').title.zh = '他改的';
      item(document, 'family').title.en = 'Changed';
    });
    const changes = theirChanges(base(), mine, theirs);
    expect(changes.map(({ path, clash }) => [path.join('.'), clash])).toEqual([['items.family', true]]);
    expect(item(takeOver(mine, changes), 'family').title.zh).toBe('他改的');
    const gone = theirChanges(base(), theirs, mine);
    expect(gone.find(({ path }) => path.join('.') === 'items.family')).toMatchObject({ clash: true });
    expect(takeOver(theirs, gone).items.map(({ id }) => id)).toEqual(['tickets']);
  });

  it('keep one way of timing a cue', () => {
    const mine = changed((document) => {
      cue(document).every = '15m';
    });
    const theirs = changed((document) => setRhythm(cue(document), 'once'));
    const changes = theirChanges(base(), mine, theirs);
    expect(changes.map(({ path, clash }) => [path.join('.'), clash])).toEqual([['cues.day.#rhythm', true]]);
    const merged = cue(takeOver(mine, changes));
    expect([merged.every, merged.once]).toEqual([undefined, true]);
  });
});

describe('work on this machine', () => {
  const storage = (): Storage => {
    const held = new Map<string, string>();
    return {
      get length() {
        return held.size;
      },
      key: (index: number) => [...held.keys()][index] ?? null,
      getItem: (key: string) => held.get(key) ?? null,
      setItem: (key: string, value: string) => {
        if (value.length > 5000) throw new DOMException('full', 'QuotaExceededError');
        held.set(key, value);
      },
      removeItem: (key: string) => void held.delete(key),
      clear: () => held.clear(),
    };
  };
  const document = newDocument('campaign-1', '2026-11-22', '2026-12-21');

  it('is found again by who wrote it, and by nobody else', () => {
    const shared = storage();
    const chen = keptWork(shared, 'chen');
    expect(chen.write('campaign-1', { mine: document, at: 1 })).toBe(true);
    chen.write('squares', { mine: document, base: document, version: 3, at: 2 });
    expect(chen.read('campaign-1')?.mine).toEqual(document);
    expect(chen.begun().map(({ id }) => id)).toEqual(['campaign-1']);
    expect(keptWork(shared, 'li').read('campaign-1')).toBeUndefined();
    chen.forget('campaign-1');
    expect(chen.read('campaign-1')).toBeUndefined();
  });

  it('says where there is no room, and is not put off by what it can not read', () => {
    const shared = storage();
    const kept = keptWork(shared, 'chen');
    const long = copyOf(document);
    long.title.zh = '长'.repeat(6000);
    expect(kept.write('campaign-1', { mine: long, at: 1 })).toBe(false);
    shared.setItem('xiaolaba.draft.chen.odd', '{');
    expect(kept.read('odd')).toBeUndefined();
    expect(kept.begun()).toEqual([]);
  });
});
