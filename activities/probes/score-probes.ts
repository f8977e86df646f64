/**
 * References that use pictures: nearest neighbour and linear probe on the features of an image encoder, fitted on a run's training
 * pictures, scored on the items of a benchmark as a model is.
 */
import { type ArtifactRef, digestOfJson } from '../../domain/artifact.ts';
import { baselineItems } from '../../domain/benchmarks/baselines.ts';
import type { BenchmarkItem } from '../../domain/benchmarks/benchmark.ts';
import type { BenchmarkResult, ProbesInput, ProbesResult } from '../../domain/contracts/benchmarks.ts';
import { chooseOption, knownOptions, targetOf } from '../../domain/probes/choose.ts';
import type { ProbeName } from '../../domain/probes/probe.ts';
import { probes, unseenOptions } from '../../domain/probes/probe.ts';
import { profileDigest } from '../../domain/prompts/profile.ts';
import { createRandom } from '../../domain/random.ts';
import { commitOnce } from '../commit-once.ts';
import { readScore } from '../evaluation/evaluate-benchmark.ts';
import { scoredReference } from '../evaluation/scored-reference.ts';
import { withItems } from '../evaluation/sources.ts';
import type { KnownEncoder } from '../features/features-of.ts';
import { loadKnowledge } from '../knowledge.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { listRows } from '../rows.ts';
import { withScratchFolder } from '../scratch.ts';
import { classScores } from './class-scores.ts';
import { matrixOf } from './matrix-of.ts';
import type { ClassScores } from './probe-thread.ts';
import { readTrainingPictures, type TrainingPictures } from './training-pictures.ts';

/** A change of features, fit, choice or scores changes the version. */
const method = 'probes/1';
/** scikit-learn's default, on standardised features. */
const l2 = 1;

interface ProbesContext {
  store: ArtifactStore;
  scratch: string;
  signal: AbortSignal;
  report: (phase: string, done: number, total: number) => void;
  onDamaged: (key: string) => void;
  /** Called where there is something to encode; a reason where there is no encoder. */
  openEncoder(): Promise<{ name: string; known: KnownEncoder } | { reason: string }>;
}

export async function scoreProbes(
  { benchmark: choice, data, profile, limit }: ProbesInput,
  context: ProbesContext,
): Promise<ProbesResult> {
  const { store, scratch } = context;
  const { benchmark, items } = await withItems(context, choice, data, profile, limit, async (asked) => ({
    ...asked,
    items: await listRows(asked.items), // few beside the features of their pictures
  }));
  const absent = (reason: string): ProbesResult => ({
    rows: [],
    remarks: [`${benchmark.name}: nearest neighbour and linear probe: absent: ${reason}`],
  });
  if (items.some(({ answer }) => answer === null)) return absent('its items have no options to choose from');
  if (!data.dataset) return absent('the data name no pictures with diagnoses to learn from');
  const [first] = items;
  if (!first) return absent('it has no items');
  const training = await readTrainingPictures(store, data.dataset, items, targetOf(first), scratch);
  if (training.classes.length < 2) {
    return absent('the data have no training pictures of two or more diagnoses beside those of the items');
  }
  const { taxonomy } = await loadKnowledge();
  const options = new Map(items.map((item) => [item.id, knownOptions(item, taxonomy)]));
  const unseen = unseenOptions([...options.values()], training.classes);
  if (unseen.items === items.length) return absent('no option of its items was seen in training');
  const encoder = await context.openEncoder();
  if ('reason' in encoder) return absent(encoder.reason);
  const guessed =
    unseen.words === null ? [] : [`${benchmark.name}: nearest neighbour and linear probe: ${unseen.words}`];

  // Both come from one pass over the pictures, which is not made where the store has both rows.
  let scored: Promise<ClassScores> | null = null;
  const score = (): Promise<ClassScores> => {
    scored ??= scorePictures(items, training, encoder.known, context);
    return scored;
  };
  const rows: BenchmarkResult[] = [];
  const remarks = [...guessed];
  const pictures = digestOfJson([training.images.map(({ sha256 }) => sha256), training.classOf, training.classes]);
  const asked = digestOfJson(items);
  for (const probe of probes) {
    const label = `${probe.title}, ${encoder.name}`;
    const work = {
      kind: 'benchmark',
      method,
      inputs: { items: asked, training: pictures, encoder: encoder.known.digest },
      params: {
        ...{ benchmark: benchmark.name, probe: probe.name, label, profile: profileDigest(profile) },
        ...(probe.name === 'linear' ? { l2 } : {}),
      },
    } as const;
    const evaluation = await withScratchFolder(scratch, 'probes', (folder) =>
      commitOnce(store, work, async () => {
        const scores = await score();
        const scored = baselineItems(items, { answer: chooser(probe.name, items, options, training, scores) });
        const described = {
          ...({ benchmark: benchmark.name, label, reader: 'strict', profile: profile.name, shown: 'real' } as const),
          ...(unseen.words === null ? {} : { remark: unseen.words }),
          ...(probe.name === 'linear' && !scores.converged ? { converged: false } : {}),
        };
        return scoredReference(benchmark, scored, described, folder);
      }),
    );
    rows.push({ ...(await readScore(store, evaluation)), evaluation });
    if (await isUnfinished(store, evaluation)) {
      remarks.push(`${benchmark.name}: ${label}: the fit ended before its minimum, so another one may be better`);
    }
  }
  return { rows, remarks };
}

/** Features of training pictures and items, then what both probes say of the items' pictures. */
async function scorePictures(
  items: readonly BenchmarkItem[],
  training: TrainingPictures,
  encoder: KnownEncoder,
  context: ProbesContext,
): Promise<ClassScores> {
  const features = (phase: string, images: TrainingPictures['images']) =>
    matrixOf(images, encoder, {
      ...context,
      onProgress: (done, total) => context.report(phase, done, total),
    });
  const seen = await features('encoding training pictures', training.images);
  const asked = await features(
    'encoding test pictures',
    items.map(({ image }) => image),
  );
  context.report('fitting probes', 0, 0);
  const { classOf, classes } = training;
  const request = { training: seen, asked, classOf: Int32Array.from(classOf), classes: classes.length, l2 };
  return classScores(request, context.signal);
}

/** An item of which training has seen no option is guessed, each by a draw of its own. */
function chooser(
  probe: ProbeName,
  items: readonly BenchmarkItem[],
  options: ReadonlyMap<string, { letter: string; label: string }[]>,
  { classes }: TrainingPictures,
  scores: ClassScores,
): (item: BenchmarkItem) => string | null {
  const combine = probe === 'linear' ? 'sum' : 'most';
  const letters = new Map(
    items.map((item, row) => {
      const own = scores[probe].subarray(row * classes.length, (row + 1) * classes.length);
      return [item.id, chooseOption(options.get(item.id) ?? [], classes, own, combine)];
    }),
  );
  return ({ id, options: offered }) =>
    letters.get(id) ?? (offered.length === 0 ? null : createRandom(`probe/${id}`).pick(offered).letter);
}

async function isUnfinished(store: ArtifactStore, evaluation: ArtifactRef): Promise<boolean> {
  const { facts } = await store.manifest(evaluation);
  return facts !== null && typeof facts === 'object' && 'converged' in facts;
}
