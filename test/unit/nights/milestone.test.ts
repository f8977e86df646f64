import type { Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { findMilestone } from '../../../activities/nights/milestone.ts';
import { commitFiles } from '../../../activities/store/commit.ts';
import { digestOf } from '../../../domain/artifact.ts';
import type { EvaluationResult } from '../../../domain/contracts/evaluation.ts';
import { checkpointKey } from '../../../domain/names.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const store = createMemoryStore();
const base = digestOf('base');

/** An evaluation by a run of one of its models, with the manifests that lead to its checkpoint. */
async function evaluated(label: string, step: number | null): Promise<EvaluationResult> {
  const common = { method: 'test/1', params: {}, facts: {} };
  const checkpoint =
    step === null
      ? null
      : await commitFiles(store, { kind: 'checkpoint', key: checkpointKey(label, step), inputs: {}, ...common }, {});
  const inputs = { model: base, ...(checkpoint ? { checkpoint: checkpoint.sha256 } : {}) };
  const evaluation = await commitFiles(store, { kind: 'evaluation', key: label, inputs, ...common }, {});
  return { label, step, evaluation, scores: [] };
}
const clientOf = (evaluations: EvaluationResult[]): Client =>
  ({
    options: { namespace: 'default' },
    workflow: { getHandle: () => ({ query: async () => ({ evaluations }) }) },
  }) as unknown as Client; // what is used of it

describe('the newest milestone', () => {
  it('is the one with most training behind it, whichever was evaluated last; not the ablation, not on grey pictures', async () => {
    const evaluations = [
      await evaluated('base', null),
      await evaluated('grpo-500', 500),
      await evaluated('grpo-1000', 1000),
      await evaluated('rl-only-1500', 1500),
      await evaluated('sft', 80),
      await evaluated('grpo-1000-no-image', 1000),
    ];
    expect(await findMilestone(store, clientOf(evaluations), 'run')).toMatchObject({
      ...{ id: 'grpo-1000', baseSha256: base },
      checkpoint: { kind: 'checkpoint', key: checkpointKey('grpo-1000', 1000) },
    });
    expect(await findMilestone(store, clientOf(evaluations.slice(0, 2)), 'run')).toMatchObject({ id: 'grpo-500' });
  });

  it('is one without SFT in a run of nothing else', async () => {
    const labels = ['rl-only-20', 'rl-only-40', 'rl-only-40-no-image'];
    const evaluations = await Promise.all(labels.map((label) => evaluated(label, label.includes('40') ? 40 : 20)));
    expect(await findMilestone(store, clientOf(evaluations), 'run')).toMatchObject({ id: 'rl-only-40' });
  });

  it('is told to be missing where there is none yet, or its checkpoint has gone', async () => {
    const first = await evaluated('base', null);
    await expect(findMilestone(store, clientOf([first]), 'run')).rejects.toThrow(
      'run run has evaluated no milestone yet',
    );
    const gone = await evaluated('grpo-40', 40);
    const ref = await store.find('checkpoint', checkpointKey('grpo-40', 40));
    if (ref) await store.remove(ref);
    await expect(findMilestone(store, clientOf([gone]), 'run')).rejects.toThrow('grpo-40 of run run is missing');
  });
});
