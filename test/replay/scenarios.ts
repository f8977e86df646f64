/** One run for each path through the workflows; the name is the file of its history. */
import type { Client, WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, type Duration } from '@temporalio/common';
import type { EvaluateModelsInput } from '../../domain/contracts/benchmarks.ts';
import { usualJudge } from '../../domain/dermeval/judge.ts';
import { failureTypes, userMistake } from '../../domain/failures.ts';
import { evaluationId, signals } from '../../domain/names.ts';
import type { NightlyInput } from '../../domain/nights/nightly.ts';
import type { Recipe } from '../../domain/recipe/recipe.ts';
import { endpointModel, nightOf, requestOf } from '../support/evaluations.ts';
import {
  createGate,
  type Faked,
  prepareWithConcepts,
  reference,
  reviewState,
  stretch,
  untilCancelled,
} from '../support/fake-activities.ts';
import { recipeWithConcepts, smallNarratives, smallRecipe } from '../support/recipes.ts';

export interface Scenario {
  instead?: Partial<Faked>;
  recipe?: Recipe;
  /** In place of a run: an evaluation of models. */
  evaluation?: EvaluateModelsInput;
  /** In place of a run: a night. */
  night?: NightlyInput;
  /** What happens to the run from outside. */
  meddle?(run: WorkflowHandle): Promise<void>;
  /** The execution whose history is kept, where it is not the run's own. */
  subject?(client: Client, run: WorkflowHandle): WorkflowHandle;
}

const evaluationOf =
  (label: string) =>
  (client: Client, run: WorkflowHandle): WorkflowHandle =>
    client.workflow.getHandle(evaluationId(run.workflowId, label));

function cancelled(): Scenario {
  const training = createGate();
  return {
    instead: {
      trainGrpo: () => {
        training.open();
        return untilCancelled();
      },
    },
    meddle: async (run) => {
      await training.opened;
      await run.cancel();
    },
  };
}

export const scenarios: Record<string, () => Scenario> = {
  complete: () => ({}),
  probed: () => ({ recipe: smallRecipe({ evaluation: { probes: true } }) }),
  'no-ablation-no-control': () => ({
    recipe: smallRecipe({ grpo: { rlOnlyMilestones: [] }, evaluation: { noImageControl: false } }),
  }),
  'sft-only': () => ({ recipe: smallRecipe({ grpo: { milestones: [], rlOnlyMilestones: [] } }) }),
  'rl-only': () => ({ recipe: smallRecipe({ sft: { epochs: 0 }, grpo: { milestones: [] } }) }),
  concepts: () => ({ recipe: recipeWithConcepts(), instead: { prepareData: prepareWithConcepts } }),
  'training-failed': () => ({ instead: failingAt('trainGrpo') }),
  'evaluation-failed': () => ({ instead: failingAt('evaluateModel') }),
  'recipe-refused': () => ({ recipe: smallRecipe({ grpo: { steps: 1 } }) }),
  /** Recorded before version 2 of recipes, which refuses it: a run that was open then goes on. */
  'task-twice': () => ({ recipe: smallRecipe({ evaluation: { tasks: ['diagnosis', 'diagnosis'] } }) }),
  cancelled,
  // Every model on grey pictures too; in those above only the final one.
  'every-control': () => ({}),
  // The same courses with the record of the run, which those above were begun without.
  recorded: () => ({}),
  'recorded-failed': () => ({ instead: failingAt('trainGrpo') }),
  'recorded-cancelled': cancelled,
  'away-and-resumed': () => ({ instead: { trainSft: away(epochOfSft, 9, '1 millisecond') } }),
  'retry-now': () => {
    const waiting = createGate();
    return {
      instead: { trainSft: away(epochOfSft, 1, '1 hour', waiting.open) },
      meddle: async (run) => {
        await waiting.opened;
        await untilPending(run, 2);
        await run.signal(signals.retryNow, ['trainSft-1']);
      },
    };
  },
  'skingpt-complete': () => ({ recipe: smallNarratives() }),
  /** Days of waiting are the time-skipping tests'; this has a look, a signal and the last look. */
  'skingpt-people': () => {
    let looks = 0;
    return {
      recipe: smallNarratives({ by: 'people' }),
      instead: { readReviews: async () => (looks++ === 0 ? reviewState(2, 0, 1) : reviewState(0, 0, 3)) },
      meddle: async (run) => {
        while (looks === 0) await new Promise((resolve) => setTimeout(resolve, 50));
        await run.signal(signals.reviewed, true);
      },
    };
  },
  'models-evaluated': () => ({
    evaluation: requestOf({ data: { recipe: JSON.parse(JSON.stringify(smallRecipe())) } }),
  }),
  // With the references on an image encoder, which those around it were begun without.
  'models-referenced': () => ({
    evaluation: requestOf({ encoder: { name: 'mine', artifact: reference('onnx', 'mine') } }),
  }),
  // With a judge, who is asked after each model.
  'models-judged': () => ({
    evaluation: requestOf({ models: [endpointModel()], judge: { ...usualJudge, model: 'strict' } }),
  }),
  'models-failed': () => ({ evaluation: requestOf(), instead: failingAt('evaluateBenchmark') }),
  'models-cancelled': () => {
    const answering = createGate();
    return {
      evaluation: requestOf(),
      instead: {
        evaluateBenchmark: () => {
          answering.open();
          return untilCancelled();
        },
      },
      meddle: async (run) => {
        await answering.opened;
        await run.cancel();
      },
    };
  },
  'night-told': () => ({ night: nightOf({ newestOf: 'run', webhook: 'https://hooks.example/dermflow' }) }),
  'night-not-measured': () => ({ night: nightOf(), instead: failingAt('evaluateBenchmark') }),
  'night-too-late': () => ({
    night: nightOf({ withinMinutes: 0.05 }),
    instead: { evaluateBenchmark: () => untilCancelled() },
  }),
  'evaluation-complete': () => ({ subject: evaluationOf('sft') }),
  'evaluation-refused': () => ({ instead: failingAt('evaluateModel'), subject: evaluationOf('sft') }),
};

const epochOfSft = ({ epoch }: { epoch: number }) => stretch('sft', 2 * epoch);

const failingAt = (activity: 'trainGrpo' | 'evaluateModel' | 'evaluateBenchmark'): Partial<Faked> => ({
  [activity]: async () => {
    throw userMistake('the recipe does not fit the machine');
  },
});

/** Away for the first `times` calls, with `pause` before the next attempt. */
function away<I, R>(
  then: (input: I) => R,
  times: number,
  pause: Duration,
  onFailure = () => {},
): (input: I) => Promise<R> {
  let calls = 0;
  return async (input) => {
    calls++;
    if (calls > times) return then(input);
    onFailure();
    const message = 'the store cannot be reached';
    throw ApplicationFailure.create({ message, type: failureTypes.unavailable, nextRetryDelay: pause });
  };
}

/** Until the server has noted the failure and counts the next attempt. */
async function untilPending(run: WorkflowHandle, attempt: number): Promise<void> {
  const pending = async () => (await run.describe()).raw.pendingActivities?.some((each) => each.attempt === attempt);
  while (!(await pending())) await new Promise((resolve) => setTimeout(resolve, 50));
}
