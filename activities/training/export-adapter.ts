/**
 * A checkpoint's adapter in PEFT layout, or after full fine-tuning its model, with model card and licence, free of this
 * machine's paths.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type ArtifactRef, type BlobRef, digestOf, type Json, type Manifest } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { licenceNote } from '../../domain/card/metadata.ts';
import { modelCard } from '../../domain/card/model-card.ts';
import { formOf } from '../../domain/card/weights.ts';
import type { AdapterInput } from '../../domain/contracts/training.ts';
import { corrupt } from '../../domain/failures.ts';
import { exportedWeights } from '../../domain/methods/index.ts';
import { isDistilled } from '../../domain/models/peft.ts';
import { type PublicBase, publicBase } from '../../domain/models/public-base.ts';
import { commitOnce } from '../commit-once.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { readJson } from '../store/commit.ts';
import { isPublicFile, isWhole } from '../trainer/model-folders.ts';

const { weights, config, card: cardFile, licence, loader, branch } = artifactFiles.adapter;

/** Of the trainer, which loads the same way. */
const loaders = new URL('../../trainer/dermflow_trainer/distillation/', import.meta.url);

/** The weights are the checkpoint's own blob; only configuration, card and licence are written again. */
export async function exportAdapter(
  store: ArtifactStore,
  { checkpoint, ...source }: AdapterInput,
): Promise<ArtifactRef> {
  const { step } = checkpoint;
  const card = modelCard({ ...source, step });
  const base = publicBase(source.model.base);
  const work = {
    kind: 'adapter',
    method: 'adapter/2',
    inputs: { checkpoint: checkpoint.sha256 },
    params: { base: base.name, revision: base.revision, card: digestOf(card) },
  } as const;
  return commitOnce(store, work, async () => {
    const manifest = await store.manifest(checkpoint);
    const policy =
      formOf(exportedWeights(source.recipe)) === 'model' ? modelOf(manifest) : await adapterOf(store, manifest, base);
    return {
      facts: { step },
      files: { ...policy, [cardFile.name]: card, [licence.name]: licenceNote(source.recipe) },
    };
  });
}

async function adapterOf(
  store: ArtifactStore,
  manifest: Manifest,
  base: PublicBase,
): Promise<Record<string, string | { blob: BlobRef }>> {
  const blob = manifest.files[weights.name];
  if (!blob) throw corrupt(`checkpoint ${manifest.key} has no ${weights.name}; train this stretch again`);
  const settings = await readJson(store, manifest, config.name, config.schema);
  const portable = { ...settings, base_model_name_or_path: base.name, revision: base.revision };
  return {
    [weights.name]: { blob },
    [config.name]: `${JSON.stringify(portable, null, 2)}\n`,
    ...(isDistilled(settings) ? await loadersOf(settings) : {}),
  };
}

const branchSchema = z.object({ settings: z.object({ branch: z.json() }) });

/** What plain Transformers needs for adapters that are not PEFT's. */
async function loadersOf(settings: Record<string, Json>): Promise<Record<string, string>> {
  const names = branchSchema.parse(settings).settings.branch === null ? [loader.name] : [loader.name, branch.name];
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, loaders), 'utf8')] as const)),
  );
}

/** Weights, configuration and processor as the trainer saved them. */
function modelOf({ key, files }: Manifest): Record<string, { blob: BlobRef }> {
  if (!isWhole(Object.keys(files))) throw corrupt(`checkpoint ${key} holds no whole model; train this stretch again`);
  const kept = Object.entries(files).filter(([name]) => isPublicFile(name));
  return Object.fromEntries(kept.map(([name, blob]) => [name, { blob }]));
}
