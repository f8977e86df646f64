/** Multiple-choice questions out of labelled cases (App. A and section 4.3). */
import type { Case } from '../cases/case.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { createRandom, type Random } from '../random.ts';
import type { RewardSettings } from '../reward-settings.ts';
import { createDistractorPools, type DistractorSource, type LabelCensus } from './distractors.ts';
import { caseKey, type MatchedOptions, type MatchedTask } from './matched.ts';
import {
  conditionOptions,
  ddxOptions,
  diagnosisOptions,
  hierarchicalOptions,
  matchedOptions,
  type UnletteredOption,
} from './options.ts';
import type { Question, QuestionTask } from './question.ts';

export interface QuestionSettings {
  seed: number;
  granularity: RewardSettings['granularity'];
  distractors: DistractorSource;
  /** Asked of validation and test cases. */
  tasks: readonly QuestionTask[];
  /** Asked of training cases. A model is trained on the diagnosis (with its condition, P3) alone, the default. */
  trainingTasks?: readonly QuestionTask[];
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** What the questions of a case depend on besides it. */
interface QuestionGround {
  /** Of every case of the data. */
  labels: LabelCensus;
  /** The options of a case in its block, where distractors are matched; undefined where it stands in none. */
  matched(c: Case, task: MatchedTask): MatchedOptions | undefined;
}

/**
 * A function from a case to its questions. A question depends on its case, the labels of the data and the seed, so the
 * cases may come in any order and one at a time. A case without a wrong option is not asked; one whose label names no
 * disease ("benign lesion") is asked for its condition alone.
 */
export function questionMaker(
  ground: QuestionGround,
  knowledge: Knowledge,
  settings: QuestionSettings,
): (c: Case) => Question[] {
  const random = createRandom(`questions/${settings.seed}`);
  const draw =
    settings.distractors === 'matched'
      ? matchedDraw(ground, knowledge, settings)
      : freeDraw(ground, knowledge, settings.distractors, settings.granularity);
  const optionsOf = (c: Case, task: QuestionTask): UnletteredOption[] => {
    if (task === 'lesion-condition') return conditionOptions(c);
    if (knowledge.taxonomy.isCatchAll(c.diagnosis)) return [];
    return draw(c, task, random.fork(`${task}/${caseKey(c)}`));
  };
  const { tasks, trainingTasks = ['diagnosis'] } = settings;
  return (c) =>
    (c.split === 'train' ? trainingTasks : tasks).flatMap((task) => {
      const options = optionsOf(c, task);
      return options.length < 2 ? [] : [question(c, task, options)];
    });
}

type Draw = (c: Case, task: MatchedTask, random: Random) => UnletteredOption[];

/** Each case on its own: the paper's ways. */
function freeDraw(
  { labels }: QuestionGround,
  knowledge: Knowledge,
  source: Exclude<DistractorSource, 'matched'>,
  granularity: QuestionSettings['granularity'],
): Draw {
  const poolOf = createDistractorPools(labels, knowledge.taxonomy, source);
  const draws: Record<MatchedTask, Draw> = {
    diagnosis: (c, _, random) => diagnosisOptions(c, poolOf, knowledge, granularity, random),
    ddx: (c, _, random) => ddxOptions(c, labels.occurs, knowledge, random),
    hierarchical: (c, _, random) => hierarchicalOptions(c, knowledge, random),
  };
  return (c, task, random) => draws[task](c, task, random);
}

/** Cases in blocks of equal options. The values of the targeted tests are the paper's whatever the reward. */
function matchedDraw({ matched }: QuestionGround, knowledge: Knowledge, { granularity }: QuestionSettings): Draw {
  return (c, task, own) => {
    const scale = task === 'diagnosis' ? granularity : 'leaf';
    return matchedOptions(c, matched(c, task), knowledge, scale, own);
  };
}

function question(c: Case, task: QuestionTask, unlettered: UnletteredOption[]): Question {
  const options = unlettered.map((option, i) => ({ ...option, letter: letters.charAt(i) }));
  const best = options.reduce((a, b) => (b.value > a.value ? b : a));
  const [image] = c.images;
  if (!image) throw new RangeError(`case ${c.id} has no image`);
  return {
    id: `${c.id}/${task}`,
    caseId: c.id,
    group: c.group,
    source: c.source,
    task,
    image,
    diagnosis: c.diagnosis,
    malignancy: c.malignancy,
    options,
    answer: best.letter,
  };
}
