/** Narratives scored by an evaluator that this run trained (DermEval): asked greedily, each answer kept as it comes. */
import type { Answerer, AskedItem } from '../../domain/answers/answer.ts';
import type { ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { ScoringRecipe } from '../../domain/contracts/narratives.ts';
import type { CheckpointRef, ModelRef } from '../../domain/contracts/references.ts';
import { byDimension } from '../../domain/dermeval/dimensions.ts';
import { faultOfScores } from '../../domain/dermeval/judge.ts';
import { readScores } from '../../domain/dermeval/reading/read-scores.ts';
import { judgePromptDigest } from '../../domain/dermeval/rubric.ts';
import type { Narrative, ScoredNarrative, ScorerIdentity } from '../../domain/narratives/narrative.ts';
import { evaluatorPrompt } from '../../domain/reviews/evaluations.ts';
import { commitOnce } from '../commit-once.ts';
import { withAnswers } from '../evaluation/ask-items.ts';
import { identifyLocal, openLocal } from '../evaluation/tested-model.ts';
import { flatMapRows } from '../rows.ts';
import { withScratchFolder } from '../scratch.ts';
import { fetchRows } from '../store/rows.ts';
import type { DescriptionContext } from './describe.ts';
import { storeScores } from './store-scores.ts';

/** A change of the scores' reading changes the version. */
const method = 'evaluated-narratives/2';
const batchSize = 16;
/** As the release of DermEval has it. */
const maxNewTokens = 512;

interface EvaluatorRequest {
  recipe: ScoringRecipe;
  model: ModelRef;
  evaluator: CheckpointRef;
  narratives: ArtifactRef;
}

export async function evaluateNarratives(
  { recipe, model, evaluator, narratives }: EvaluatorRequest,
  context: DescriptionContext,
): Promise<ArtifactRef> {
  const { store, trainer } = context;
  const { threads, precision } = recipe.model;
  const { maxUnscored } = recipe.narratives;
  const local = { model, checkpoint: evaluator };
  const identity = await identifyLocal(store, local);
  // Greedy: it would say the same again, so a score that is missing is counted at once.
  const decoding = { maxNewTokens, temperature: 0, seed: 0 };
  const answerer: Answerer = { model: identity, runtime: 'transformers', precision, decoding };
  const pin = { model: identity, prompt: judgePromptDigest, precision, decoding };
  const words = `the evaluator that this run trained, checkpoint ${evaluator.step}`;
  const work = {
    kind: 'scores',
    method,
    inputs: { model: model.sha256, evaluator: evaluator.sha256, narratives: narratives.sha256 },
    params: { ...pin, maxUnscored },
  } as const;
  return withScratchFolder(context.scratch, 'scores', (folder) =>
    commitOnce(store, work, async () => {
      const { name, schema } = artifactFiles.narratives.narratives;
      const rows = await fetchRows(store, narratives, name, schema, folder);
      const ask = ({ id, image, text }: Narrative): AskedItem => ({
        ...{ id, image, system: null },
        prompt: evaluatorPrompt(text),
      });
      const open =
        context.openRunner ??
        ((own: string) => openLocal({ store, trainer }, local, { seed: recipe.seed, threads, precision }, own));
      const items = flatMapRows(rows, (row) => [ask(row)]);
      const asking = { items, shown: 'real', samples: 1, batchSize } as const;
      return withAnswers({ answerer, open }, asking, folder, context, (answersOf) => {
        const scored = flatMapRows(rows, (row): ScoredNarrative[] => {
          const { text = '', finish = 'stop' } = answersOf(ask(row))[0] ?? {};
          const fault = faultOfScores(text);
          const cut = fault !== null && finish === 'length' ? `cut off, ${fault}` : fault;
          return [{ id: row.id, scores: text === '' ? byDimension(() => null) : readScores(text), fault: cut, text }];
        });
        const scorer: ScorerIdentity = { by: 'dermeval', words, pin };
        const remedy = 'train the evaluator longer (dermeval), score by "judge", or raise it';
        return storeScores(scored, scorer, { maxUnscored, remedy }, folder);
      });
    }),
  );
}
