/** The scores of any number of judged items: some twenty bytes of memory for each, the names of their groups on disk. */
import { setImmediate as untilNextTurn } from 'node:timers/promises';
import { ItemColumns } from '../../domain/evaluation/item-columns.ts';
import { type SummarisedItem, summariseItems, type TaskSummary } from '../../domain/evaluation/summary.ts';
import { type QuestionTask, questionTasks } from '../../domain/questions/question.ts';
import { createDiskNumbers } from './disk-numbers.ts';

export interface ItemTally {
  add(item: Omit<SummarisedItem, 'group'> & { group: string }): void;
  /** What was added, by task. */
  columns(): Iterable<[QuestionTask, ItemColumns]>;
  close(): void;
}

export function createItemTally(): ItemTally {
  const groups = createDiskNumbers();
  const byTask = new Map(questionTasks.map((task) => [task, new ItemColumns(task)]));
  return {
    add: (item) => byTask.get(item.task)?.add(item, groups.of(item.group)),
    columns: () => byTask,
    close: groups.close,
  };
}

/** Of each task that has items. */
export async function summariseTally(tally: ItemTally): Promise<TaskSummary[]> {
  const summaries: TaskSummary[] = [];
  for (const [, items] of tally.columns()) {
    await untilNextTurn(); // scores of many patients take a while
    summaries.push(...summariseItems(items));
  }
  return summaries;
}
