/**
 * Confusion matrices on disk: one of all labels of the taxonomy takes megabytes of memory, a run has one per model and
 * task, and the page draws the final model's.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvaluationSummary, TaskSummary } from '../../domain/evaluation/summary.ts';

/** The same summary; a matrix is read whenever it is asked for, while the folder stands, and not kept. */
export async function shelveConfusion(summary: EvaluationSummary, folder: string): Promise<EvaluationSummary> {
  const tasks: TaskSummary[] = [];
  for (const { confusion, ...rest } of summary.tasks) {
    const path = join(folder, `${randomUUID()}.json`);
    await writeFile(path, JSON.stringify(confusion));
    tasks.push({
      ...rest,
      get confusion(): TaskSummary['confusion'] {
        return JSON.parse(readFileSync(path, 'utf8')); // as it was written
      },
    });
  }
  return { ...summary, tasks };
}
