/** The pictures that probes are fitted on: training cases of a run's data, less what the items themselves show. */
import type { ArtifactRef, BlobRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { BenchmarkItem } from '../../domain/benchmarks/benchmark.ts';
import { type ClassLabels, classLabels, type ProbeTarget } from '../../domain/probes/choose.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { withScratchFolder } from '../scratch.ts';
import { fetchRows } from '../store/rows.ts';

export interface TrainingPictures {
  images: BlobRef[];
  /** Of each image, from 0. */
  classOf: number[];
  /** What is true of each class. */
  classes: ClassLabels[];
}

/**
 * Cases of the training split alone. Of those, patients, lesions, cases and pictures that the items have are left out: a
 * user's own items may be pictures of training.
 */
export async function readTrainingPictures(
  store: ArtifactStore,
  dataset: ArtifactRef,
  items: readonly BenchmarkItem[],
  target: ProbeTarget,
  scratch: string,
): Promise<TrainingPictures> {
  const asked = new Set(
    items.flatMap(({ group, caseId, image }) => [`group/${group}`, `case/${caseId}`, image.sha256]),
  );
  const { cases } = artifactFiles.dataset;
  const classes = new Map<string, { place: number; labels: ClassLabels }>();
  const found: TrainingPictures = { images: [], classOf: [], classes: [] };
  const { files } = await store.manifest(dataset);
  if (!(cases.name in files)) return found;
  await withScratchFolder(scratch, 'probes', async (folder) => {
    for await (const c of await fetchRows(store, dataset, cases.name, cases.schema, folder)) {
      const [image] = c.images;
      const own = [`group/${c.group}`, `case/${c.id}`, ...c.images.map(({ sha256 }) => sha256)];
      if (c.split !== 'train' || !image || own.some((name) => asked.has(name))) continue;
      const labels = classLabels(target, c);
      const name = labels.join('/');
      const known = classes.get(name) ?? { place: classes.size, labels };
      classes.set(name, known);
      found.images.push({ sha256: image.sha256, bytes: image.bytes });
      found.classOf.push(known.place);
    }
  });
  found.classes = [...classes.values()].map(({ labels }) => labels);
  return found;
}
