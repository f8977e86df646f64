import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readJsonFile, writeJsonFile } from '../../../../activities/json-file.ts';
import { createConfusionFiles } from '../../../../activities/reporting/skin-r1/confusion-files.ts';
import { judgeOutput } from '../../../../domain/evaluation/item.ts';
import {
  type EvaluationSummary,
  evaluationSummarySchema,
  summariseItems,
} from '../../../../domain/evaluation/summary.ts';
import { melanomaQuestion } from '../../../support/cases.ts';
import { temporaryFolder } from '../../../support/datasets.ts';

/** Of so many labels; its file is read in many pieces, which end anywhere in a row. */
function summaryOf(sizes: readonly number[]): EvaluationSummary {
  const items = ['A', 'B', ''].map((letter, i) =>
    judgeOutput({ ...melanomaQuestion(), id: `q${i}` }, `<final diagnosis>${letter}</final diagnosis>`),
  );
  const [task] = summariseItems(items);
  if (!task) throw new Error('no task');
  const tasks = sizes.map((size) => {
    const labels = Array.from({ length: size }, (_, i) => `label ${i}`);
    const counts = labels.map((_, i) => labels.map((_, j) => (i * size + j) ** 2));
    return { ...task, confusion: { labels, counts, unparsed: labels.map((_, i) => i) } };
  });
  return { step: 1, image: 'real', tasks };
}

describe('a summary whose confusion lies on disk', () => {
  it('is the same, and holds no matrix', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'summary.json');
    for (const sizes of [[], [0], [1], [2, 1], [300, 7, 260]]) {
      const summary = summaryOf(sizes);
      await writeJsonFile(path, summary);
      const files = createConfusionFiles(folder);
      let most = 0;
      const read = await readJsonFile(path, evaluationSummarySchema, path, (part) => {
        files.take(part);
        const { tasks = [] } = part as Partial<EvaluationSummary>; // as it was written
        const rows = tasks.flatMap(({ confusion }) => confusion?.counts ?? []);
        most = Math.max(most, rows.filter((row) => row.length > 0).length);
      });
      const completed = files.complete(read);
      expect(completed).toEqual(summary);
      const wanted = evaluationSummarySchema.parse(summary);
      expect(JSON.stringify({ ...completed, title: 'x' })).toBe(JSON.stringify({ ...wanted, title: 'x' }));
      expect(most).toBeLessThan(4); // the last row of each task at most: others were taken
      await rm(path);
      if (sizes.length < 3) continue;
      await rm(folder, { recursive: true });
      expect(() => completed.tasks[0]?.confusion.counts[1]).toThrow('ENOENT'); // it was not in memory
    }
  });

  it('is refused by its schema where a row is none', async () => {
    const path = join(await temporaryFolder(), 'summary.json');
    const summary = summaryOf([3]);
    await writeJsonFile(path, {
      ...summary,
      tasks: [...summary.tasks, { confusion: { counts: [[1], ['x'], [2], 3] } }],
    });
    const files = createConfusionFiles(await temporaryFolder());
    await expect(readJsonFile(path, evaluationSummarySchema, path, files.take)).rejects.toThrow(z.ZodError);
  });
});
