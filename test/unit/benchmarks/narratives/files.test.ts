import { describe, expect, it } from 'vitest';
import { drawAnchors, driftOf } from '../../../../domain/benchmarks/narratives/anchors.ts';
import { parseHumanScores, peopleOf } from '../../../../domain/benchmarks/narratives/people.ts';
import { publishedNarratives, whyNotComparable } from '../../../../domain/benchmarks/narratives/published.ts';
import { isRelease, parseRelease, releaseItem } from '../../../../domain/benchmarks/narratives/release.ts';
import { ownBenchmark, parseOwnItems } from '../../../../domain/benchmarks/own-items.ts';
import { evaluationProfile } from '../../../../domain/prompts/prompts.ts';
import { testImage } from '../../../support/cases.ts';
import { narrativeItems } from '../../../support/judging.ts';

/** As the release has it. */
const row = {
  ...{ id: 'dermbench_0001', source: 'DermNet test set', split: 'test', category: 'Acne and Rosacea Photos' },
  ...{ diagnosis: 'Rosacea', dermnet_image_path: 'Acne and Rosacea Photos/07Rosacea.jpg' },
  ...{ cot: 'data/cot/Acne and Rosacea Photos/07Rosacea.jpg.txt', cot_sha256: 'b'.repeat(64) },
};
const line = (more: object = {}): string => JSON.stringify({ ...row, ...more });

describe('the release’s manifest', () => {
  it('is told from a file of items', () => {
    expect(isRelease(`${line()}\n${line({ id: '2' })}`)).toBe(true);
    expect(isRelease(`\ufeff${line()}`)).toBe(true);
    expect(isRelease(JSON.stringify({ id: '1', image: 'a.png', question: 'cot_sha256?', answer: 'x' }))).toBe(false);
  });

  it('makes items that ask for a narrative and carry the certified one', () => {
    const [parsed] = parseRelease(`${line()}\n\n`, 'm.jsonl');
    if (!parsed) throw new RangeError('no row');
    const own = releaseItem(parsed, 'Certified.');
    expect(parseOwnItems(JSON.stringify(own), 'f')).toEqual([own]);
    const images = new Map([[row.dermnet_image_path, testImage]]);
    const [item] = ownBenchmark('dermbench', [own], images).items({}, evaluationProfile('paper'));
    expect(item).toMatchObject({
      ...{ id: 'dermbench_0001', kind: 'open', reference: 'Certified.', diagnosis: 'Rosacea' },
      attributes: { category: 'Acne and Rosacea Photos' },
    });
    expect(item?.prompt).toContain('The answer is xxx');
  });

  it.each([
    [line({ cot_sha256: 'no digest' }), /^m: row 1: cot_sha256: expected a lower-case SHA-256/],
    [line({ diagnosis: undefined }), /^m: row 1: diagnosis/],
    [`${line()}\n${line()}`, /^m: row 2: id "dermbench_0001" stands in row 1 already/],
    [`${line()}\n{`, /^m: row 2: is not JSON \(.*\); write one object per line$/],
    [`${line()}\n[]`, /^m: row 2: the line: /],
  ])('that is wrong is refused by row and field: %s', (text, message) => {
    expect(() => parseRelease(text, 'm')).toThrow(message);
  });
});

it('a certified text stands beside open questions alone', () => {
  const item = { id: '1', image: 'a', question: 'q', answer: 'b', options: ['a', 'b'], reference: 'text' };
  expect(() => parseOwnItems(JSON.stringify(item), 'f')).toThrow('f: row 1: reference: is for open questions');
});

describe('scores of people', () => {
  const human = (id: string, reviewer: string, scores: object): string => JSON.stringify({ id, reviewer, scores });

  it('are the mean over those who scored a dimension', () => {
    const text = [human('1', 'A', { accuracy: 4, safety: 5 }), human('1', 'B', { accuracy: 3, safety: null })].join(
      '\n',
    );
    const people = peopleOf(parseHumanScores(text, 'f'));
    expect(people.get('1')).toMatchObject({ accuracy: 3.5, safety: 5, clinical_coverage: null });
  });

  it.each([
    [human('1', 'A', { accuracy: 6 }), /^f: row 1: scores\.accuracy/],
    [human('1', 'A', { accurracy: 4 }), /^f: row 1: scores: .*accurracy/],
    [`${human('1', 'A', {})}\n${human('1', 'A', {})}`, /^f: row 2: A scored "1" in row 1 already/],
    ['{', /^f: row 1: is not JSON/],
    ['', /^f: holds no scores/],
  ])('that are wrong are refused by row and field: %s', (text, message) => {
    expect(() => parseHumanScores(text, 'f')).toThrow(message);
  });
});

describe('anchors', () => {
  const images = new Map(narrativeItems(30).map(({ image }) => [image, testImage]));
  const items = ownBenchmark('m', narrativeItems(30), images).items({}, evaluationProfile('paper'));

  it('are the certified texts and those of other diseases, the same for every model', () => {
    const anchors = drawAnchors(items, 10);
    expect(drawAnchors(items.toReversed(), 10)).toEqual(anchors);
    expect(anchors.filter(({ kind }) => kind === 'certified')).toHaveLength(10);
    for (const { kind, item, narrative } of anchors) {
      const writer = items.find(({ reference }) => reference === narrative);
      if (kind === 'certified') expect(writer).toBe(item);
      else expect(writer?.diagnosis).not.toBe(item.diagnosis);
    }
  });

  it('are none where no text is certified, and have no other disease where there is one alone', () => {
    expect(
      drawAnchors(
        items.map(({ reference: _, ...item }) => item),
        10,
      ),
    ).toEqual([]);
    const alone = items.filter(({ diagnosis }) => diagnosis === 'acne');
    expect(new Set(drawAnchors(alone, 10).map(({ kind }) => kind))).toEqual(new Set(['certified']));
  });

  it('show a judge that became kinder, harder, or less sure of the difference, and no other', () => {
    const scores = (certified: number, mismatched: number): Record<string, number> =>
      Object.fromEntries(
        Array.from({ length: 20 }, (_, i) => [
          [`certified/${i}`, certified + (i % 3) / 10],
          [`mismatched/${i}`, mismatched + (i % 2) / 10],
        ]).flat(),
      );
    const before = scores(4.5, 0.5);
    expect(driftOf(before, before)).toBeNull();
    expect(driftOf(before, {})).toBeNull();
    expect(driftOf(before, scores(4.5, 1))).toMatchObject({ kind: 'mismatched', difference: expect.closeTo(0.5, 9) });
    expect(driftOf(before, scores(4, 0.5))).toMatchObject({ kind: 'certified', difference: expect.closeTo(-0.5, 9) });
    // Two of twenty that differ are chance.
    expect(driftOf(before, { ...before, 'certified/0': 4, 'mismatched/1': 1 })).toBeNull();
  });
});

it('the published number is never said to be comparable', () => {
  const pin = {
    model: 'm',
    served: null,
    prompt: 'p',
    shows: 'reference',
    temperature: 0,
    repeats: 1,
    maxTokens: 1,
    line: 1,
  } as const;
  const scores = { judge: { name: 'deepseek-reasoner', pin } };
  expect(publishedNarratives.value).toBe(4.031);
  const own = whyNotComparable('mine@x-1', 10, scores);
  expect(own.join('; ')).toContain('not those of DermBench');
  const all = whyNotComparable('dermbench@x-1', 4000, scores);
  expect(all.join('; ')).toContain('all of the release');
  expect(all.length).toBeGreaterThan(0);
});
