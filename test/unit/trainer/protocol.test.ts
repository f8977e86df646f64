import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { trainerSchemas } from '../../../domain/trainer-schema.ts';
import { repositoryRoot } from '../../../platform/env.ts';

/** By this copy the trainer checks jobs, rows and rewards, and its own tests check its events. */
it('the trainer has the protocol as it is: else run node infra/write-trainer-schema.ts', async () => {
  const copy = await readFile(join(repositoryRoot, 'trainer/dermflow_trainer/schema.json'), 'utf8');
  expect(JSON.parse(copy)).toEqual(trainerSchemas());
});
