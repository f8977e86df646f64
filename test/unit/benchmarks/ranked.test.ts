import { describe, expect, it } from 'vitest';
import { rankedDifferential } from '../../../domain/benchmarks/catalogue/ranked-differential.ts';
import { rankedEntries } from '../../../domain/benchmarks/scoring/ranked/entries.ts';
import { evaluationProfile } from '../../../domain/prompts/prompts.ts';
import { makeCase } from '../../support/cases.ts';

const [item] = rankedDifferential.items(
  { cases: [makeCase('c1', 'basal cell carcinoma')] },
  evaluationProfile('paper'),
);
if (!item) throw new RangeError('no item');
const scored = (output: string) => rankedDifferential.score(item, output);
const list = (...names: string[]): string => names.map((name, i) => `${i + 1}. ${name}`).join('\n');

describe('a ranked list', () => {
  it.each([
    ['numbers', '1. Psoriasis\n2. Eczema\n3. Tinea'],
    ['brackets', '1) Psoriasis\n2) Eczema\n3) Tinea'],
    ['bold, reasons and probabilities', '1. **Psoriasis** (70%) - scales\n2. **Eczema**: itch\n3. **Tinea** (likely)'],
    ['bullets', 'Differential:\n- Psoriasis\n- Eczema\n- Tinea'],
    ['ranks', 'Top 1: Psoriasis\nTop 2: Eczema\nTop 3: Tinea'],
    ['reasons between', '1. Psoriasis\nSilvery scales.\n2. Eczema\nItch.\n3. Tinea\nRing.'],
    ['findings in a list before', '1. scales\n2. erythema\n\nDifferential:\n1. Psoriasis\n2. Eczema\n3. Tinea'],
    ['JSON', 'So: ["Psoriasis", "Eczema", "Tinea"]'],
    ['thinking before', '<think>1. Acne\n2. Wart</think>\n1. Psoriasis\n2. Eczema\n3. Tinea'],
    [
      'a table',
      '| Rank | Diagnosis | Why |\n|---|---|---|\n| 1 | Psoriasis | scale |\n| 2 | Eczema | - |\n| 3 | Tinea | ring |',
    ],
    ['a table without ranks', '| Diagnosis | % |\n|---|---|\n| Psoriasis | 60 |\n| Eczema | 25 |\n| Tinea | 15 |'],
    ['one line', '1. Psoriasis, 2. Eczema, 3. Tinea'],
    ['ordinals', 'Most likely: Psoriasis\nSecond: Eczema\nThird: Tinea'],
    ['short ordinals', '1st: Psoriasis\n2nd: Eczema\n3rd: Tinea'],
    ['Roman numbers', 'I. Psoriasis\nII. Eczema\nIII. Tinea'],
    ['number signs', '#1 Psoriasis\n#2 Eczema\n#3 Tinea'],
    ['circled numbers', '① Psoriasis\n② Eczema\n③ Tinea'],
    ['keycaps', '1️⃣ Psoriasis\n2️⃣ Eczema\n3️⃣ Tinea'],
    ['full-width forms', '１．Psoriasis\n２．Eczema\n３．Tinea'],
    ['HTML', '<ol><li>Psoriasis</li><li>Eczema</li><li>Tinea</li></ol>'],
    [
      'objects in JSON',
      '```json\n{"ddx": [{"name": "Psoriasis", "p": 0.6}, {"name": "Eczema"}, {"name": "Tinea"}]}\n```',
    ],
    ['names alone on lines', 'The plaque is red.\n\nPsoriasis\nEczema\nTinea'],
    ['signs between names', 'Psoriasis > Eczema > Tinea'],
    ['commas behind a heading', 'Differential diagnoses: Psoriasis, Eczema, Tinea'],
    ['labels', '1. Diagnosis: Psoriasis\n2. Diagnosis: Eczema\n3. Diagnosis: Tinea'],
    ['next steps in a list behind', '1. Psoriasis\n2. Eczema\n3. Tinea\n\nNext steps:\n1. KOH test\n2. Biopsy'],
    ['a final block', '<thinking>x</thinking> <final diagnosis>1. Psoriasis\n2. Eczema\n3. Tinea</final diagnosis>'],
  ])('is read with %s', (_, output) => {
    expect(rankedEntries(output)).toEqual({ entries: ['Psoriasis', 'Eczema', 'Tinea'], abstains: false });
  });
});

describe('the diagnosis', () => {
  it.each([
    ['in the first place', list('Basal cell carcinoma', 'Psoriasis', 'Wart'), true, true],
    ['by a synonym or an abbreviation', list('Basalioma (BCC)', 'Psoriasis', 'Wart'), true, true],
    ['in the third place', list('Psoriasis', 'Wart', 'Basal cell carcinoma'), false, true],
    ['in the fourth place', list('Psoriasis', 'Wart', 'Melanoma', 'Basal cell carcinoma'), false, false],
    ['among two in one entry', list('Basal cell carcinoma or melanoma', 'Wart', 'Psoriasis'), false, false],
    ['as a coarser label', list('Carcinoma', 'Wart', 'Psoriasis'), false, false],
    ['alone on the last line', 'The nodule is pearly.\nBasal cell carcinoma', true, true],
  ])('%s', (_, output, first, firstThree) => {
    const { strict, lenient, unreadable } = scored(output);
    expect([strict.correct, strict.score]).toEqual([first, Number(first)]);
    expect([lenient.correct, lenient.score]).toEqual([firstThree, Number(firstThree)]);
    expect(unreadable).toBeNull();
  });
});

describe('an abstention', () => {
  it.each([
    'Not evaluable',
    'The picture is blurred and cannot be evaluated.',
    '1. Not evaluable',
    '无法评估',
    'A diagnosis cannot be determined.',
    'The border is blurred.\nNo specific diagnosis can be given.',
    list('Undetermined', 'Undetermined', 'Undetermined'),
    list('Cannot be determined', 'N/A', 'Unknown'),
    '**Final answer:** The image quality is insufficient for a diagnosis.',
  ])('is counted as one: %s', (output) => {
    expect(scored(output)).toMatchObject({ unreadable: 'abstained', strict: { predicted: null, score: 0 } });
  });

  it('is none where diagnoses are named all the same', () => {
    const output = `The border cannot be evaluated.\n${list('Basal cell carcinoma', 'Wart', 'Psoriasis')}`;
    expect(scored(output)).toMatchObject({ unreadable: null, strict: { correct: true } });
    const atLast = 'A definitive diagnosis cannot be made without histology.\nBasal cell carcinoma';
    expect(scored(atLast)).toMatchObject({ unreadable: null, strict: { correct: true } });
    const second = list('Undetermined', 'Basal cell carcinoma', 'Wart');
    expect(scored(second)).toMatchObject({ unreadable: null, strict: { correct: false }, lenient: { correct: true } });
    expect(scored('')).toMatchObject({ unreadable: 'empty' });
  });

  it('stands in the summary by itself', () => {
    const summary = rankedDifferential.summarise([
      scored('Not evaluable'),
      scored(list('Basal cell carcinoma', 'Wart', 'Psoriasis')),
      scored(list('Wart', 'Basal cell carcinoma', 'Psoriasis')),
    ]);
    expect(summary.unreadable).toEqual([{ form: 'abstained', count: 1 }]);
    expect(summary.average.strict).toMatchObject({ weighted: { score: { value: 1 / 3 } }, unread: 1 / 3 });
    expect(summary.average.lenient.weighted.score.value).toBeCloseTo(2 / 3, 12);
  });
});
