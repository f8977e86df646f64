/** A checkpoint's adapter in PEFT layout, with model card and licence, free of this machine's paths. */
import { z } from 'zod';
import { type ArtifactRef, digestOf, workKey } from '../../domain/artifact.ts';
import type { AdapterInput } from '../../domain/contracts.ts';
import { corrupt } from '../../domain/failures.ts';
import { licenceFile, licenceNote, publicBase } from '../../domain/report/card-metadata.ts';
import { modelCard } from '../../domain/report/model-card.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { readJson } from '../store/commit.ts';

const weights = 'adapter_model.safetensors';
const config = 'adapter_config.json';

/** The weights are the checkpoint's own blob; only configuration, card and licence are written anew. */
export async function exportAdapter(
  store: ArtifactStore,
  { checkpoint, ...source }: AdapterInput,
): Promise<ArtifactRef> {
  const { step } = checkpoint;
  const card = modelCard({ ...source, step });
  const base = publicBase(source.model.base);
  const work = {
    method: 'adapter/2',
    inputs: { checkpoint: checkpoint.sha256 },
    params: { base: base.name, revision: base.revision, card: digestOf(card) },
  };
  const key = workKey(work);
  const known = await store.find('adapter', key);
  if (known) return known;
  const manifest = await store.manifest(checkpoint);
  const blob = manifest.files[weights];
  if (!blob) throw corrupt(`checkpoint ${checkpoint.key} has no ${weights}; train this stretch again`);
  const settings = await readJson(store, manifest, config, z.record(z.string(), z.json()));
  const portable = { ...settings, base_model_name_or_path: base.name, revision: base.revision };
  const files = {
    [weights]: blob,
    [config]: await store.putBlob(`${JSON.stringify(portable, null, 2)}\n`),
    'README.md': await store.putBlob(card),
    [licenceFile]: await store.putBlob(licenceNote(source.recipe)),
  };
  return store.commit({ kind: 'adapter', key, ...work, files, facts: { step } });
}
