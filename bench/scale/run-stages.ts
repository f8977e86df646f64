/**
 * One run of the real workflow in a process of its own, on generated cases without pixels; prints what each stage took.
 * Arguments: number of cases, folder, how wrong options are drawn.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Context } from '@temporalio/activity';
import pLimit from 'p-limit';
import sharp from 'sharp';
import { deriveData } from '../../activities/datasets/preparation/derive-data.ts';
import { createEvaluationActivities } from '../../activities/evaluation/activities.ts';
import { withActivityFailures } from '../../activities/failures.ts';
import { withHeartbeats } from '../../activities/heartbeats.ts';
import { loadKnowledge } from '../../activities/knowledge.ts';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import type { LlmClient } from '../../activities/ports/llm-client.ts';
import { createReportActivities } from '../../activities/reporting/activities.ts';
import { createRecordActivities } from '../../activities/run-records.ts';
import { commitFiles } from '../../activities/store/commit.ts';
import { createTrajectoryActivities } from '../../activities/trajectories/activities.ts';
import { attributesOf } from '../../cli/runs.ts';
import { digestOf } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { CheckpointRef } from '../../domain/contracts/references.ts';
import type { SftInput, StretchResult } from '../../domain/contracts/training.ts';
import { skinR1 } from '../../domain/methods/skin-r1.ts';
import { taskQueues } from '../../domain/names.ts';
import type { DistractorSource } from '../../domain/questions/distractors.ts';
import { block, tags } from '../../domain/questions/tags.ts';
import type { SkinR1Recipe } from '../../domain/recipe/methods/skin-r1.ts';
import { readEnvironment } from '../../platform/env.ts';
import { createDiskStore } from '../../test/support/disk-store.ts';
import { writeGeneratedSources } from '../../test/support/generated-sources.ts';
import { replyOf } from '../../test/support/llm.ts';
import { paperRecipe } from '../../test/support/recipes.ts';
import { startDevServer, startWorkers } from '../../test/support/temporal.ts';
import { benchLogger } from '../common/logger.ts';
import { workflowsFile } from './workflows-file.ts';

const [size = '', folder = '', distractors = ''] = process.argv.slice(2);
const count = Number(size);
const logger = benchLogger();
const knowledge = await loadKnowledge();
const scratch = join(folder, 'scratch');
const generated = join(folder, 'sources');
await mkdir(generated, { recursive: true });

const disk = createDiskStore(join(folder, 'store'));
const imported = await writeGeneratedSources(disk, generated, count, knowledge);
const pixels = await sharp({ create: { width: 224, height: 224, channels: 3, background: '#c09080' } })
  .png()
  .toBuffer();
/** Generated images name 50,000 bytes that nobody has: a file without content, and one picture where one is decoded. */
const imageBytes = 50_000;
const store: ArtifactStore = {
  ...disk,
  getFile: (ref, path) => (ref.bytes === imageBytes ? writeFile(path, '') : disk.getFile(ref, path)),
  getBlob: (ref) => (ref.bytes === imageBytes ? Promise.resolve(pixels) : disk.getBlob(ref)),
};

const paper = paperRecipe();
const recipe: SkinR1Recipe = {
  ...paper,
  model: { ...paper.model, base: 'tiny' },
  data: { ...paper.data, sources: imported.map(({ adapter, use }) => ({ adapter, use })) },
  questions: { distractors: distractors as DistractorSource }, // as the parent checked
  trajectories: { ...paper.trajectories, rationaleForm: 'findings' },
  sft: { ...paper.sft, conceptAlignment: { epochs: 1, explanations: 2 } },
  grpo: { ...paper.grpo, steps: 1, milestones: [1], rlOnlyMilestones: [] },
};

