/** Writes the trainer's copy of the protocol. Run it after a change of domain/trainer.ts: node infra/write-trainer-schema.ts */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trainerSchemas } from '../domain/trainer-schema.ts';
import { repositoryRoot } from '../platform/env.ts';

const path = join(repositoryRoot, 'trainer/dermflow_trainer/schema.json');
await writeFile(path, `${JSON.stringify(trainerSchemas(), null, 1)}\n`);
