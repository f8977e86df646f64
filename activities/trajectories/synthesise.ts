/** From textbook cases to the rows that SFT reads (S1, Algorithms 1 to 4). */
import type { ArtifactRef } from '../../domain/artifact.ts';
import { type Case, caseSchema } from '../../domain/cases/case.ts';
import { DermflowError, failureTypes, userMistake } from '../../domain/failures.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import { createRandom } from '../../domain/random.ts';
import type { Recipe } from '../../domain/recipe.ts';
import { composeTrajectory } from '../../domain/trajectories/compose.ts';
import { type PlannedTrajectory, planTrajectories, shownCase } from '../../domain/trajectories/plan.ts';
import { commitOnce } from '../commit-once.ts';
import { concurrently } from '../concurrently.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { LlmClient } from '../ports/llm-client.ts';
import { readJsonLines, toJsonLines } from '../store/commit.ts';
import { collectQuestions, distributeReplies, type Question, type Reasoning } from './reasoning.ts';

export interface SynthesisRequest {
  store: ArtifactStore;
  /** With a ledger: a reply that was paid for is not asked for again. */
  llm: LlmClient;
  /** Requests under way at the same time. */
  concurrency: number;
  recipe: Recipe;
  textbook: ArtifactRef;
  knowledge: Knowledge;
  onReply: (done: number, total: number) => void;
  signal: AbortSignal;
}

/**
 * Makes the `trajectories` artifact. Malformed replies are quarantined with their reason; a share of them above
 * `trajectories.maxRejectedShare` is an `LlmFailure`. The model's name is part of the artifact's key.
 */
export async function synthesise(request: SynthesisRequest): Promise<ArtifactRef> {
  const { store, llm, recipe, textbook, knowledge } = request;
  const { seed, prompts, trajectories: settings } = recipe;
  const work = {
    kind: 'trajectories',
    method: 'trajectories/1',
    inputs: { textbook: textbook.sha256, knowledge: knowledge.digest },
    params: { seed, prompts, model: llm.model, ...settings },
  } as const;
  return commitOnce(store, work, async () => {
    const cases = await readJsonLines(store, await store.manifest(textbook), 'cases.jsonl', caseSchema);
    const planned = planTrajectories(cases, knowledge, { seed, ...settings });
    const questions = collectQuestions(planned, settings.rationaleForm);
    const asked = questions.slice(0, settings.maxLlmCalls);
    const reasoning = distributeReplies(questions, await askAll(asked, request), settings.rationaleForm);
    refuseTooManyRejected(reasoning, asked.length, settings.maxRejectedShare);

    const usable = planned.filter((trajectory) => trajectory.type === 1 || reasoning.rho.has(trajectory.id));
    const heldOut = holdOut(cases, settings.validationShare, seed);
    const rows = (validation: boolean) =>
      usable
        .filter((trajectory) => heldOut.has(shownCase(trajectory).group) === validation)
        .map((trajectory) =>
          composeTrajectory(trajectory, reasoning.rho.get(trajectory.id) ?? null, knowledge, prompts),
        );
    const [train, validation] = [rows(false), rows(true)];
    if (train.length === 0)
      throw userMistake(
        `trajectories: ${cases.length} textbook cases and types ${settings.types} make none; add cases or types`,
      );
    const facts = {
      train: train.length,
      validation: validation.length,
      llmCalls: asked.length,
      rejected: reasoning.rejected.length,
    };
    const stats = {
      ...facts,
      ...countTypes(usable),
      reused: reasoning.reused,
      leftOut: reasoning.leftOut.length,
      model: llm.model,
    };
    return {
      facts,
      files: {
        'train.jsonl': toJsonLines(train),
        'validation.jsonl': toJsonLines(validation),
        'quarantine.jsonl': toJsonLines(reasoning.rejected),
        'stats.json': `${JSON.stringify(stats, null, 2)}\n`,
      },
    };
  });
}

async function askAll(questions: readonly Question[], request: SynthesisRequest): Promise<Map<string, string>> {
  const { llm, concurrency, onReply, signal } = request;
  let done = 0;
  const replies = await concurrently(questions, concurrency, async ({ id, request: asked }) => {
    signal.throwIfAborted();
    const { text } = await llm.complete(asked, signal);
    onReply(++done, questions.length);
    return [id, text] as const;
  });
  return new Map(replies);
}

function refuseTooManyRejected({ rejected }: Reasoning, asked: number, allowedShare: number): void {
  if (rejected.length <= allowedShare * asked) return;
  const reasons = [...new Set(rejected.map(({ reason }) => reason))].join(', ');
  throw new DermflowError(
    failureTypes.llm,
    `${rejected.length} of ${asked} LLM replies are unusable (${reasons}), trajectories.maxRejectedShare allows ${allowedShare}; use another model or raise it`,
  );
}

/** Groups of the validation share: all trajectories that show a case stand on one side. */
function holdOut(cases: readonly Case[], share: number, seed: number): Set<string> {
  const groups = [...new Set(cases.map((c) => c.group))].toSorted();
  return new Set(createRandom(`trajectories/${seed}/validation`).sample(groups, Math.round(share * groups.length)));
}

const countTypes = (planned: readonly PlannedTrajectory[]): Record<string, number> =>
  Object.fromEntries(
    ([1, 2, 3] as const).map((type) => [`type${type}`, planned.filter((p) => p.type === type).length]),
  );
