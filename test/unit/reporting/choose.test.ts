/** Which items a deep link shows, whatever stands in it. */
import { describe, expect, it } from 'vitest';
// @ts-expect-error: a script of pages, which has its types in comments and a configuration of its own
import { chooseItems } from '../../../activities/reporting/client/choose.js';
// @ts-expect-error: the same
import { everything, readHash, writeHash } from '../../../activities/reporting/client/view.js';
import type { ScoredItem } from '../../../domain/evaluation/scored.ts';
import { explorerOf } from '../../../domain/pages/explorer.ts';

const item = (id: string, attributes: Record<string, string>): ScoredItem => {
  const reading = { letter: 'A', predicted: 'nevus', correct: true, score: 1 };
  return {
    ...{ id, caseId: id, group: id, source: 's', attributes, output: id, expected: 'nevus' },
    ...{ strict: reading, lenient: reading, unreadable: null, conditionCorrect: null },
  };
};
const items = [
  item('a&b=c', { site: 'arm', 'site:side': 'left: upper' }),
  item('<b>', { site: 'side:left: upper' }),
  item('é 🙂 %zz#?', {}),
];
const source = { key: 'k', label: 'm', kind: 'model', reader: 'strict', profile: 'p', samples: 1, items } as const;
const { data } = explorerOf([{ ...source, summary: {} as never }], new Map());
const shown = (view: object): string[] => chooseItems(data, { ...everything, ...view }).map((i: number) => data.ids[i]);

describe('a view', () => {
  it.each(items.map(({ id }) => id))('is the same out of its address: %s', (id) => {
    const view = { ...everything, item: id, q: id, attribute: 'site:side:left: upper' };
    expect(readHash(writeHash(view))).toEqual(view);
    expect(shown({ q: id })).toEqual([id]);
  });

  it('is of an attribute whose name or value holds a colon', () => {
    expect(shown({ attribute: 'site:arm' })).toEqual(['a&b=c']);
    expect(shown({ attribute: 'site:side:left: upper' })).toEqual(['<b>']);
    expect(shown({ attribute: 'site:side:left' })).toEqual([]);
    expect(shown({ attribute: 'nothing' })).toEqual([]);
  });

  it.each(['__proto__', 'constructor', '-toString', 'nothing'])(
    'by an order that there is not, %s, is in that of the data',
    (sort) => expect(shown({ sort })).toEqual(items.map(({ id }) => id)),
  );

  it('of a name that is unknown shows nothing', () => {
    for (const view of [{ set: 'x' }, { class: 'x' }, { given: 'x' }, { form: 'x' }, { group: 'x' }, { verdict: 'x' }])
      expect(shown(view)).toEqual([]);
  });
});
