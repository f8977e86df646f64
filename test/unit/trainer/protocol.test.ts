import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { resumableJobs, trainerJobSchema } from '../../../domain/trainer.ts';
import { trainerSchemas } from '../../../domain/trainer-schema.ts';
import { repositoryRoot } from '../../../platform/env.ts';

/** By this copy the trainer checks jobs, rows and rewards, and its own tests check its events. */
it('the trainer has the protocol as it is: else run node infra/write-trainer-schema.ts', async () => {
  const copy = await readFile(join(repositoryRoot, 'trainer/dermflow_trainer/schema.json'), 'utf8');
  expect(JSON.parse(copy)).toEqual(trainerSchemas());
});

/** What stands between a name of Python and the bracket that ends it, by its quoted words that `of` finds. */
async function wordsIn(file: string, start: string, of: RegExp): Promise<string[]> {
  const text = await readFile(join(repositoryRoot, 'trainer/dermflow_trainer', file), 'utf8');
  const [, table = ''] = text.split(`${start} = `);
  return [...(table.split(/^[})]|\)$/m, 1)[0] ?? '').matchAll(of)].map(([, word = '']) => word).toSorted();
}

it('the trainer has a row for each job: its module, what to lower when memory runs out, and whether it resumes', async () => {
  const jobs = trainerJobSchema.options.map(({ shape }) => shape.job.value).toSorted();
  expect(await wordsIn('__main__.py', 'MODULES', /^ {4}"([\w-]+)":/gm)).toEqual(jobs);
  expect(await wordsIn('failures.py', 'LOWER', /^ {4}"([\w-]+)":/gm)).toEqual(jobs);
  expect(await wordsIn('__main__.py', 'RESUMABLE', /"([\w-]+)"/g)).toEqual(resumableJobs.toSorted());
});
