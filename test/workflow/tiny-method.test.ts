/**
 * A third method beside those of Dermflow: its own files (test/support/tiny-method), a line in the list of methods, an
 * export in the bundle. Nothing else knows of it.
 */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runsQuery } from '../../cli/follow/list.ts';
import { renderStatus } from '../../cli/follow/render.ts';
import { attributesOf } from '../../cli/runs.ts';
import { modelCard } from '../../domain/card/model-card.ts';
import type { RunResult } from '../../domain/contracts/run.ts';
import { failureTypes } from '../../domain/failures.ts';
import type { ModelCardSource } from '../../domain/methods/card-source.ts';
import { methodOf, methodOfWorkflow, methods } from '../../domain/methods/index.ts';
import type { Method } from '../../domain/methods/method.ts';
import { reportSchema } from '../../domain/methods/skin-r1/report/report.ts';
import { taskQueues } from '../../domain/names.ts';
import { runResultSchema } from '../../domain/run-record.ts';
import { FakeActivities } from '../support/fake-activities.ts';
import { smallRecipe } from '../support/recipes.ts';
import { failureOf, progressOf } from '../support/runs.ts';
import { bundleWorkflows, startTimeSkipping, startWorkers } from '../support/temporal.ts';
import { type TinyRecipe, tiny } from '../support/tiny-method/method.ts';

/** The one line. */
const known = [...methods, tiny];

const { grpo: _, method: __, ...shared } = smallRecipe();
const recipe: TinyRecipe = { ...shared, name: 'small', method: 'tiny', greeting: 'Hello.' };
const fakes = new FakeActivities();
let environment: TestWorkflowEnvironment;
let stopWorkers: () => Promise<void>;
beforeAll(async () => {
  const bundle = bundleWorkflows(fileURLToPath(new URL('../support/tiny-method/index.ts', import.meta.url)));
  environment = await startTimeSkipping();
  stopWorkers = await startWorkers(environment, await bundle, fakes.byQueue);
});
afterAll(async () => {
  await stopWorkers?.();
  await environment?.teardown();
});

const start = (input: unknown, workflow = methodOf(recipe, known).workflow) => {
  fakes.begin({});
  const method = methodOf(recipe, known);
  return environment.client.workflow.start(workflow, {
    taskQueue: taskQueues.orchestrator,
    workflowId: `run-${randomUUID()}`,
    args: [{ recipe: input }],
    typedSearchAttributes: attributesOf(recipe.name, method.parts[0]),
  });
};

describe('a method of three parts', () => {
  it('runs: data, SFT, evaluation', async () => {
    const run = await start(recipe);
    const result: RunResult = runResultSchema.parse(await run.result());
    expect(result.evaluations.map(({ label }) => label)).toEqual(['base', 'sft']);
    expect(fakes.names('identify', 'prepare', 'synthesise', 'train')).toEqual([
      ...['identifyModel', 'prepareData', 'synthesiseTrajectories', 'trainSft 1', 'trainSft 2'],
    ]);
    expect(fakes.names('exportAdapter', 'writeReport')).toEqual(['exportAdapter', 'writeReport']);
    const { stages, checkpoint } = await progressOf(run);
    expect(stages.map(({ stage, state }) => [stage, state])).toEqual([
      ['data', 'done'],
      ['sft', 'done'],
      ['evaluation', 'done'],
    ]);
    expect(checkpoint).toEqual({ stage: 'sft', step: 4 });
  });

  it('does not end while its workflow trains less than the recipe says', async () => {
    const run = await start(recipe, 'forgetfulMethod');
    const failed = async () =>
      (await run.fetchHistory()).events?.map((event) => event.workflowTaskFailedEventAttributes?.failure?.message);
    await expect.poll(failed).toContain('the workflow does not train sft, which the recipe does');
    await run.terminate();
  });

  it('refuses a recipe by its own schema', async () => {
    const { greeting: ___, ...rude } = recipe;
    expect(await failureOf(await start(rude))).toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringContaining('recipe: greeting is missing'),
    });
  });

  it('has a model card of its own', () => {
    const sha256 = 'c'.repeat(64);
    const source = { recipe, model: { base: 'tiny', sha256 }, step: 4 };
    // The fields that the card reads, a recipe of any method has.
    const card = modelCard(source as unknown as ModelCardSource, known);
    expect(card).toContain('# small: Tiny method adapter, SFT\n');
    expect(card).toContain('Made by nobody. Hello.');
    expect(card).not.toMatch(/skin-?r1|GRPO/i);
  });

  it('has a plan, a report and no ablations, which its row says', () => {
    const method = methodOf(recipe, known);
    const data = { items: 32, test: null, textbook: null, images: 32 };
    const { plan, words } = method.plan({ recipe, data, architecture: null, devices: 1, prices: null });
    expect(words).toBe('1 stage of training');
    expect(plan).toMatchObject({ stages: [{ stage: 'sft', epochs: recipe.sft.epochs }] });
    expect([method.report, method.ablation, method.asksOthers(recipe)]).toEqual([reportSchema, null, false]);
    const { ablation: ___, ...incomplete } = tiny;
    // @ts-expect-error it does not say whether it has ablations
    const row: Method<TinyRecipe> = incomplete;
    expect(row).not.toHaveProperty('ablation');
  });

  it('is told by lists and status as by what started it', async () => {
    const run = await start(recipe);
    await run.result();
    const { type } = await run.describe();
    expect(methodOfWorkflow(type, known)).toMatchObject({ name: 'tiny', title: 'Tiny method' });
    expect(runsQuery(known)).toBe(known.map(({ workflow }) => `WorkflowType = "${workflow}"`).join(' OR '));
    const status = {
      ...{ run: run.workflowId, method: 'tiny', state: 'RUNNING', startedAt: new Date().toISOString(), closedAt: null },
      ...{ failure: null, failureType: null, stuck: null },
      progress: {
        ...(await progressOf(run)),
        stages: [{ stage: 'data', state: 'running' as const, detail: '' }],
      },
      // An activity whose part other methods have, and this one has not.
      pending: [
        {
          ...{ workflow: run.workflowId, id: 'synthesiseTrajectories-1', state: 'running' as const, attempt: 1 },
          ...{ lastFailure: null, nextAttemptIn: null, training: null },
          work: { phase: 'reasoning', done: 1, total: 4, silentMs: 0, transfer: null },
        },
      ],
    };
    expect(renderStatus(status)).toContain('tiny');
    expect(renderStatus(status)).toContain('reasoning 1/4');
  });
});
