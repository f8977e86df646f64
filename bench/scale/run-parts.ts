/**
 * One run of the real workflow on generated cases without pixels; prints what each part took.
 * Arguments: number of cases, folder, how wrong options are drawn, `own` or `shared` processes, the last part (`data` or `report`).
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import pLimit from 'p-limit';
import { withActivityFailures } from '../../activities/failures.ts';
import { withHeartbeats } from '../../activities/heartbeats.ts';
import { loadKnowledge } from '../../activities/knowledge.ts';
import { createRecordActivities } from '../../activities/run-records.ts';
import { commitFiles } from '../../activities/store/commit.ts';
import { searchAttributesOf } from '../../cli/runs.ts';
import { digestOf } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { CheckpointRef } from '../../domain/contracts/references.ts';
import type { SftInput, StretchResult } from '../../domain/contracts/training.ts';
import { skinR1Method } from '../../domain/methods/skin-r1/method.ts';
import { taskQueues } from '../../domain/names.ts';
import type { DistractorSource } from '../../domain/questions/distractors.ts';
import { writeGeneratedSources } from '../../test/support/generated-sources.ts';
import { startDevServer, startWorkers } from '../../test/support/temporal.ts';
import { importedFile, workflowsFile } from './files.ts';
import { measure, type ResourceUse } from './measure.ts';
import { inOwnProcess, keepInput } from './own-process.ts';
import { createParts, type PartName, recipeOf, storeIn } from './stand-ins.ts';

const [size = '', folder = '', drawn = '', processes = '', until = ''] = process.argv.slice(2);
const count = Number(size);
const distractors = drawn as DistractorSource; // as the parent checked
const store = storeIn(folder);
const generated = join(folder, 'sources');
await mkdir(generated, { recursive: true });
const imported = await writeGeneratedSources(store, generated, count, await loadKnowledge());
await writeFile(join(folder, importedFile), JSON.stringify(imported));
const parts = await createParts(folder, imported, distractors);

const readings: (ResourceUse & { part: PartName; attempt: number })[] = [];
const print = (events: number | null): never => {
  console.log(JSON.stringify({ events, parts: readings }));
  process.exit(0);
};

const inItsOwn = async (part: PartName, input: unknown) => {
  const run = { folder, distractors, part };
  return inOwnProcess(run, await keepInput(run, input), 'first');
};

/** A run evaluates beside its trajectories; here one part at a time is measured. */
const oneAtATime = pLimit(1);
const measured =
  <I, O>(part: PartName, work: (input: I) => Promise<O>) =>
  (input: I): Promise<O> =>
    withHeartbeats(() =>
      oneAtATime(async () => {
        const done = processes === 'own' ? inItsOwn(part, input) : measure(() => work(input));
        const { result, measure: own } = await done.catch((error: unknown) => {
          console.error(`${part}:`, error);
          return process.exit(1); // nothing is away that a retry could wait for
        });
        readings.push({ part, ...own, attempt: Context.current().info.attempt });
        const { seconds, processorSeconds, peakMiB } = own;
        // Of a run that takes hours.
        console.error(
          `${count}: ${part} ${seconds.toFixed(0)} s, ${processorSeconds.toFixed(0)} s of the processor, ${peakMiB.toFixed(0)} MiB`,
        );
        return result as O; // what the same work has returned in the other process
      }),
    );

/** A checkpoint and its log, without training. */
async function stretch(stage: string, step: number): Promise<StretchResult> {
  const made = { method: 'none/1', inputs: {}, params: {}, facts: { environment: { software: {} } } };
  const checkpoint = await commitFiles(
    store,
    { kind: 'checkpoint', key: `${stage}/step-${step}`, ...made },
    {
      [artifactFiles.checkpoint.weights.name]: { data: stage },
      [artifactFiles.checkpoint.config.name]: { data: '{}' },
    },
  );
  const inputs = { checkpoint: checkpoint.sha256 };
  const logs = Object.values(artifactFiles.metrics).map(({ name }) => [name, { data: '' }] as const);
  const metrics = await commitFiles(
    store,
    { kind: 'metrics', key: `${stage}-${step}`, ...made, inputs },
    Object.fromEntries(logs),
  );
  return { checkpoint: { ...checkpoint, step }, metrics, last: { loss: 0.5 } };
}

const activities = {
  [taskQueues.orchestrator]: createRecordActivities({ store }),
  [taskQueues.cpu]: {
    prepareData: measured('data', parts.data),
    writeReport: measured('report', parts.report),
  },
  [taskQueues.llm]: {
    synthesiseTrajectories: measured('trajectories', parts.trajectories),
    explainConcepts: measured('concepts', parts.concepts),
  },
  [taskQueues.gpu]: {
    identifyModel: async ({ base }: { base: string }) => ({ base, sha256: digestOf(base) }),
    trainSft: ({ epoch, stage }: SftInput) => stretch(stage ?? 'sft', epoch),
    trainGrpo: ({ stopAt }: { stopAt: number }) => stretch('grpo', stopAt),
    exportAdapter: ({ checkpoint }: { checkpoint: CheckpointRef }) =>
      commitFiles(
        store,
        {
          ...{ kind: 'adapter', key: checkpoint.key, method: 'none/1', params: {}, facts: {} },
          inputs: { checkpoint: checkpoint.sha256 },
        },
        { [artifactFiles.adapter.card.name]: { data: '' } },
      ),
  },
  [taskQueues.evaluation]: {
    exportForInference: parts.exportForInference,
    evaluateModel: measured('evaluation', parts.evaluation),
  },
};

if (until === 'data') {
  // The first part needs no workflow.
  const { measure: own } = processes === 'own' ? await inItsOwn('data', null) : await measure(parts.data);
  readings.push({ part: 'data', ...own, attempt: 1 });
  print(null);
}
const bundle = { code: await readFile(join(folder, workflowsFile), 'utf8') };
const server = await startDevServer();
const stop = await startWorkers(
  server,
  bundle,
  Object.fromEntries(Object.entries(activities).map(([queue, own]) => [queue, withActivityFailures(own)])),
);
const options = {
  taskQueue: taskQueues.orchestrator,
  workflowId: `scale-${count}`,
  args: [{ recipe: recipeOf(imported, distractors) }],
};
const run = await server.client.workflow.start(skinR1Method.workflow, {
  ...options,
  typedSearchAttributes: searchAttributesOf('scale'),
});
await run.result();
const { historyLength: events } = await run.describe();
await stop();
await server.teardown();
print(events);
