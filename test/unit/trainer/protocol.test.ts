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

it('the trainer has a row for each job, which says whether it resumes', async () => {
  const table = await readFile(join(repositoryRoot, 'trainer/dermflow_trainer/kinds.py'), 'utf8');
  const rows = [...table.matchAll(/^ {4}"([\w-]+)": Kind\(\s*"[\w.]+", (True|False), /gm)];
  const jobs = trainerJobSchema.options.map(({ shape }) => shape.job.value);
  expect(rows.map(([, job]) => job).toSorted()).toEqual(jobs.toSorted());
  const resuming = rows.filter(([, , resumes]) => resumes === 'True').map(([, job]) => job);
  expect(resuming.toSorted()).toEqual(resumableJobs.toSorted());
});
