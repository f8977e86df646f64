import { describe, expect, it } from 'vitest';
import type { ScoredItem } from '../../../domain/evaluation/scored.ts';
import { checkRelations } from '../../../domain/published/relations.ts';

/** A hundred patients, of whom so many are right. */
const items = (right: number): ScoredItem[] =>
  Array.from({ length: 100 }, (_, i) => {
    const reading = { letter: null, predicted: null, correct: i < right, score: Number(i < right) };
    return {
      ...{ id: `q${i}`, caseId: `q${i}`, group: `q${i}`, source: 's', attributes: {}, output: '', expected: 'nevus' },
      ...{ strict: reading, lenient: reading, unreadable: null, conditionCorrect: null },
    };
  });

describe('checkRelations', () => {
  it('says of each relation whether these data show it', () => {
    const right = { base: 30, sft: 60, 'rl-only': 40, grpo: 42, 'flat-reward': 42 };
    const checked = checkRelations((stage, benchmark) => (benchmark === 'id-diagnosis' ? items(right[stage]) : null));
    const standing = (better: string, benchmark: string) =>
      checked.find((own) => own.better === better && own.benchmark === benchmark)?.standing;
    expect(standing('sft', 'id-diagnosis')).toBe('shown');
    expect(standing('rl-only', 'id-diagnosis')).toBe('the opposite is shown');
    expect(standing('grpo', 'id-diagnosis')).toBe('not shown');
    expect(standing('grpo', 'ood-diagnosis')).toBe('not measured');
  });

  it('corrects for those that were tested', () => {
    const [first] = checkRelations((_, benchmark) => (benchmark === 'id-diagnosis' ? items(50) : null));
    expect(first).toMatchObject({ correctedP: 1, test: { p: 1 } });
  });
});
