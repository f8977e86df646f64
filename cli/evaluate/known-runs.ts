/** A run as evaluations need it: its recipe, its models in the store, its questions. */
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { checkpointSteps } from '../../activities/training/checkpoints.ts';
import type { ArtifactRef } from '../../domain/artifact.ts';
import type { BenchmarkData } from '../../domain/contracts/benchmarks.ts';
import { type Evaluated, evaluatedBy } from '../../domain/evaluation/evaluated.ts';
import {
  checkpointId,
  type ModelUnderTest,
  modelId,
  modelOf,
  modelOrder,
} from '../../domain/evaluation/model-under-test.ts';
import { corrupt, userMistake } from '../../domain/failures.ts';
import { checkpointKey, stepOfCheckpointKey } from '../../domain/names.ts';
import type { Recipe } from '../../domain/recipe/recipe.ts';
import { knownInputOf, knownResultOf, knownStatusOf } from '../follow/recorded.ts';
import { recordedRecipe } from '../follow/recorded-recipe.ts';
import type { Session } from '../session.ts';

export interface KnownRun {
  run: string;
  recipe: Recipe;
  /** Of its base; null before the first evaluation. */
  baseSha256: string | null;
  /** Questions and pictures that it evaluates itself with; null before the first evaluation. */
  data: BenchmarkData | null;
  /** Checkpoints by the id of their model, e.g. `grpo-500`, each stage's by their steps; null: the base. */
  models: ReadonlyMap<string, ArtifactRef | null>;
  /** What it exported; null before its end. */
  adapter: ArtifactRef | null;
}

type Asked = Pick<Session, 'client' | 'store' | 'workers'>;

export async function findRun(session: Asked, run: string): Promise<KnownRun> {
  const status = await knownStatusOf(session, run);
  const { recipe: given } = await knownInputOf(session, run);
  const recipe = recordedRecipe(run, given);
  const store = await session.store();
  const finished = status.state === 'COMPLETED' ? await knownResultOf(session, run) : null;
  const record = finished ?? status.progress;
  return {
    ...{ run, recipe, adapter: finished?.adapter ?? null },
    ...(await readEvaluations(store, record ? evaluatedBy(record) : [])),
  };
}

/** What the manifests of its evaluations name. */
async function readEvaluations(
  store: ArtifactStore,
  evaluations: readonly Evaluated[],
): Promise<Pick<KnownRun, 'baseSha256' | 'data' | 'models'>> {
  const models = new Map<string, ModelOfRun>();
  let baseSha256: string | null = null;
  let data: BenchmarkData | null = null;
  for (const { label, step, evaluation } of evaluations) {
    const { inputs } = await store.manifest(evaluation);
    const subject = modelOf({ label, step });
    // Scores of answers that stand elsewhere name no model.
    if (!subject || subject.image === 'grey' || inputs.model === undefined) continue;
    baseSha256 = inputs.model;
    data ??= inputs.questions === undefined ? null : await dataOfQuestions(store, inputs.questions);
    const checkpoint = inputs.checkpoint === undefined ? null : await refOf(store, inputs.checkpoint);
    models.set(modelId(subject), { subject, checkpoint });
    if (!checkpoint) continue;
    // Ends of epochs and resume checkpoints that the store still has are models of the stage too.
    const [stageKey = ''] = checkpoint.key.split('/');
    for (const other of await checkpointSteps(store, stageKey, Number.POSITIVE_INFINITY)) {
      const resumable = { ...subject, step: other };
      const id = checkpointId(resumable);
      if (models.has(id) || other === stepOfCheckpointKey(checkpoint.key)) continue;
      models.set(id, {
        subject: resumable,
        checkpoint: await store.find('checkpoint', checkpointKey(stageKey, other)),
      });
    }
  }
  const inOrder = [...models].toSorted(([, a], [, b]) => modelOrder(a.subject, b.subject));
  return { baseSha256, data, models: new Map(inOrder.map(([id, { checkpoint }]) => [id, checkpoint])) };
}

interface ModelOfRun {
  subject: ModelUnderTest;
  checkpoint: ArtifactRef | null;
}

async function dataOfQuestions(store: ArtifactStore, sha256: string): Promise<BenchmarkData> {
  const questions = await refOf(store, sha256);
  const { inputs } = await store.manifest(questions);
  return { questions, dataset: inputs.dataset === undefined ? null : await refOf(store, inputs.dataset) };
}

async function refOf(store: ArtifactStore, sha256: string): Promise<ArtifactRef> {
  const manifest = await store.manifestByDigest(sha256);
  if (!manifest) throw corrupt(`the artifact with the manifest ${sha256} is missing from the store`);
  return { kind: manifest.kind, key: manifest.key, sha256 };
}

/** The checkpoint of one of its models. Throws a user's mistake that lists those that there are. */
export function checkpointOf({ run, models }: KnownRun, id: string): ArtifactRef | null {
  const found = models.get(id);
  if (found !== undefined) return found;
  const known = [...models.keys()].join(', ');
  throw userMistake(
    `${run}@${id}: run ${run} has no model "${id}"; ${known === '' ? 'none of its models is in the store yet' : `there are ${known}, and all`}`,
  );
}

/** A user's mistake: to name the last model of a run that has exported none. */
export function noFinalModel({ run, models }: KnownRun): Error {
  const known = [...models.keys()].map((id) => `${run}@${id}`).join(', ');
  return userMistake(
    `${run}: the run has no final model yet${known === '' ? '' : `; its models so far: ${known}`}; "dermflow status ${run}" says where it is`,
  );
}
