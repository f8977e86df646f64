/** The models of a run by data set, and beside the paper's rows. */
import { benchmarks } from '../benchmarks/index.ts';
import type { ScoredItem } from '../evaluation/scored.ts';
import { questionTasks } from '../questions/question.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { againstPaper, trainingOf } from './against-paper.ts';
import { isGenerated } from '../methods/card-source.ts';
import type { ItemsByLabel, ReportedItem } from './compare.ts';
import type { EvaluatedModel, ModelBySet } from './report.ts';

/** Of each task and model: a column for each set, and the row of the paper that the model stands for. */
export function modelsBySet(models: readonly EvaluatedModel[], items: ItemsByLabel, recipe: Recipe): ModelBySet[] {
  const data = { generated: isGenerated(recipe), distractors: recipe.questions.distractors };
  return questionTasks.flatMap((task) => {
    const name = task === 'diagnosis' ? 'id-diagnosis' : task;
    const benchmark = benchmarks.find((known) => known.name === name);
    if (!benchmark) return [];
    return models.flatMap(({ label, image }): ModelBySet[] => {
      const own = (items.get(label) ?? []).filter((item) => item.task === task).map(asScored);
      if (own.length === 0) return [];
      const summary = benchmark.summarise(own);
      const kind = image === 'grey' ? 'no image' : 'model';
      const training = trainingOf(`run@${label}`);
      const asked = { reader: 'strict', profile: recipe.prompts, samples: 1 } as const;
      const paper = againstPaper(benchmark, { label, kind, summary, training, ...asked }, data);
      return [{ task, label, columns: summary.columns, paper }];
    });
  });
}

/** What a run's own evaluation says of an item, without its output; it does not keep the label that the lenient reader found. */
export const asScored = (item: ReportedItem): ScoredItem => ({
  ...{ id: item.id, caseId: item.caseId, group: item.group, source: item.source, attributes: {} },
  ...{ output: '', expected: item.expected, unreadable: item.unreadable },
  strict: { letter: item.letter, predicted: item.predicted, correct: item.correct, score: Number(item.correct) },
  lenient: {
    letter: item.lenient.letter,
    predicted: item.lenient.correct ? item.expected : item.lenient.letter,
    ...{ correct: item.lenient.correct, score: Number(item.lenient.correct) },
  },
  conditionCorrect: item.malignancyCorrect,
});
