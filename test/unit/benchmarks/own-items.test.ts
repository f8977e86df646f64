import { describe, expect, it } from 'vitest';
import { ownBenchmark, parseOwnItems } from '../../../domain/benchmarks/own-items.ts';
import { evaluationProfile } from '../../../domain/prompts/prompts.ts';
import { testImage } from '../../support/cases.ts';

const line = (more: object): string =>
  JSON.stringify({
    id: '1',
    image: 'a.png',
    question: 'What is it?',
    options: ['wart', 'nevus'],
    answer: 'nevus',
    ...more,
  });
const images = new Map([['a.png', testImage]]);
const paper = evaluationProfile('paper');

describe('items of one’s own', () => {
  it('are asked in the profile’s words, and scored', () => {
    const benchmark = ownBenchmark(
      'mine',
      parseOwnItems(`\ufeff${line({})}\n\n${line({ id: '2', group: 'p', source: 's' })}`, 'f'),
      images,
    );
    const [first, second, ...others] = benchmark.items({}, paper);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ id: '1', group: '1', source: 'mine', answer: 'B', image: testImage });
    expect(first?.prompt).toContain('answer: What is it?\nA: wart B: nevus\n');
    expect(second).toMatchObject({ group: 'p', source: 's' });
    if (!first) throw new RangeError('no item');
    const scored = benchmark.score(first, '<thinking>x</thinking><final diagnosis>B: nevus</final diagnosis>');
    expect(scored.strict).toMatchObject({ letter: 'B', predicted: 'nevus', correct: true });
    expect(benchmark.summarise([scored]).columns.map(({ name }) => name)).toEqual(['mine']);
  });

  it('may be open, and have a prompt of their own', () => {
    const open = ownBenchmark(
      'open',
      parseOwnItems(line({ options: undefined, answer: 'melanocytic nevus' }), 'f'),
      images,
    );
    const [item] = open.items({}, paper);
    expect(item).toMatchObject({ kind: 'open', prompt: 'What is it?', answer: null });
    if (!item) throw new RangeError('no item');
    expect(open.score(item, 'The diagnosis is a mole.').strict.correct).toBe(true);
    expect(open.score(item, 'The diagnosis is melanoma.').strict.correct).toBe(false);
    const [own] = ownBenchmark('x', parseOwnItems(line({ prompt: 'Just {options}', system: 's' }), 'f'), images).items(
      {},
      paper,
    );
    expect(own).toMatchObject({ prompt: 'Just {options}', system: 's' });
  });

  it.each([
    ['{', /^f: row 1: is not JSON/],
    [
      line({ id: 'h\udce4.jpg' }),
      /^f: row 1: is not JSON \(SyntaxError: "h\\udce4\.jpg" has half of a character; write it in UTF-8\)/,
    ],
    [`${line({ image: undefined })}\n{`, /^f: row 1: image/],
    [line({ answer: 'melanoma' }), /^f: row 1: answer: is not one of the options/],
    [line({ options: ['nevus', 'nevus'] }), /^f: row 1: options: two options are the same/],
    [line({ image: undefined }), /^f: row 1: image/],
    [line({ colour: 'blue' }), /^f: row 1: .*colour/],
    [`${line({})}\n${line({})}`, /^f: row 2: id "1" stands in row 1 already/],
    ['\n', /^f: holds no item/],
  ])('%s is refused by file, row and field', (text, message) => {
    expect(() => parseOwnItems(text, 'f')).toThrow(message);
  });

  it('whose picture is missing are refused', () => {
    expect(() => ownBenchmark('m', parseOwnItems(line({}), 'f'), new Map()).items({}, paper)).toThrow(
      'a.png was not stored',
    );
  });
});
