import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { shelveConfusion } from '../../../activities/reporting/confusion-shelf.ts';
import { judgeOutput } from '../../../domain/evaluation/item.ts';
import { summariseItems } from '../../../domain/evaluation/summary.ts';
import { melanomaQuestion } from '../../support/cases.ts';
import { temporaryFolder } from '../../support/datasets.ts';

describe('a summary whose confusion lies on disk', () => {
  it('is the same, and holds no matrix', async () => {
    const folder = await temporaryFolder();
    const items = ['A', 'B', ''].map((letter, i) =>
      judgeOutput({ ...melanomaQuestion(), id: `q${i}` }, `<final diagnosis>${letter}</final diagnosis>`),
    );
    const summary = { step: 1, image: 'real' as const, tasks: summariseItems(items) };
    const shelved = await shelveConfusion(summary, folder);
    expect(shelved).toEqual(summary);
    expect(JSON.stringify({ ...shelved, title: 'x' })).toBe(JSON.stringify({ ...summary, title: 'x' }));
    await rm(folder, { recursive: true });
    expect(() => shelved.tasks[0]?.confusion).toThrow('ENOENT'); // it was not in memory
  });
});
