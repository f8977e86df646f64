/** A checkpoint's adapter in PEFT layout, with a model card, free of this machine's paths. */
import { z } from 'zod';
import { type ArtifactRef, workKey } from '../../domain/artifact.ts';
import type { CheckpointRef, ModelRef } from '../../domain/contracts.ts';
import { corrupt } from '../../domain/failures.ts';
import type { Recipe } from '../../domain/recipe.ts';
import { modelCard } from '../../domain/report/model-card.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { readJson } from '../store/commit.ts';

const weights = 'adapter_model.safetensors';

/** The weights are the checkpoint's own blob; only configuration and card are written anew. */
export async function exportAdapter(
  store: ArtifactStore,
  { recipe, model, checkpoint }: { recipe: Recipe; model: ModelRef; checkpoint: CheckpointRef },
): Promise<ArtifactRef> {
  const work = {
    method: 'adapter/1',
    inputs: { checkpoint: checkpoint.sha256 },
    params: { base: model.base, name: recipe.name },
  };
  const key = workKey(work);
  const known = await store.find('adapter', key);
  if (known) return known;
  const manifest = await store.manifest(checkpoint);
  const blob = manifest.files[weights];
  if (!blob) throw corrupt(`checkpoint ${checkpoint.key} has no ${weights}; train this stretch again`);
  const config = await readJson(store, manifest, 'adapter_config.json', z.record(z.string(), z.json()));
  const portable = { ...config, base_model_name_or_path: model.base === 'tiny' ? 'dermflow/tiny' : model.base };
  const files = {
    [weights]: blob,
    'adapter_config.json': await store.putBlob(`${JSON.stringify(portable, null, 2)}\n`),
    'README.md': await store.putBlob(modelCard({ recipe, model, step: checkpoint.step })),
  };
  return store.commit({ kind: 'adapter', key, ...work, files, facts: { step: checkpoint.step } });
}