/** Chooses the first finding that may be chosen; explains each sign alike. */
const llm: LlmClient = {
  model: 'stand-in',
  identify: async () => ({ provider: 'stand-in', address: null, model: 'stand-in', says: {}, body: {} }),
  complete: async ({ jsonSchema }) => {
    if (!jsonSchema) return replyOf('The sign is a patch that differs from the skin around it.');
    const { present, absent } = (jsonSchema as { properties: Record<string, { enum: string[] }> }).properties; // as `findings` asks
    return replyOf(JSON.stringify({ present: present?.enum[0], absent: absent?.enum[0] }));
  },
  close: async () => {},
};

interface MeasuredStage {
  stage: string;
  seconds: number;
  /** Of the processor, which other work on the machine does not lengthen. */
  processorSeconds: number;
  peakMiB: number;
  /** The longest that the thread did one thing, so that no heartbeat could go out. */
  silentSeconds: number;
  attempt: number;
}
const stages: MeasuredStage[] = [];
const delays = monitorEventLoopDelay({ resolution: 20 });
delays.enable();
/** The kernel's high-water mark of this process, from now on. */
const resetPeak = (): void => writeFileSync('/proc/self/clear_refs', '5');
const peakMiB = (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
/** A run evaluates beside its trajectories; here one stage at a time is measured. */
const oneAtATime = pLimit(1);
const measured =
  <I, O>(stage: string, work: (input: I) => Promise<O>) =>
  (input: I): Promise<O> =>
    withHeartbeats(() =>
      oneAtATime(async () => {
        resetPeak();
        delays.reset();
        const [started, used] = [performance.now(), process.cpuUsage()];
        const result = await work(input).catch((error: unknown) => {
          console.error(`${stage}:`, error);
          process.exit(1); // nothing is away that a retry could wait for
        });
        const seconds = (performance.now() - started) / 1000;
        const { user, system } = process.cpuUsage(used);
        const processorSeconds = (user + system) / 1e6;
        const { attempt } = Context.current().info;
        const silentSeconds = delays.max / 1e9;
        stages.push({ stage, seconds, processorSeconds, peakMiB: peakMiB(), silentSeconds, attempt });
        console.error(`${count}: ${stage} ${seconds.toFixed(0)} s, ${peakMiB().toFixed(0)} MiB`); // of a run that takes hours
        return result;
      }),
    );

const environment = { ...readEnvironment({}), scratch };
const trajectories = createTrajectoryActivities({ store, chooseLlm: () => llm, environment, logger });
const evaluation = createEvaluationActivities({
  ...{ store, environment, logger },
  openRunner: async ({ label }) => ({
    generate: async function* (rows) {
      for (const { id } of rows) {
        const letter = 'ABCD'.charAt(Number.parseInt(digestOf(`${label}/${id}`).slice(0, 2), 16) % 4);
        yield { id, text: `${block(tags.thinking, 'A spot.')} ${block(tags.final, letter)}`, tokens: [] };
      }
    },
    close: async () => {},
  }),
});
const report = createReportActivities({ store, environment, logger });

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
    // As `prepareData` does, whose sources an import has left.
    prepareData: measured('data', () => deriveData({ store, scratch }, imported, recipe, knowledge)),
    writeReport: measured('report', report.writeReport),
  },
  [taskQueues.llm]: {
    synthesiseTrajectories: measured('trajectories', trajectories.synthesiseTrajectories),
    explainConcepts: measured('concepts', trajectories.explainConcepts),
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
    exportForInference: evaluation.exportForInference,
    evaluateModel: measured('evaluation', evaluation.evaluateModel),
  },
};

const bundle = { code: await readFile(join(folder, workflowsFile), 'utf8') };
const server = await startDevServer();
const stop = await startWorkers(
  server,
  bundle,
  Object.fromEntries(Object.entries(activities).map(([queue, own]) => [queue, withActivityFailures(own)])),
);
const options = { taskQueue: taskQueues.orchestrator, workflowId: `scale-${count}`, args: [{ recipe }] };
const run = await server.client.workflow.start(skinR1.workflow, {
  ...options,
  typedSearchAttributes: attributesOf('scale'),
});
await run.result();
const { historyLength: events } = await run.describe();
await stop();
await server.teardown();
console.log(JSON.stringify({ count, events, stages }));
process.exit(0);
