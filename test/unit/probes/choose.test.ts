import { describe, expect, it } from 'vitest';
import { chooseOption, classLabels, knownOptions, rightFor } from '../../../domain/probes/choose.ts';
import { nearestByClass } from '../../../domain/probes/nearest.ts';
import { unseenOptions } from '../../../domain/probes/probe.ts';
import { makeCase, melanomaQuestion } from '../../support/cases.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';

const { taxonomy } = shippedKnowledge;
const diagnoses = ['melanoma', 'melanocytic nevus', 'basal cell carcinoma', 'hemangioma'];
const classes = diagnoses.map((diagnosis) => classLabels('diagnosis', makeCase(diagnosis, diagnosis)));
const { options } = melanomaQuestion();
const scores = (...values: number[]): Float32Array => Float32Array.from(values);

describe('the option of a class', () => {
  it('is the finest that is true of it', () => {
    expect(classes.map((labels) => rightFor(labels, options))).toEqual(['A', 'B', 'C', 'D']);
    expect(rightFor(['alopecia'], options)).toBeNull();
  });

  it('of the lesion condition is the condition', () => {
    expect(classLabels('condition', makeCase('x', 'melanoma'))).toEqual(['malignant']);
  });

  it('is found by any name that the taxonomy knows', () => {
    const [known] = knownOptions(
      { kind: 'ready', options: [{ letter: 'A', label: 'BCC', synonyms: [], value: 0 }] },
      taxonomy,
    );
    expect(known).toEqual({ letter: 'A', label: 'basal cell carcinoma' });
  });
});

describe('a choice', () => {
  it('is what most probability is for: a coarse option has that of its kinds, less the finer ones offered', () => {
    expect(chooseOption(options, classes, scores(0.4, 0.3, 0.2, 0.1), 'sum')).toBe('A');
    expect(chooseOption(options, classes, scores(0.1, 0.6, 0.2, 0.1), 'sum')).toBe('B');
    // Among a diagnosis and its ancestors the coarsest does not win for being true of all.
    const path = (labels: string[]) => labels.map((label, i) => ({ letter: 'ABCDE'.charAt(i), label }));
    const ancestors = path(taxonomy.path('melanoma'));
    expect(chooseOption(ancestors, classes, scores(0.7, 0.2, 0.05, 0.05), 'sum')).toBe(ancestors.at(-1)?.letter);
    expect(chooseOption(ancestors, classes, scores(0.2, 0.7, 0.05, 0.05), 'sum')).not.toBe(ancestors.at(-1)?.letter);
  });

  it('is what is nearest, and never what training did not show', () => {
    expect(chooseOption(options, classes, scores(0.9, 0.95, 0.2, -1), 'most')).toBe('B');
    const only = [
      { letter: 'A', label: 'wart' },
      { letter: 'B', label: 'hemangioma' },
    ];
    expect(chooseOption(only, classes, scores(1, 1, 1, -0.9), 'most')).toBe('B');
    expect(chooseOption(only.slice(0, 1), classes, scores(1, 1, 1, 1), 'most')).toBeNull();
  });
});

describe('options that training did not show', () => {
  it('are told with the items that have no others', () => {
    const item = (...labels: string[]) => labels.map((label, i) => ({ letter: 'ABCD'.charAt(i), label }));
    const { items, words } = unseenOptions([item('melanoma', 'wart'), item('wart', 'scabies')], classes);
    expect(items).toBe(1);
    expect(words).toContain('2 of 3 options were not seen in training (scabies, wart)');
    expect(words).toContain('1 items of such options alone are guessed');
  });

  it('are none where all were seen', () => {
    expect(unseenOptions([options], classes)).toEqual({ items: 0, words: null });
  });
});

it('nearest is by angle, whatever the length', () => {
  const training = { rows: 3, width: 2, data: Float32Array.of(10, 0, 0, 1, 3, 4) };
  const asked = { rows: 2, width: 2, data: Float32Array.of(1, 0.1, 0, 0) };
  const nearest = nearestByClass(training, Int32Array.of(0, 1, 1), 3, asked);
  expect(nearest[0]).toBeCloseTo(1 / Math.hypot(1, 0.1), 6);
  expect(nearest[1]).toBeCloseTo(3.4 / 5 / Math.hypot(1, 0.1), 6);
  expect([...nearest.subarray(2)]).toEqual([Number.NEGATIVE_INFINITY, 0, 0, Number.NEGATIVE_INFINITY]);
});
