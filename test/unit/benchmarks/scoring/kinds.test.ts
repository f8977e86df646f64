import { describe, expect, it } from 'vitest';
import { answerKinds } from '../../../../domain/benchmarks/scoring/kinds.ts';
import { evaluationProfiles } from '../../../../domain/prompts/prompts.ts';

describe('a kind of answers', () => {
  it('is one row for each kind of question, and in each profile', () => {
    const kinds = Object.keys(answerKinds).toSorted();
    for (const { prompts } of evaluationProfiles) expect(Object.keys(prompts).toSorted()).toEqual(kinds);
  });

  it('chooses among options where the prompt shows them', () => {
    const [profile] = evaluationProfiles;
    const shown = Object.entries(profile?.prompts ?? {}).flatMap(([kind, text]) =>
      text.includes('{options}') ? [kind] : [],
    );
    const chosen = Object.entries(answerKinds).flatMap(([kind, { task }]) => (task === null ? [] : [kind]));
    expect(chosen).toEqual(shown);
  });

  it('that nobody reads does not compile', () => {
    const { open: _, ...others } = answerKinds;
    // @ts-expect-error open questions are read by nobody
    const incomplete: typeof answerKinds = others;
    expect(incomplete).not.toHaveProperty('open');
  });
});
