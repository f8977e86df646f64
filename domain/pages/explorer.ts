/**
 * The items of a page, in columns: what repeats is an index into a list of its own, so that 20,000 items with the answers
 * of several models are small and quick to filter. Read by `activities/reporting/client`.
 */
import type { BenchmarkItem } from '../benchmarks/benchmark.ts';
import { type ReaderName, readers, type ScoredItem } from '../evaluation/scored.ts';
import { keepsForm } from '../questions/extract.ts';
import { questionTasks } from '../questions/question.ts';
import { type RewardName, rewardWeights } from '../reward-settings.ts';
import type { EvaluationSource } from './build.ts';

/** Indices into a list; -1: nothing. */
type Places = number[];

interface ReadingColumns {
  /** Into `labels`. */
  predicted: Places;
  score: number[];
}

export interface ExplorerModel {
  label: string;
  kind: EvaluationSource['kind'];
  reader: ReaderName;
  strict: ReadingColumns;
  lenient: ReadingColumns;
  /** Into `forms`: why the strict reader read nothing. */
  form: Places;
  /** Into `outputs`; -1: this model was not asked the item. */
  output: Places;
  /** Whether the stated lesion condition is right; -1 where none was stated. */
  condition: number[];
  /** Into `rewards`: the parts of the paper's reward that the output would earn; -1 where the item has none. */
  reward: Places;
}

export interface ExplorerData {
  sets: string[];
  labels: string[];
  groups: string[];
  forms: string[];
  outputs: string[];
  prompts: string[];
  rewards: Record<string, number>[];
  /** Letter and label of each option. */
  optionLists: [string, string][][];
  ids: string[];
  set: Places;
  group: Places;
  expected: Places;
  prompt: Places;
  options: Places;
  /** Into the page's pictures. */
  picture: Places;
  attributes: { name: string; values: string[]; place: Places }[];
  models: ExplorerModel[];
}

class Dictionary<T> {
  readonly list: T[] = [];
  readonly #places = new Map<string, number>();
  place(value: T | null | undefined, key = String(value)): number {
    if (value === null || value === undefined) return -1;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.list.length);
    return this.list.push(value) - 1;
  }
}

export interface Explorer {
  data: ExplorerData;
  /** Pictures by their place in `picture`. */
  images: BenchmarkItem['image'][];
}

/**
 * The items of the first evaluation in its order, then those that only later ones have.
 *
 * @param asked what the items asked, by id; an item that is not there has neither picture nor options
 */
export function explorerOf(sources: readonly EvaluationSource[], asked: ReadonlyMap<string, BenchmarkItem>): Explorer {
  const [sets, labels, groups] = [new Dictionary<string>(), new Dictionary<string>(), new Dictionary<string>()];
  const [forms, outputs, prompts] = [new Dictionary<string>(), new Dictionary<string>(), new Dictionary<string>()];
  const rewards = new Dictionary<Record<string, number>>();
  const [optionLists, images] = [new Dictionary<[string, string][]>(), new Dictionary<BenchmarkItem['image']>()];
  const items = new Map<string, ScoredItem>();
  for (const source of sources) for (const item of source.items) if (!items.has(item.id)) items.set(item.id, item);
  const all = [...items.values()];
  const column = (place: (item: ScoredItem, asked: BenchmarkItem | undefined) => number): Places =>
    all.map((item) => place(item, asked.get(item.id)));

  const modelOf = ({ label, kind, reader, items: own }: EvaluationSource): ExplorerModel => {
    const byId = new Map(own.map((item) => [item.id, item]));
    const mine = all.map(({ id }) => byId.get(id));
    const reading = (name: ReaderName): ReadingColumns => ({
      predicted: mine.map((item) => labels.place(item?.[name].predicted)),
      score: mine.map((item) => Number((item?.[name].score ?? 0).toFixed(4))),
    });
    const [strict, lenient] = readers.map(reading) as [ReadingColumns, ReadingColumns]; // there are two
    return {
      ...{ label, kind, reader, strict, lenient },
      form: mine.map((item) => forms.place(item?.unreadable)),
      output: mine.map((item) => outputs.place(item?.output)),
      condition: mine.map((item) => (item?.conditionCorrect == null ? -1 : Number(item.conditionCorrect))),
      reward: mine.map((item) => {
        const parts = item ? rewardOf(item, asked.get(item.id)) : null;
        return rewards.place(parts, JSON.stringify(parts));
      }),
    };
  };

  const columns = {
    ids: all.map(({ id }) => id),
    set: column(({ source }) => sets.place(source)),
    group: column(({ group }) => groups.place(group)),
    expected: column(({ expected }) => labels.place(expected)),
    prompt: column((_, item) => prompts.place(item?.prompt)),
    options: column((_, item) => {
      const list = item?.options.map(({ letter, label }): [string, string] => [letter, label]);
      return optionLists.place(list, JSON.stringify(list));
    }),
    picture: column((_, item) => images.place(item?.image, item?.image.sha256)),
    attributes: attributeColumns(all),
  };
  const models = sources.map(modelOf);
  return {
    data: {
      ...{ sets: sets.list, labels: labels.list, groups: groups.list, forms: forms.list },
      ...{ outputs: outputs.list, prompts: prompts.list, rewards: rewards.list, optionLists: optionLists.list },
      ...columns,
      models,
    },
    images: images.list,
  };
}

/**
 * What `scoreCompletion` gives by the paper's settings, of what was read before: reading 20,000 outputs again takes half a
 * minute. Questions of a run carry what an answer is worth; items with questions of their own do not.
 */
export function rewardOf(
  { output, strict, conditionCorrect }: ScoredItem,
  item: BenchmarkItem | undefined,
): Record<RewardName, number> | null {
  if (!item || item.malignancy === null || !questionTasks.some((task) => task === item.kind)) return null;
  return {
    format: keepsForm(output) ? rewardWeights.format : 0,
    granularity: item.options.find(({ letter }) => letter === strict.letter)?.value ?? 0,
    malignancy: conditionCorrect === true ? rewardWeights.malignancy : 0,
  };
}

function attributeColumns(items: readonly ScoredItem[]): ExplorerData['attributes'] {
  const names = [...new Set(items.flatMap(({ attributes }) => Object.keys(attributes)))].toSorted();
  return names.map((name) => {
    const values = new Dictionary<string>();
    const place = items.map(({ attributes }) => values.place(attributes[name]));
    return { name, values: values.list, place };
  });
}
