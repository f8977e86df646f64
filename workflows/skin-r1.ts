import { workflowInfo } from '@temporalio/workflow';
import type {
  CheckpointRef,
  EvaluationInput,
  SkinR1Input,
  SkinR1Result,
  StretchResult,
  TrajectoriesResult,
} from '../domain/contracts.ts';
import { ledgerWords } from '../domain/llm-account.ts';
import { parseRecipe } from '../domain/parse-recipe.ts';
import type { Recipe } from '../domain/recipe.ts';
import {
  explainConcepts,
  exportAdapter,
  identifyModel,
  prepareData,
  synthesiseTrajectories,
  writeReport,
} from './activities.ts';
import { countSpent, listenForBudget } from './allowance.ts';
import { listenForRetryNow } from './attempts.ts';
import { concluding } from './failures.ts';
import { Progress } from './progress.ts';
import { recorded } from './record.ts';
import { Evaluations } from './stages/evaluation.ts';
import { trainGrpoByMilestones } from './stages/grpo.ts';
import { alignConcepts, trainSftByEpochs } from './stages/sft.ts';

/** Skin-R1 (arXiv 2511.14900): trajectories, supervised fine-tuning, GRPO, evaluation of every milestone, report. */
export async function skinR1(input: SkinR1Input): Promise<SkinR1Result> {
  listenForRetryNow();
  listenForBudget((input as Partial<SkinR1Input> | undefined)?.budget);
  return concluding(async () => {
    // The starter may be any client, so the type of the input is a claim.
    const recipe = parseRecipe((input as Partial<SkinR1Input> | undefined)?.recipe, 'recipe');
    const progress = new Progress(recipe.name);
    const evaluations = new Evaluations(progress);
    return recorded(recipe, progress, async () => {
      try {
        return await train(recipe, progress, evaluations);
      } finally {
        await evaluations.stop();
        progress.rest();
      }
    });
  });
}

async function train(recipe: Recipe, progress: Progress, evaluations: Evaluations): Promise<SkinR1Result> {
  const [model, data] = await progress.stage('data', async () => {
    // A wrong base model is told before hours of import.
    const identified = await identifyModel({ base: recipe.model.base });
    return [identified, await prepareData({ recipe })];
  });
  const { questions, textbook } = data;
  const evaluate = (label: string, checkpoint: CheckpointRef | null, image: EvaluationInput['image'] = 'real'): void =>
    evaluations.start({ label, recipe, model, checkpoint, questions, image });
  evaluate('base', null);

  const [{ trajectories, counts, llm }, explained] = await progress.stage('trajectories', async () => {
    const told = (result: TrajectoriesResult): TrajectoriesResult => {
      countSpent(result.llm);
      if (result.llm) progress.say('trajectories', ledgerWords(result.llm));
      return result;
    };
    const synthesised = told(await synthesiseTrajectories({ recipe, textbook }));
    return [synthesised, data.concepts ? told(await explainConcepts({ recipe, concepts: data.concepts })) : null];
  });

  const [aligned, sft] = await progress.stage('sft', async () => {
    const start = { recipe, model };
    const concepts = explained
      ? await alignConcepts({ ...start, trajectories: explained.trajectories, rows: explained.counts.train }, progress)
      : [];
    const adapter = concepts.at(-1)?.checkpoint;
    const input = { ...start, trajectories, rows: counts.train, ...(adapter ? { adapter } : {}) };
    return [concepts, await trainSftByEpochs(input, progress)];
  });
  const policy = sft.at(-1)?.checkpoint ?? null;
  if (policy) evaluate('sft', policy);

  const [grpo, rlOnly] = await progress.stage('grpo', async () => {
    const start = { recipe, model, questions };
    const evaluateWithoutImage = ({ label, checkpoint }: Trained): void => {
      if (recipe.evaluation.noImageControl) evaluate(`${label}-no-image`, checkpoint, 'grey');
    };
    const onMilestone = (checkpoint: CheckpointRef): void => evaluate(`grpo-${checkpoint.step}`, checkpoint);
    const stretches = policy ? await trainGrpoByMilestones({ ...start, sft: policy }, progress, onMilestone) : [];
    if (stretches.length > 0) evaluateWithoutImage(finalModel({ sft, grpo: stretches, rlOnly: [] }));
    // After the main training, so that one trainer runs at a time.
    const ablation = await trainGrpoByMilestones({ ...start, sft: null }, progress, (checkpoint) =>
      evaluate(`rl-only-${checkpoint.step}`, checkpoint),
    );
    if (stretches.length === 0) evaluateWithoutImage(finalModel({ sft, grpo: [], rlOnly: ablation }));
    return [stretches, ablation];
  });

  const scores = await progress.stage('evaluation', () => evaluations.all());
  return progress.stage('report', async () => {
    const textOnly = data.textOnly ? { textOnly: data.textOnly } : {};
    const card = { data: data.counts, trajectories: counts, evaluations: scores, ...textOnly };
    const adapter = await exportAdapter({
      recipe,
      model,
      checkpoint: finalModel({ sft, grpo, rlOnly }).checkpoint,
      ...card,
    });
    const report = await writeReport({
      run: workflowInfo().workflowId,
      ...{ recipe, model, data, trajectories: { trajectories, counts }, adapter, evaluations: scores },
      ...(aligned.length > 0 ? { conceptMetrics: aligned.map(({ metrics }) => metrics) } : {}),
      sftMetrics: sft.map(({ metrics }) => metrics),
      grpoMetrics: grpo.map(({ metrics }) => metrics),
      rlOnlyMetrics: rlOnly.map(({ metrics }) => metrics),
      spent: [
        ...(llm ? [{ stage: 'trajectories', account: llm }] : []),
        ...(explained?.llm ? [{ stage: 'concepts', account: explained.llm }] : []),
      ],
    });
    progress.reported(report);
    return { report, adapter, evaluations: scores, ...textOnly };
  });
}

interface Trained {
  label: string;
  checkpoint: CheckpointRef;
}

/** SFT and GRPO in the paper's order; what an ablation leaves out is not there. A recipe trains something. */
function finalModel(stages: Record<'sft' | 'grpo' | 'rlOnly', StretchResult[]>): Trained {
  const [grpo, sft, rlOnly] = [stages.grpo, stages.sft, stages.rlOnly].map((stretches) => stretches.at(-1)?.checkpoint);
  if (grpo) return { label: `grpo-${grpo.step}`, checkpoint: grpo };
  if (sft) return { label: 'sft', checkpoint: sft };
  if (rlOnly) return { label: `rl-only-${rlOnly.step}`, checkpoint: rlOnly };
  throw new RangeError('a recipe without training');
}
