import { workflowInfo } from '@temporalio/workflow';
import type { BenchmarkResult } from '../domain/contracts/benchmarks.ts';
import type { RunInput, RunResult } from '../domain/contracts/run.ts';
import type { StretchResult, TeacherRef } from '../domain/contracts/training.ts';
import { baseModel } from '../domain/evaluation/model-under-test.ts';
import { skinGptR1Outline as method } from '../domain/methods/skingpt-r1/outline.ts';
import { parseRecipeOf } from '../domain/recipe/parse.ts';
import type { RecipeOf } from '../domain/recipe/recipe.ts';
import { type Stage, stageNames, stages } from '../domain/stages/index.ts';
import {
  chooseNarratives,
  describePictures,
  encodeTeacher,
  exportAdapter,
  identifyModel,
  makeSets,
  openTeacher,
  prepareCases,
  trainDistilled,
  writeNarrativeReport,
  writeNarratives,
} from './activities.ts';
import { accounted } from './allowance.ts';
import { scoreNarratives, trainEvaluator } from './parts/dermeval.ts';
import { Recognition, type Subject } from './parts/recognition.ts';
import { reviewed } from './parts/review.ts';
import { rulesAtStart } from './recipe-rules.ts';
import { type Course, runMethod } from './run-method.ts';

/**
 * SkinGPT-R1 (arXiv 2511.15242): narratives about labelled pictures, people's reviews of them, an evaluator that scores them
 * all, two adapters that learn from the best of them and from a teacher's features, evaluation, report.
 */
export function skinGptR1(input: RunInput): Promise<RunResult> {
  return runMethod(method, input, (recipe, file) => parseRecipeOf('skingpt-r1', recipe, file, rulesAtStart()), train);
}

async function train(recipe: RecipeOf<'skingpt-r1'>, { progress, evaluations }: Course): Promise<RunResult> {
  const { teacher } = recipe;
  const taught = teacher && recipe.distillation.epochs > 0 ? { ...recipe, teacher } : null;
  const [model, data, sets] = await progress.part('data', async () => {
    // A wrong base model or teacher fails before anything is paid for.
    const identified = await identifyModel({ base: recipe.model.base, recipe });
    const prepared = await prepareCases({ recipe });
    if (taught) await openTeacher({ recipe: taught, dataset: prepared.dataset });
    return [identified, prepared, await makeSets({ recipe, dataset: prepared.dataset })];
  });
  const recognition = new Recognition(recipe, model, progress);
  const onSets: Promise<BenchmarkResult[]>[] = [];
  const onBench: Promise<BenchmarkResult>[] = [];
  const askSets = (own: Subject): void => void onSets.push(evaluations.beside(() => recognition.onSets(own, sets)));
  const base: Subject = { subject: baseModel, checkpoint: null };

  const narratives = await progress.part('narratives', async () => {
    const { dataset } = data;
    const byBase = recipe.narratives.describer === 'base';
    const descriptions = byBase ? await describePictures({ recipe, model, dataset }) : null;
    // Not before, since descriptions are made on the same machines.
    askSets(base);
    return accounted('narratives', await writeNarratives({ recipe, dataset, descriptions }), progress);
  });
  const certified = await progress.part('review', () => reviewed(recipe, narratives.narratives, progress));
  const bench = certified?.bench ? { name: 'dermbench-part', items: certified.bench } : null;
  const askBench = (own: Subject): void => {
    if (bench) onBench.push(evaluations.beside(() => recognition.onBench(own, bench)));
  };
  askBench(base);

  const [evaluator, scores, dermcot] = await progress.part('dermeval', async () => {
    const trained = await trainEvaluator(recipe, model, certified, progress);
    const scored = accounted(
      'dermeval',
      await scoreNarratives(recipe, model, narratives.narratives, trained.checkpoint),
      progress,
    );
    const chosen = await chooseNarratives({
      recipe,
      ...{ narratives: narratives.narratives, scores: scored.scores, certified: certified?.certified ?? null },
    });
    const { train: rows, validation, filtered, certified: byPeople } = chosen.counts;
    progress.say(
      'dermeval',
      `${rows} rows to train, ${validation} held out; ${filtered} filtered, ${byPeople} certified`,
    );
    return [trained, scored, chosen];
  });

  const stretches: Partial<Record<Stage, StretchResult[]>> = {
    'dermeval-sft': evaluator.sft,
    dermeval: evaluator.soreb,
  };
  const exported = await progress.part('distillation', async () => {
    const rows = { narratives: dermcot.dermcot, rows: dermcot.counts.train };
    const trainStage = async (stage: 'dermcot' | 'distillation', features: TeacherRef | null): Promise<void> => {
      // Not by `inStretches`: one await more would order these activities and the evaluations beside them in another way.
      const trained: StretchResult[] = [];
      for (const epoch of stages[stage].ends(recipe)) {
        progress.say(stages[stage].part, stages[stage].status(epoch, recipe));
        const stretch = await trainDistilled({ stage, recipe, model, ...rows, teacher: features, epoch });
        progress.reached({ stage, step: stretch.checkpoint.step });
        trained.push(stretch);
      }
      const last = trained.at(-1)?.checkpoint;
      if (!last) return;
      stretches[stage] = trained;
      const own: Subject = { subject: { stage, step: last.step, image: 'real' }, checkpoint: last };
      askSets(own);
      askBench(own);
    };
    const features = taught ? await encodeTeacher({ recipe: taught, dermcot: dermcot.dermcot }) : null;
    await trainStage('dermcot', null);
    await trainStage('distillation', features);
    const final = method
      .trained(recipe)
      .flatMap((stage) => stretches[stage] ?? [])
      .at(-1);
    if (!final) throw new RangeError('a recipe without training');
    return final.checkpoint;
  });

  const [recognised, benched] = await progress.part('evaluation', async () => {
    await evaluations.all();
    return [(await Promise.all(onSets)).flat(), await Promise.all(onBench)];
  });
  return progress.part('report', async () => {
    const { written, rejected } = narratives.counts;
    const { train, validation, certified: reviewed } = dermcot.counts;
    const adapter = await exportAdapter({
      ...{ recipe, model, checkpoint: exported, data: data.counts },
      narratives: {
        ...{ written, rejected, train, validation, certified: reviewed },
        ...(certified?.people === undefined ? {} : { people: certified.people }),
      },
      benchmarks: [...recognised, ...benched],
    });
    const report = await writeNarrativeReport({
      run: workflowInfo().workflowId,
      ...{ recipe, model, data, narratives, scores, certified, dermcot, adapter },
      ...{ evaluations: recognised, bench: benched },
      logs: stageNames.flatMap((stage) => (stretches[stage] ?? []).map(({ metrics }) => ({ stage, metrics }))),
      spent: [
        ...(narratives.llm ? [{ stage: 'narratives', account: narratives.llm }] : []),
        ...(scores.llm ? [{ stage: 'dermeval', account: scores.llm }] : []),
      ],
    });
    progress.reported(report);
    return { report, adapter, evaluations: [], benchmarks: [...recognised, ...benched] };
  });
}
