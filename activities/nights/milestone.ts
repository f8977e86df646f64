/** The newest milestone of a run, also of one that goes on: what it says of itself, else its record. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { ArtifactRef } from '../../domain/artifact.ts';
import type { RunProgress } from '../../domain/contracts/run.ts';
import { type Evaluated, evaluatedBy } from '../../domain/evaluation/evaluated.ts';
import { modelId, modelOf, modelOrder } from '../../domain/evaluation/model-under-test.ts';
import { corrupt, userMistake } from '../../domain/failures.ts';
import { queries } from '../../domain/names.ts';
import { stages } from '../../domain/stages/index.ts';
import { grpcStatus, isGrpcStatus } from '../../platform/grpc.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { findRecords } from '../run-records.ts';

interface Milestone {
  /** E.g. `grpo-500`. */
  id: string;
  checkpoint: ArtifactRef;
  /** Digest of the base that it is an adapter of. */
  baseSha256: string;
}

/**
 * Of those that the run has evaluated; an ablation's only where it has evaluated no others, as a run of nothing else has.
 * Throws a user's mistake where there is none.
 */
export async function findMilestone(store: ArtifactStore, client: Client, run: string): Promise<Milestone> {
  const evaluations = await evaluationsOf(store, client, run);
  const milestones = evaluations
    .flatMap((result) => {
      const subject = modelOf(result);
      return subject?.image === 'real' && subject.stage !== 'base'
        ? [{ subject, nightly: stages[subject.stage].nightly, evaluation: result.evaluation }]
        : [];
    })
    .toSorted((a, b) => modelOrder(a.subject, b.subject));
  const newest = milestones.findLast(({ nightly }) => nightly) ?? milestones.at(-1);
  if (!newest) throw userMistake(`run ${run} has evaluated no milestone yet`);
  const { inputs } = await store.manifest(newest.evaluation);
  const manifest = inputs.checkpoint === undefined ? null : await store.manifestByDigest(inputs.checkpoint);
  // The copy by digest outlives an artifact that was removed.
  const checkpoint = manifest && (await store.find(manifest.kind, manifest.key));
  if (!checkpoint || inputs.model === undefined) {
    throw corrupt(`the checkpoint ${modelId(newest.subject)} of run ${run} is missing from the store`);
  }
  return { id: modelId(newest.subject), checkpoint, baseSha256: inputs.model };
}

async function evaluationsOf(store: ArtifactStore, client: Client, run: string): Promise<Evaluated[]> {
  const [record] = await findRecords(store, run, client.options.namespace);
  if (record?.end) return evaluatedBy(record.end.progress);
  try {
    return evaluatedBy(await client.workflow.getHandle(run).query<RunProgress>(queries.progress));
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError || isGrpcStatus(error, grpcStatus.NOT_FOUND))) throw error;
    throw userMistake(`there is no run "${run}"`, error);
  }
}
