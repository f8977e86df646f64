/**
 * What `start` leaves beside the report of a finished run, by which the next start knows at once, without any service,
 * that nothing is to be done. It counts only for the same recipe, code, settings and files, and only where nothing from
 * outside, which may have changed, decides the results: another base model, a file of the user's own, an LLM's endpoint.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { canonicalJson, digestOf, sha256Schema } from '../../domain/artifact.ts';
import { methodOf } from '../../domain/methods/index.ts';
import type { Recipe } from '../../domain/recipe/recipe.ts';
import { jsonOrNull } from '../../domain/rows/json-text.ts';
import { runResultSchema } from '../../domain/run-record.ts';
import { readStackFile, writeWhole } from '../../infra/local/settings.ts';
import { codeDigest } from '../../platform/code-digest.ts';
import type { Environment } from '../../platform/env.ts';
import { runOf } from '../run-id.ts';

const finishedSchema = z.object({
  schema: z.literal(1),
  run: z.string(),
  finishedAt: z.iso.datetime(),
  /** Digest of all that decides the results. */
  basis: sha256Schema,
  /** Where its artifacts lie. */
  bucket: z.string(),
  /** Digests of report and adapter, by path below the folder. */
  files: z.record(z.string(), sha256Schema),
  result: runResultSchema,
});
type Finished = z.infer<typeof finishedSchema>;

export const reportFolder = ({ home }: Pick<Environment, 'home'>, run: string): string => resolve(home, 'reports', run);

const fileOf = (environment: Pick<Environment, 'home'>, run: string): string =>
  join(reportFolder(environment, run), 'finished.json');

/** Digest of all that decides a run's results; null where that cannot be known without asking. */
export async function basisOf(
  recipe: Recipe,
  { llm, trainer, trainerPython }: Pick<Environment, 'llm' | 'trainer' | 'trainerPython'>,
): Promise<string | null> {
  const { model, data } = recipe;
  if (model.base !== 'tiny' || model.adapter !== undefined || llm.provider !== 'embedded' || data.encoder) return null;
  if (methodOf(recipe).asksOthers(recipe)) return null;
  const { apiKey: _, ...asked } = llm;
  const { platform, arch, version } = process;
  return digestOf(
    canonicalJson({ recipe, code: await codeDigest(), trainer, trainerPython, llm: asked, platform, arch, version }),
  );
}

/** @param finished what was written below the run's folder, with digests out of the artifacts' manifests */
export const keepFinished = (environment: Pick<Environment, 'home'>, finished: Omit<Finished, 'schema'>) =>
  writeWhole(fileOf(environment, finished.run), { schema: 1, ...finished });

/** The finished run of this recipe; null where it has to be run, if only to see what is done already. */
export async function findFinished(recipe: Recipe, environment: Environment): Promise<Finished | null> {
  const run = runOf(recipe);
  const text = await readFile(fileOf(environment, run), 'utf8').catch(() => null);
  if (text === null) return null;
  const finished = finishedSchema.safeParse(jsonOrNull(text)).data;
  if (!finished || finished.run !== run || finished.basis !== (await basisOf(recipe, environment))) return null;
  const stack = await readStackFile(environment.home);
  if (stack?.bucket !== finished.bucket || !existsSync(join(environment.home, 's3'))) return null;
  const folder = reportFolder(environment, run);
  const digests = await Promise.all(Object.keys(finished.files).map((name) => digestOfFile(join(folder, name))));
  return Object.values(finished.files).every((digest, i) => digest === digests[i]) ? finished : null;
}

async function digestOfFile(path: string): Promise<string | null> {
  if (!existsSync(path)) return null;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
