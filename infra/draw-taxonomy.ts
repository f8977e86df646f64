/** Writes docs/taxonomy.md. Run it after a change of domain/knowledge/*.yaml: node infra/draw-taxonomy.ts */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadKnowledge } from '../activities/datasets/knowledge.ts';
import { drawKnowledge } from '../domain/knowledge/draw.ts';
import { repositoryRoot } from './env.ts';

await writeFile(join(repositoryRoot, 'docs/taxonomy.md'), drawKnowledge(await loadKnowledge()));
