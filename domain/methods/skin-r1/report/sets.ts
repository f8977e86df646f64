/** The models of a run by data set, and beside the paper's rows. */
import { benchmarks } from '../../../benchmarks/catalogue/index.ts';
import { benchmarkOfTask } from '../../../evaluation/asked.ts';
import { leniently } from '../../../evaluation/item.ts';
import type { ReaderName, ScoredRow } from '../../../evaluation/scored.ts';
import { publicBase } from '../../../models/public-base.ts';
import { questionTasks } from '../../../questions/question.ts';
import type { SkinR1Recipe } from '../../../recipe/methods/skin-r1.ts';
import { againstPaper, type MeasuredModel, trainingOf } from '../../../report/against-paper.ts';
import { isEmpty, mapped } from '../../../rows/views.ts';
import { type ItemsByLabel, ofTask, type ReportedItem, type Turn } from './compare.ts';
import type { EvaluatedModel, ModelBySet } from './report.ts';

interface EvaluatedItems {
  models: readonly EvaluatedModel[];
  items: ItemsByLabel;
  recipe: SkinR1Recipe;
}

/** Of each task and model: a column for each set, and the row of the paper that the model stands for. */
export async function modelsBySet({ models, items, recipe }: EvaluatedItems, turn: Turn): Promise<ModelBySet[]> {
  const data = {
    ...{ generated: recipe.data.generate !== undefined, distractors: recipe.questions.distractors },
    runs: { run: { base: publicBase(recipe.model.base).name, exported: null, recipe } },
  };
  const found: ModelBySet[] = [];
  for (const task of questionTasks) {
    const benchmark = benchmarks.find(({ name }) => name === benchmarkOfTask(task));
    for (const { label, image } of models) {
      const own = mapped(ofTask(items.get(label) ?? [], task), byBothReaders);
      if (!benchmark || isEmpty(own)) continue;
      const summary = benchmark.summarise(own);
      const training = trainingOf(`run@${label}`);
      // The paper extracts its base model's answers from outputs without tags; those that it trained it reads strictly.
      const reader: ReaderName = training?.stage === 'base' ? 'lenient' : 'strict';
      const measured = { label, summary, training, kind: kindOf(image), reader };
      const asked = { profile: recipe.prompts, samples: 1 } as const;
      const compared = againstPaper(benchmark, { ...measured, ...asked }, data);
      const paper = compared.map((row) => ({ ...row, reader }));
      const columns = summary.columns.map(({ strict, ...column }) => ({ ...column, ...strict }));
      found.push({ task, label, columns, average: summary.average, paper });
      await turn();
    }
  }
  return found;
}

const kindOf = (image: EvaluatedModel['image']): MeasuredModel['kind'] => (image === 'grey' ? 'no image' : 'model');

function byBothReaders({ letter, predicted, correct, ...item }: ReportedItem): ScoredRow {
  const { group, source, expected, lenient } = item;
  return {
    ...{ group, source, attributes: {}, expected },
    strict: { letter, predicted, correct, score: Number(correct) },
    lenient: {
      ...{ letter: lenient.letter, predicted: leniently(item) },
      ...{ correct: lenient.correct, score: Number(lenient.correct) },
    },
    unreadable: null,
  };
}
