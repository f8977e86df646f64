/** The scores of any number of judged items, which lie on disk with the names of their groups. */
import { setImmediate as untilNextTurn } from 'node:timers/promises';
import { ItemColumns } from '../../domain/evaluation/item-columns.ts';
import { type SummarisedItem, summariseItems, type TaskSummary } from '../../domain/evaluation/summary.ts';
import { type QuestionTask, questionTasks } from '../../domain/questions/question.ts';
import type { NumberList } from '../../domain/rows/columns.ts';
import { DiskColumn } from '../disk/disk-column.ts';
import { createDiskNumbers } from './disk-numbers.ts';

interface ItemTally extends Disposable {
  add(item: Omit<SummarisedItem, 'group'> & { group: string }): void;
  /** What was added, by task. */
  columns(): Iterable<[QuestionTask, ItemColumns]>;
}

/** @param folder on this machine's disk, which stands as long as the columns are read */
export function createItemTally(folder: string): ItemTally {
  const groups = createDiskNumbers();
  const newColumn = (bytes: 1 | 4): NumberList =>
    bytes === 1 ? new DiskColumn(folder, Int8Array) : new DiskColumn(folder, Int32Array);
  const byTask = new Map(questionTasks.map((task) => [task, new ItemColumns(task, newColumn)]));
  return {
    add: (item) => byTask.get(item.task)?.add(item, groups.of(item.group)),
    columns: () => byTask,
    [Symbol.dispose]: groups.close,
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
