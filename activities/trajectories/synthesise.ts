/** From textbook cases to the rows that SFT reads (Algorithms 1 to 4). */
import type { ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { WritingRecipe } from '../../domain/contracts/trajectories.ts';
import { userMistake } from '../../domain/failures.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import { emptyAccount } from '../../domain/llm-account.ts';
import { composeTrajectory } from '../../domain/trajectories/compose.ts';
import { holdOut } from '../../domain/trajectories/hold-out.ts';
import { type PlannedTrajectory, planTrajectories, shownCase } from '../../domain/trajectories/plan.ts';
import { modelOfRecord } from '../llm/served.ts';
import { readJsonLines, toJsonLines } from '../store/commit.ts';
import { type Asking, askAll, recognise, refuseTooManyRejected } from './ask.ts';
import { collectRequests, distributeReplies } from './reasoning.ts';
import { type Written, writeOnce } from './written.ts';

const casesFile = artifactFiles.dataset.cases;
const files = artifactFiles.trajectories;

export interface SynthesisRequest extends Asking {
  recipe: WritingRecipe;
  textbook: ArtifactRef;
  knowledge: Knowledge;
}

/**
 * Makes the `trajectories` artifact. Malformed replies are quarantined with their reason; a share of them above
 * `trajectories.maxRejectedShare` is an `LlmFailure`. The model that answers is part of the artifact's key.
 */
export async function synthesise(request: SynthesisRequest): Promise<Written> {
  const { store, llm, recipe, textbook, knowledge } = request;
  const { seed, prompts, trajectories: settings } = recipe;
  const asks = settings.maxLlmCalls > 0 && settings.types.some((type) => type !== 1);
  const method = 'trajectories/2';
  const model = asks ? await recognise(request, method) : null;
  const work = {
    kind: 'trajectories',
    method,
    inputs: { textbook: textbook.sha256, knowledge: knowledge.digest },
    params: { seed, prompts, model: model && modelOfRecord(model), ...settings },
  } as const;
  return writeOnce(request, model, work, async () => {
    const cases = await readJsonLines(store, textbook, casesFile.name, casesFile.schema);
    const planned = planTrajectories(cases, knowledge, { seed, ...settings });
    const questions = collectRequests(planned, settings.rationaleForm);
    const asked = model ? questions.slice(0, settings.maxLlmCalls) : [];
    const { answers, account } = model
      ? await askAll(asked, model, request)
      : { answers: new Map(), account: emptyAccount() };
    const reasoning = distributeReplies(questions, answers, settings.rationaleForm);
    refuseTooManyRejected(reasoning.rejected, asked.length, settings.maxRejectedShare);

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
      account,
      facts,
      files: {
        [files.train.name]: toJsonLines(train),
        [files.validation.name]: toJsonLines(validation),
        [files.quarantine.name]: toJsonLines(reasoning.rejected),
        [files.stats.name]: `${JSON.stringify(stats, null, 2)}\n`,
      },
    };
  });
}

const countTypes = (planned: readonly PlannedTrajectory[]): Record<string, number> =>
  Object.fromEntries(
    ([1, 2, 3] as const).map((type) => [`type${type}`, planned.filter((p) => p.type === type).length]),
  );
