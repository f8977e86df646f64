import { patched, workflowInfo } from '@temporalio/workflow';
import type { CheckpointRef } from '../domain/contracts/references.ts';
import type { RunInput, RunResult } from '../domain/contracts/run.ts';
import type { StretchResult } from '../domain/contracts/training.ts';
import { baseModel, type ModelUnderTest, onGrey } from '../domain/evaluation/model-under-test.ts';
import { skinR1Outline as method } from '../domain/methods/skin-r1/outline.ts';
import { patches } from '../domain/names.ts';
import type { SkinR1Recipe } from '../domain/recipe/methods/skin-r1.ts';
import { parseRecipeOf } from '../domain/recipe/parse.ts';
import { chooseMilestone, type MilestoneChoice } from '../domain/rewards/milestones.ts';
import { type Stage, type StageBy, stageNames, stages } from '../domain/stages/index.ts';
import {
  explainConcepts,
  exportAdapter,
  identifyModel,
  prepareData,
  synthesiseTrajectories,
  writeReport,
} from './activities.ts';
import { accounted } from './allowance.ts';
import { trainByEpochs } from './parts/by-epochs.ts';
import { trainByMilestones } from './parts/by-milestones.ts';
import { probeTasks } from './parts/probes.ts';
import { rulesAtStart } from './recipe-rules.ts';
import { type Course, runMethod } from './run-method.ts';

/** Skin-R1 (arXiv 2511.14900): trajectories, supervised fine-tuning, GRPO, evaluation of every milestone, report. */
export function skinR1(input: RunInput): Promise<RunResult> {
  return runMethod(method, input, (recipe, file) => parseRecipeOf('skin-r1', recipe, file, rulesAtStart()), train);
}

async function train(recipe: SkinR1Recipe, { progress, evaluations }: Course): Promise<RunResult> {
  // Asked once: a run that began before this goes on as it began.
  const allControls = recipe.evaluation.noImageControl && patched(patches.controlOfEveryModel);
  const [model, data] = await progress.part('data', async () => {
    // A wrong base model or adapter, or what the gpu workers cannot do, fails before hours of import.
    const identified = await identifyModel({ base: recipe.model.base, recipe });
    return [identified, await prepareData({ recipe })];
  });
  const { questions, textbook } = data;
  const start = { recipe, model };
  const evaluate = (subject: ModelUnderTest, checkpoint: CheckpointRef | null): void => {
    const asked = { ...start, checkpoint, questions };
    if (allControls) evaluations.startWithControl(subject, asked);
    else evaluations.start(subject, asked);
  };
  evaluate(baseModel, null);
  const probed = recipe.evaluation.probes ? evaluations.beside(() => probeTasks(recipe, data)) : null;

  const [{ trajectories, counts, llm }, explained] = await progress.part('trajectories', async () => {
    const synthesised = accounted('trajectories', await synthesiseTrajectories({ recipe, textbook }), progress);
    if (!data.concepts) return [synthesised, null];
    const explanations = await explainConcepts({ recipe, concepts: data.concepts });
    return [synthesised, accounted('trajectories', explanations, progress)];
  });

  const stretches: Partial<Record<Stage, StretchResult[]>> = {};
  const choices: MilestoneChoice[] = [];
  /** A stage's last model, or the one that was chosen, with its checkpoint; null where the recipe leaves the stage out. */
  const newest = (stage: Stage): Trained | null => {
    const chosen = choices.find((choice) => choice.stage === stage)?.step;
    const stretch = stretches[stage]?.findLast((each) => chosen === undefined || each.checkpoint.step === chosen);
    const checkpoint = stretch?.checkpoint;
    return checkpoint ? { subject: subjectOf(stage, checkpoint), checkpoint } : null;
  };

  await progress.part('sft', async () => {
    if (explained) {
      const rows = { trajectories: explained.trajectories, rows: explained.counts.train };
      stretches.concepts = await trainByEpochs('concepts', recipe, { ...start, ...rows }, progress);
    }
    const adapter = newest('concepts')?.checkpoint;
    const input = { ...start, trajectories, rows: counts.train, ...(adapter ? { adapter } : {}) };
    stretches.sft = await trainByEpochs('sft', recipe, input, progress);
  });
  const policy = newest('sft');
  if (policy) evaluate(policy.subject, policy.checkpoint);

  const exported = await progress.part('grpo', async () => {
    const train = async (stage: StageBy<'grpo'>, sft: CheckpointRef | null): Promise<StretchResult[]> => {
      const trained = await trainByMilestones(stage, recipe, { ...start, questions, sft }, progress, (checkpoint) =>
        evaluate(subjectOf(stage, checkpoint), checkpoint),
      );
      const choice = chooseMilestone(stage, trained, stages[stage].ends(recipe));
      if (choice) choices.push(choice);
      return trained;
    };
    const evaluateWithoutImage = ({ subject, checkpoint }: Trained): void => {
      if (recipe.evaluation.noImageControl && !allControls) evaluate(onGrey(subject), checkpoint);
    };
    if (policy) stretches.grpo = await train('grpo', policy.checkpoint);
    const reinforced = newest('grpo');
    if (reinforced) evaluateWithoutImage(reinforced);
    // After the main training, so that one trainer runs at a time.
    stretches['rl-only'] = await train('rl-only', null);
    const last = method.trained(recipe).at(-1);
    const final = last && newest(last);
    if (!final) throw new RangeError('a recipe without training');
    if (!reinforced) evaluateWithoutImage(final);
    return final;
  });

  const scores = await progress.part('evaluation', () => evaluations.all());
  const probes = probed && (await probed);
  return progress.part('report', async () => {
    const textOnly = data.textOnly ? { textOnly: data.textOnly } : {};
    const chosen = choices.length > 0 ? { chosen: choices } : {};
    const card = { data: data.counts, trajectories: counts, evaluations: scores, ...textOnly, ...chosen };
    const adapter = await exportAdapter({ ...start, checkpoint: exported.checkpoint, ...card });
    const report = await writeReport({
      run: workflowInfo().workflowId,
      ...{ ...start, data, trajectories: { trajectories, counts }, adapter, evaluations: scores, ...chosen },
      ...(probes ? { probes } : {}),
      logs: stageNames.flatMap((stage) => (stretches[stage] ?? []).map(({ metrics }) => ({ stage, metrics }))),
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
  subject: ModelUnderTest;
  checkpoint: CheckpointRef;
}

const subjectOf = (stage: Stage, { step }: CheckpointRef): ModelUnderTest => ({ stage, step, image: 'real' });
