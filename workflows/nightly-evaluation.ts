import {
  CancellationScope,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import {
  type BenchmarkChoice,
  type BenchmarkData,
  nameOfBenchmark,
  type TestedModel,
} from '../domain/contracts/benchmarks.ts';
import { searchAttributes, taskQueues } from '../domain/names.ts';
import {
  type NightlyInput,
  type NightlyResult,
  type NightOutcome,
  type NightResult,
  parseNightly,
} from '../domain/nights/nightly.ts';
import { callWebhook, findMilestone, recordNight } from './activities.ts';
import { listenForRetryNow } from './attempts.ts';
import { dataOf, evaluateModels } from './evaluate-models.ts';
import { concluding, explain } from './failures.ts';
import { Progress } from './progress.ts';

/**
 * A model on benchmarks, compared with the last good night. What cannot be measured in time is no failure: the night
 * says so, and the next one is compared with the last that was measured.
 */
export async function nightlyEvaluation(given: NightlyInput): Promise<NightlyResult> {
  listenForRetryNow();
  return concluding(async () => {
    const input = parseNightly(given);
    const names = input.benchmarks.map(nameOfBenchmark);
    const progress = new Progress('nightly', ['model', ...names, 'verdict']);
    const { schedule, model, asking } = input;
    const measured = await measure(input, progress);
    const result = await progress.part('verdict', () =>
      recordNight({
        ...{ schedule, night: scheduledTime().toISOString(), ...measured },
        ...{ profile: model.profile, limit: asking.limit },
      }),
    );
    mark(result.verdict);
    return { ...result, webhook: await notify(input, result) };
  });
}

interface MeasuredNight {
  outcomes: NightOutcome[];
  data: BenchmarkData | null;
}

/** Benchmarks one after another, so that what the time suffices for is measured. */
async function measure(input: NightlyInput, progress: Progress): Promise<MeasuredNight> {
  const { benchmarks, withinMinutes } = input;
  const outcomes: NightOutcome[] = [];
  let data: BenchmarkData | null = null;
  const late = `no answer within ${withinMinutes} minutes: no machine or endpoint took the work, or it was too much`;
  const rest = (reason: string): NightOutcome[] =>
    benchmarks.slice(outcomes.length).map((benchmark) => ({ benchmark, reason }));
  try {
    await CancellationScope.withTimeout(withinMinutes * 60_000, async () => {
      const prepared = await progress.part('model', async () => ({
        data: await dataOf(input.data),
        tested: await testedOf(input),
      }));
      data = prepared.data;
      for (const benchmark of benchmarks) {
        outcomes.push(await measureOne(benchmark, prepared, input, progress));
      }
    });
  } catch (error) {
    return { outcomes: [...outcomes, ...rest(reasonOf(error, late))], data };
  }
  return { outcomes, data };
}

/** Throws what ends the night: that it was cancelled from outside, and defects. */
function reasonOf(error: unknown, late: string): string {
  if (CancellationScope.current().consideredCancelled) throw error;
  if (isCancellation(error)) return late;
  const reason = explain(error);
  if (!reason) throw error;
  return reason.message;
}

async function testedOf({ model, newestOf }: NightlyInput): Promise<TestedModel> {
  if (newestOf === null || model.kind !== 'local') return model;
  const { id, checkpoint, baseSha256 } = await findMilestone({ run: newestOf });
  return { ...model, label: `${newestOf}@${id}`, adapter: checkpoint, baseSha256 };
}

/** One that fails leaves the others their turn. */
async function measureOne(
  benchmark: BenchmarkChoice,
  { data, tested }: { data: BenchmarkData; tested: TestedModel },
  { asking }: NightlyInput,
  progress: Progress,
): Promise<NightOutcome> {
  const name = nameOfBenchmark(benchmark);
  try {
    return await progress.part(name, async () => {
      const { evaluations } = await executeChild(evaluateModels, {
        args: [{ models: [tested], benchmarks: [benchmark], data, asking }],
        workflowId: `${workflowInfo().workflowId}/evaluate/${name}`,
        taskQueue: taskQueues.orchestrator,
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      });
      const [found] = evaluations;
      if (!found) throw new RangeError('an evaluation of one model and one benchmark has one result');
      const { evaluation, label, reader } = found;
      return { benchmark, evaluation: { evaluation, label, reader } };
    });
  } catch (error) {
    const reason = isCancellation(error) ? null : explain(error);
    if (!reason) throw error;
    return { benchmark, reason: reason.message };
  }
}

/** A night keeps its name however late it starts, and when it is caught up or done again. */
function scheduledTime(): Date {
  const { typedSearchAttributes, startTime } = workflowInfo();
  return typedSearchAttributes.get({ name: 'TemporalScheduledStartTime', type: 'DATETIME' }) ?? startTime;
}

/** Whoever created the schedule set it, where the namespace has it; to set one that it lacks would stop the workflow. */
function mark(verdict: string): void {
  const key = { name: searchAttributes.verdict, type: 'KEYWORD' } as const;
  if (workflowInfo().typedSearchAttributes.get(key) !== undefined) upsertSearchAttributes([{ key, value: verdict }]);
}

/** A receiver that cannot be reached is no failure of the night. */
async function notify({ webhook }: NightlyInput, result: NightResult): Promise<NightlyResult['webhook']> {
  if (webhook === null || result.verdict !== 'drop') return null;
  try {
    await callWebhook({ url: webhook, result });
    return 'delivered';
  } catch (error) {
    const reason = isCancellation(error) ? null : explain(error);
    if (!reason) throw error;
    return `not delivered: ${reason.message}`;
  }
}
