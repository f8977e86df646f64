import { describe, expect, it } from 'vitest';
import { questionPrompt, trajectoryPrompt } from '../../../domain/prompts/prompts.ts';
import { conditionQuestion, melanomaQuestion } from '../../support/cases.ts';

const options = 'A: melanoma B: melanocytic lesion C: basal cell carcinoma D: hemangioma';

describe.each(['paper', 'compact'] as const)('prompts, profile %s', (profile) => {
  it('P1 and P2 ask for thinking and diagnosis', () => {
    for (const type of [1, 2, 3] as const) {
      expect(trajectoryPrompt(type, profile)).toContain('<thinking>');
      expect(trajectoryPrompt(type, profile)).toContain('<diagnosis>');
    }
    expect(trajectoryPrompt(2, profile)).toBe(trajectoryPrompt(3, profile));
    expect(trajectoryPrompt(1, profile)).not.toBe(trajectoryPrompt(2, profile));
  });

  it('P3 asks for the condition too, P4 does not', () => {
    const training = questionPrompt(melanomaQuestion(), profile, 'training');
    const evaluation = questionPrompt(melanomaQuestion(), profile, 'evaluation');
    for (const prompt of [training, evaluation]) {
      expect(prompt).toContain(options);
      expect(prompt).toContain('<final diagnosis>');
      expect(prompt).toContain('most fine-grained');
    }
    expect(training).toMatch(/condition/);
    expect(evaluation).not.toMatch(/condition/);
  });

  it('P6 offers the three conditions', () => {
    expect(questionPrompt(conditionQuestion(), profile, 'evaluation')).toContain(
      'A: benign B: malignant C: precancerous in situ',
    );
  });
});
