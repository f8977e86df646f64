import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { rowFiles } from '../../../activities/json-lines.ts';
import { commitFiles } from '../../../activities/store/commit.ts';
import { validationQuestions } from '../../../activities/training/rows.ts';
import { byFiles } from '../../support/by-files.ts';
import { melanomaQuestion } from '../../support/cases.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { demoRecipe } from '../../support/recipes.ts';

it('GRPO is validated by the first questions of the validation part, as many as the recipe says', async () => {
  const all = Array.from({ length: 7 }, (_, i) => melanomaQuestion({ id: `q${i}` }));
  const store = byFiles(createMemoryStore());
  const about = { kind: 'questions', method: 'test/1', inputs: {}, params: {}, facts: {} } as const;
  const of = async (key: string, rows: typeof all) => ({
    questions: await commitFiles(
      store,
      { ...about, key },
      await rowFiles(await temporaryFolder(), { 'validation.jsonl': rows }),
    ),
  });
  const asking = (questions: number | null) => {
    const { grpo, ...recipe } = demoRecipe();
    const { validation: _, ...own } = grpo;
    const validation = questions === null ? {} : { validation: { questions, patience: null } };
    return { recipe: { ...recipe, grpo: { ...own, ...validation } } };
  };
  const from = { store, scratch: tmpdir() };
  const seven = await of('seven', all);
  expect(await validationQuestions(from, { ...asking(3), ...seven })).toEqual(all.slice(0, 3));
  expect(await validationQuestions(from, { ...asking(99), ...seven })).toEqual(all);
  expect(await validationQuestions(from, { ...asking(null), ...seven })).toEqual([]);
  await expect(validationQuestions(from, { ...asking(3), ...(await of('none', [])) })).rejects.toThrow(
    'there are no validation questions',
  );
});
