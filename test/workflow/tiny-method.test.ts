/**
 * A third method beside those of Dermflow: its own files (test/support/tiny-method), a line in the list of methods, one in
 * that of the reports' activities, an export in the bundle. Nothing else knows of it, and it reads no other method's report.
 */
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withActivityFailures } from '../../activities/failures.ts';
import { writing } from '../../activities/reporting/writer.ts';
import { readJson } from '../../activities/store/commit.ts';
import { runsQuery } from '../../cli/follow/list.ts';
import { renderStatus } from '../../cli/follow/render.ts';
import { searchAttributesOf } from '../../cli/runs.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { modelCard } from '../../domain/card/model-card.ts';
import type { RunResult } from '../../domain/contracts/run.ts';
import { failureTypes } from '../../domain/failures.ts';
import type { ModelCardSource } from '../../domain/methods/card-source.ts';
import { methodOf, methodOfWorkflow, methods } from '../../domain/methods/index.ts';
import type { Method } from '../../domain/methods/method.ts';
import { taskQueues } from '../../domain/names.ts';
import { runResultSchema } from '../../domain/run-record.ts';
import { FakeActivities } from '../support/fake-activities.ts';
import { silent } from '../support/finished-run.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { smallRecipe } from '../support/recipes.ts';
import { failureOf, progressOf } from '../support/runs.ts';
import { bundleWorkflows, startTimeSkipping, startWorkers } from '../support/temporal.ts';
import { type TinyRecipe, tiny } from '../support/tiny-method/method.ts';
import { tinyReport } from '../support/tiny-method/page.ts';
import { tinyReportSchema } from '../support/tiny-method/report.ts';

/** Of the list of methods. */
const known = [...methods, tiny];
/** Of the reports' activities. */
const store = createMemoryStore();
const writeTinyReport = writing(tinyReport, { store, environment: { scratch: tmpdir() }, logger: silent });

const { grpo: _, method: __, ...shared } = smallRecipe();
const recipe: TinyRecipe = { ...shared, name: 'small', method: 'tiny', greeting: 'Hello.' };
const fakes = new FakeActivities();
let environment: TestWorkflowEnvironment;
let stopWorkers: () => Promise<void>;
beforeAll(async () => {
  const bundle = bundleWorkflows(fileURLToPath(new URL('../support/tiny-method/index.ts', import.meta.url)));
  environment = await startTimeSkipping();
  const cpu = { ...fakes.byQueue[taskQueues.cpu], ...withActivityFailures({ writeTinyReport }) };
  stopWorkers = await startWorkers(environment, await bundle, { ...fakes.byQueue, [taskQueues.cpu]: cpu });
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
    typedSearchAttributes: searchAttributesOf(recipe.name, method.parts[0]),
  });
};

describe('a method of four parts', () => {
  it('runs: data, SFT, evaluation, report', async () => {
    const run = await start(recipe);
    const result: RunResult = runResultSchema.parse(await run.result());
    expect(result.evaluations.map(({ label }) => label)).toEqual(['base', 'sft']);
    expect(fakes.names('identify', 'prepare', 'synthesise', 'train')).toEqual([
      ...['identifyModel', 'prepareData', 'synthesiseTrajectories', 'trainSft 1', 'trainSft 2'],
    ]);
    expect(fakes.names('exportAdapter', 'write')).toEqual(['exportAdapter']);
    const { stages, checkpoint, report: shown } = await progressOf(run);
    expect(stages.map(({ stage, state }) => [stage, state])).toEqual([
      ['data', 'done'],
      ['sft', 'done'],
      ['evaluation', 'done'],
      ['report', 'done'],
    ]);
    expect(checkpoint).toEqual({ stage: 'sft', step: 4 });
    expect(shown).toEqual(result.report);
  });

  it('has a report of its own, for programs and for people', async () => {
    const { report } = await (await start(recipe)).result();
    const files = artifactFiles.report;
    const numbers = await readJson(store, report, files.report.name, tinyReportSchema);
    expect(numbers).toMatchObject({ greeting: 'Hello.', final: 'sft', lineage: [] });
    expect(numbers.summary).toEqual(['Base model is right on 50.0 %.', 'SFT is right on 50.0 %.']);
    const { files: written } = await store.manifest(report);
    const blob = written[files.page.name];
    const page = blob ? new TextDecoder().decode(await store.getBlob(blob)) : '';
    expect(page).toContain('<li>SFT is right on 50.0 %.</li>');
    expect(page).toContain('<section id="lineage"');
    expect(page).not.toMatch(/skin-?r1|GRPO/i);
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
    expect([method.report, method.ablation, method.asksOthers(recipe)]).toEqual([tinyReportSchema, null, false]);
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
