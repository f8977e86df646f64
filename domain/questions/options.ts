/** The options of each task, before they have letters; no options where a case cannot be asked. */
import type { Case } from '../cases/case.ts';
import { differentialsOf, type Knowledge } from '../knowledge/knowledge.ts';
import { malignancies } from '../knowledge/malignancy.ts';
import type { Random } from '../random.ts';
import { type RewardSettings, rewardWeights } from '../reward-settings.ts';
import { type DistractorPool, drawDistractors } from './distractors.ts';
import type { MatchedOptions } from './matched.ts';
import type { Option } from './question.ts';
import { conditionNames, conditionSynonyms } from './tags.ts';

export type UnletteredOption = Omit<Option, 'letter'>;

const optionsPerQuestion = 4;
const deepestOnPath = 3;
/** As many as there are letters. */
const mostOptions = 26;

/** 1 to 3 labels of the path, the rest surely wrong ones; the finest label offered of the path is the right answer. */
export function diagnosisOptions(
  c: Case,
  poolOf: (c: Case, finest: string) => DistractorPool,
  knowledge: Knowledge,
  granularity: RewardSettings['granularity'],
  random: Random,
): UnletteredOption[] {
  const count = random.int(1, Math.min(deepestOnPath, c.path.length));
  const offered = random.sample(c.path, count);
  const finest = c.path.findLast((label) => offered.includes(label)) ?? c.diagnosis;
  const wrong = drawDistractors(poolOf(c, finest), optionsPerQuestion - count, random);
  if (wrong.length === 0) return [];
  return random.shuffle([...offered, ...wrong]).map(valued(c, knowledge, granularity, finest));
}

/** The diagnosis among the neighbours in G_DDx, or its parent's, that occur in the data and cannot be true with it. */
export function ddxOptions(
  c: Case,
  occurs: (label: string) => boolean,
  knowledge: Knowledge,
  random: Random,
): UnletteredOption[] {
  const { taxonomy } = knowledge;
  const neighbours = differentialsOf(c.diagnosis, knowledge).filter(
    (label) => occurs(label) && !taxonomy.overlap(label, c.diagnosis),
  );
  if (neighbours.length === 0) return [];
  const options = random.shuffle([c.diagnosis, ...random.sample(neighbours, mostOptions - 1)]);
  return options.map(valued(c, knowledge, 'leaf', c.diagnosis));
}

/** The diagnosis among its ancestors. */
export function hierarchicalOptions(c: Case, knowledge: Knowledge, random: Random): UnletteredOption[] {
  if (c.path.length < 2) return [];
  return random.shuffle(c.path.slice(-mostOptions)).map(valued(c, knowledge, 'leaf', c.diagnosis));
}

/** The options of a block in an order of the case's own; none for a case outside the blocks. */
export function matchedOptions(
  c: Case,
  matched: MatchedOptions | undefined,
  knowledge: Knowledge,
  granularity: RewardSettings['granularity'],
  random: Random,
): UnletteredOption[] {
  if (!matched) return [];
  return random.shuffle(matched.labels).map(valued(c, knowledge, granularity, matched.right));
}

/** The three conditions in the order of P6. */
export const conditionOptions = (c: Case): UnletteredOption[] =>
  malignancies.map((malignancy) => ({
    label: conditionNames[malignancy],
    synonyms: conditionSynonyms[malignancy],
    value: malignancy === c.malignancy ? rewardWeights.granularity : 0,
  }));

/**
 * Eq. 7: the weight of granularity times i / L for the i-th label of the path, L its length or the depth of the finest
 * offered one (A6). Flat: only the finest offered one earns.
 */
const valued =
  (c: Case, { taxonomy }: Knowledge, granularity: RewardSettings['granularity'], finest: string) =>
  (label: string): UnletteredOption => {
    const depth = (name: string): number => c.path.indexOf(name) + 1;
    const scale = granularity === 'leaf' ? c.path.length : depth(finest);
    const earns = granularity !== 'flat' || label === finest;
    const value = earns ? (rewardWeights.granularity * depth(label)) / scale : 0;
    return { label, synonyms: taxonomy.synonyms(label), value };
  };
