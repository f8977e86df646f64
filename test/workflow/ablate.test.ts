/** A run of an ablation brought to its end by a command that may be interrupted and called again. */
import { expect, it } from 'vitest';
import { finishRun } from '../../cli/ablate/finish.ts';
import type { Session } from '../../cli/session.ts';
import { ablationRuns } from '../../domain/methods/skin-r1/ablation/variants.ts';
import { readEnvironment } from '../../platform/env.ts';
import { createGate, stretch } from '../support/fake-activities.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { smallRecipe } from '../support/recipes.ts';
import { useRuns } from '../support/runs.ts';
import { startDevServer } from '../support/temporal.ts';

const runs = useRuns(startDevServer);

it('is started once, goes on while nobody follows it, and is found when it is done', async () => {
  const [{ recipe }] = ablationRuns(smallRecipe());
  const store = createMemoryStore();
  const session: Session = {
    environment: readEnvironment({}),
    client: runs.environment.client,
    store: async () => store,
    page: () => null,
    workers: true,
  };
  const [training, interrupted] = [createGate(), createGate()];
  runs.fakes.begin({
    trainSft: async ({ epoch }) => {
      training.open();
      await interrupted.opened;
      return stretch('sft', 2 * epoch);
    },
  });
  const controller = new AbortController();
  const first = finishRun(session, recipe, false, controller.signal);
  await training.opened;
  controller.abort();
  expect(await first).toBeNull();

  interrupted.open();
  const never = new AbortController().signal;
  const second = await finishRun(session, recipe, false, never);
  expect(second?.found).toBe(false);
  expect(second?.result.evaluations.map(({ label }) => label)).toContain('grpo-40');
  const third = await finishRun(session, recipe, false, never);
  expect(third).toEqual({ ...second, found: true });
  // Nothing was done twice.
  expect(runs.fakes.names('trainSft', 'writeReport')).toEqual(['trainSft 1', 'trainSft 2', 'writeReport']);
});
