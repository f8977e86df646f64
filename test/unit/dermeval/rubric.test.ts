import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anchors, dimensionKeys, dimensions } from '../../../domain/dermeval/dimensions.ts';
import { readScores } from '../../../domain/dermeval/reading/read-scores.ts';
import { candidatePrompt, judgePrompt, judgePromptDigest } from '../../../domain/dermeval/rubric.ts';

describe('the judge’s prompt', () => {
  it('names every dimension, what it asks and what the numbers mean', () => {
    const prompt = judgePrompt({ narrative: 'A papule.', reference: 'A nodule.' });
    for (const key of dimensionKeys) {
      expect(prompt).toContain(`- ${dimensions[key].name}: ${dimensions[key].asks}`);
      expect(prompt).toContain(`${dimensions[key].name}: <score>`);
    }
    for (const anchor of anchors) expect(prompt).toContain(anchor);
    expect(prompt).toContain('A papule.');
    expect(prompt).toContain('A nodule.');
  });

  it('asks for the picture where there is no reference', () => {
    const prompt = judgePrompt({ narrative: 'A papule.', reference: null });
    expect(prompt).toContain('about the picture');
    expect(prompt).not.toContain('REFERENCE');
  });

  it('renders any text as it is: braces, dollar signs, the JSON that breaks the released one', () => {
    const odd = '{\n  "scores": {"Accuracy": 5}}\n{narrative} {{0}} $& $1 $` %s \\n';
    const prompt = judgePrompt({ narrative: odd, reference: odd });
    expect(prompt.split(odd)).toHaveLength(3);
    fc.assert(
      fc.property(fc.string(), fc.string(), (narrative, reference) => {
        const text = judgePrompt({ narrative, reference });
        const marks = /^CANDIDATE (#[0-9a-f]{12})$/m.exec(text)?.[1] ?? '';
        expect(narrative + reference).not.toContain(marks);
        expect(text).toContain(`CANDIDATE ${marks}\n${narrative}\nEND ${marks}`);
        expect(text).toContain(`REFERENCE ${marks}\n${reference}\nEND ${marks}`);
      }),
    );
  });

  it('is no score by itself', () => {
    const read = readScores(judgePrompt({ narrative: '', reference: '' }));
    expect(Object.values(read)).toEqual(dimensionKeys.map(() => null));
  });

  it('has a digest, by which scores are told from those of other words', () => {
    // Another digest makes another judge of each: what it scored before stands under another name. Change it knowingly.
    expect(judgePromptDigest).toBe('a60ed4adaf6a42d614f5f61f0eba92c7979c046a1547a85967fe264b63d97064');
  });
});

it('asks a model on DermBench for all that the release asks for', () => {
  for (const demand of ['morphology', 'colours', 'distributed', 'surface', 'two or three differential'])
    expect(candidatePrompt).toContain(demand);
  expect(candidatePrompt).toContain('The answer is xxx');
});
