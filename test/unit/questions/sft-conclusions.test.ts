/** What SFT teaches a policy to conclude is read in the RL tag too, for every node and beside its ancestors. */
import { describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/cases/case.ts';
import { extractAnswer } from '../../../domain/questions/extract.ts';
import { tags } from '../../../domain/questions/tags.ts';
import { composeTrajectory } from '../../../domain/trajectories/compose.ts';
import type { PlannedTrajectory } from '../../../domain/trajectories/plan.ts';
import { testImage } from '../../support/cases.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';

const { taxonomy } = shippedKnowledge;

/** The `<diagnosis>` block of a trajectory about a node, whether or not cases of it can be made. */
function conclusionOf(name: string, type: 1 | 2): string {
  const known = { id: 'c', diagnosis: name, path: taxonomy.path(name), siblings: [], malignancy: 'benign' as const };
  const shown: Case = {
    ...{ ...known, images: [testImage], group: 'c', source: 'test', look: '0'.repeat(64) },
    ...{ modality: 'unknown' as const, archiveIds: [], rationale: 'Seen.' },
  };
  const planned = (
    type === 1 ? { id: 't', type, case: shown } : { id: 't', type, primary: shown, differential: shown, choice: 'ddx' }
  ) as PlannedTrajectory; // only what is read of it
  const { completion } = composeTrajectory(planned, 'Compared.', shippedKnowledge, 'paper');
  return new RegExp(`<${tags.diagnosis}>(.*)</${tags.diagnosis}>`, 's').exec(completion)?.[1] ?? '';
}

/** The node among its parent, its root, a sibling and two others. */
function questionOf(name: string, at: number) {
  const { names } = taxonomy;
  const others = [taxonomy.parent(name), taxonomy.path(name)[0], taxonomy.siblings(name)[0]];
  const far = [names[(7 * at + 13) % names.length], names[(31 * at + 5) % names.length]];
  const labels = [...new Set([...others, name, ...far])].flatMap((label) => label ?? []);
  const options = labels.map((label, i) => ({
    letter: String.fromCharCode(65 + i),
    label,
    synonyms: taxonomy.synonyms(label),
  }));
  return { task: 'diagnosis' as const, options, letter: options.find(({ label }) => label === name)?.letter };
}

describe.each(['', 'B: ', 'B. ', '(B) ', 'B '])('the conclusion of SFT after %j', (lead) => {
  it.each([1, 2] as const)('is read for every node, type %d', (type) => {
    const wrong = taxonomy.names.filter((name, at) => {
      const question = questionOf(name, at);
      const content = lead.replace('B', question.letter ?? '') + conclusionOf(name, type).trim();
      const answer = extractAnswer(`<thinking>x</thinking><final diagnosis>${content}</final diagnosis>`, question);
      return answer.letter !== question.letter || answer.malignancy !== taxonomy.malignancy(name);
    });
    expect(wrong).toEqual([]);
    expect(taxonomy.names.length).toBeGreaterThan(780);
  });
});
