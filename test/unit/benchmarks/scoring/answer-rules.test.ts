import { describe, expect, it } from 'vitest';
import { answerRules } from '../../../../domain/benchmarks/scoring/answer-rules.ts';
import { evaluationProfiles } from '../../../../domain/prompts/prompts.ts';

describe('a kind of answers', () => {
  it('is one row for each kind of question, and in each profile', () => {
    const kinds = Object.keys(answerRules).toSorted();
    for (const { prompts } of evaluationProfiles) expect(Object.keys(prompts).toSorted()).toEqual(kinds);
  });

  it('chooses among options where the prompt shows them', () => {
    const [profile] = evaluationProfiles;
    const shown = Object.entries(profile?.prompts ?? {}).flatMap(([kind, text]) =>
      text.includes('{options}') ? [kind] : [],
    );
    const chosen = Object.entries(answerRules).flatMap(([kind, { task }]) => (task === null ? [] : [kind]));
    expect(chosen).toEqual(shown);
  });

  it('that nobody reads does not compile', () => {
    const { open: _, ...others } = answerRules;
    // @ts-expect-error open questions are read by nobody
    const incomplete: typeof answerRules = others;
    expect(incomplete).not.toHaveProperty('open');
  });
});
