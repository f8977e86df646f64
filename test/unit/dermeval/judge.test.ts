import { describe, expect, it } from 'vitest';
import {
  faultOfScores,
  type JudgeSettings,
  judgedName,
  judgeRequest,
  pinDigest,
  pinOf,
  usualJudge,
} from '../../../domain/dermeval/judge.ts';
import { testImage } from '../../support/cases.ts';

const settings: JudgeSettings = { ...usualJudge, model: 'DeepSeek/R1' };
const model = { provider: 'deepseek', model: 'DeepSeek/R1' };
const pin = pinOf(model, 'r1-0528', 'reference', settings);
const text = { narrative: 'A papule.', reference: 'A nodule.', image: testImage };

describe('a judge', () => {
  it('gives its scores a name of their own, which nothing else has that changes them', () => {
    const name = judgedName('dermbench', settings.model, pin);
    expect(name).toMatch(/^dermbench@deepseek-r1-[0-9a-f]{8}$/);
    const others = [
      pinOf({ ...model, fingerprint: 'x' }, 'r1-0528', 'reference', settings),
      pinOf(model, 'r1-0120', 'reference', settings),
      pinOf(model, null, 'reference', settings),
      pinOf(model, 'r1-0528', 'picture', settings),
      pinOf(model, 'r1-0528', 'reference', { ...settings, temperature: 0.5 }),
      pinOf(model, 'r1-0528', 'reference', { ...settings, repeats: 3 }),
      pinOf(model, 'r1-0528', 'reference', { ...settings, maxTokens: 99 }),
      pinOf(model, 'r1-0528', 'reference', { ...settings, line: 2 }),
      { ...pin, prompt: 'another' },
    ];
    expect(new Set([pin, ...others].map(pinDigest)).size).toBe(others.length + 1);
    // What it may leave out, and how it is checked, changes no score.
    expect(pinOf(model, 'r1-0528', 'reference', { ...settings, maxMissing: 1, anchors: 0 })).toEqual(pin);
  });

  it('sees the certified text, or the picture, and never both', () => {
    const byText = judgeRequest(text, pin, 3);
    expect(byText).toMatchObject({ seed: 3, temperature: 0, maxTokens: 1024 });
    expect(byText).not.toHaveProperty('images');
    expect(byText.user).toContain('A nodule.');
    const byPicture = judgeRequest(text, { ...pin, shows: 'picture' }, 0);
    const { sha256, bytes } = testImage;
    expect(byPicture.images).toEqual([{ sha256, bytes, mediaType: 'image/png' }]);
    expect(byPicture.user).not.toContain('A nodule.');
  });

  it('is asked again where a score is missing, by the names of those that are', () => {
    const five = 'Accuracy: 4\nSafety: 4\nGroundedness: 4\nCoverage: 4\nCoherence: 4';
    expect(faultOfScores(`${five}\nPrecision: 3`)).toBeNull();
    expect(faultOfScores(`${five}\nPrecision: N/A`)).toBe('no score for Description Precision');
  });
});
