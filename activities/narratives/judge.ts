/**
 * Narratives scored by the recipe's judge, who sees the picture. Each reply is kept in the ledger of language models. A
 * reply without all six scores is asked for again; one of another model than the judge's is no score of this judge.
 */
import type { ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { scoresOfText } from '../../domain/benchmarks/narratives/judged.ts';
import type { ImageRef } from '../../domain/cases/case.ts';
import type { ScoringRecipe } from '../../domain/contracts/narratives.ts';
import { type JudgePin, type JudgeSettings, judgeReader, judgeRequest, pinOf } from '../../domain/dermeval/judge.ts';
import { userMistake } from '../../domain/failures.ts';
import type { Narrative, ScoredNarrative, ScorerIdentity } from '../../domain/narratives/narrative.ts';
import { judgeModel, judgeModelOf } from '../judging/judge-model.ts';
import { replyScores } from '../judging/reply-scores.ts';
import { type Answers, type Asking, askAll, recognise } from '../llm/asking/ask.ts';
import { modelOfRecord } from '../llm/served.ts';
import type { Rows } from '../rows.ts';
import { fetchRows } from '../store/rows.ts';
import { type Written, writeOnce } from '../trajectories/written.ts';
import { storeScores } from './store-scores.ts';

/** A change of the scores' reading changes the version; the prompt has its digest in the pin. */
const method = 'judged-narratives/3';

interface JudgingRequest extends Asking {
  recipe: ScoringRecipe;
  narratives: ArtifactRef;
}

/** The judge of a recipe that scores by one; a user's mistake where there is none, or it is to see what no narrative has. */
export function judgeOf({ judge }: Pick<ScoringRecipe, 'judge'>): JudgeSettings {
  if (!judge) {
    throw userMistake(
      'narratives.scoredBy is "judge": give judge, e.g. { model: deepseek-reasoner }, or score by "dermeval"',
    );
  }
  if (judge.shows === 'reference') {
    throw userMistake('judge.shows is "reference", but narratives are scored before any is certified; leave it out');
  }
  return judge;
}

export async function judgeNarratives(request: JudgingRequest): Promise<Written> {
  const { store, recipe, narratives } = request;
  const judge = judgeOf(recipe);
  const { maxUnscored } = recipe.narratives;
  const served = await recognise(request, method);
  const pin = pinOf(modelOfRecord(served), served.reply?.servedModel ?? null, 'picture', judge);
  const scorer: ScorerIdentity = { by: 'judge', words: `the judge ${judge.model}, who sees the picture`, pin };
  const work = {
    kind: 'scores',
    method,
    inputs: { narratives: narratives.sha256 },
    params: { judge: pin, maxUnscored },
  } as const;
  return writeOnce(request, served, work, async (folder) => {
    const { name, schema } = artifactFiles.narratives.narratives;
    const rows = await fetchRows(store, narratives, name, schema, folder);
    const read = judgeReader(await judgeModel(store, pin));
    const questions = [];
    for await (const { id, text, image } of rows) {
      for (let repeat = 0; repeat < judge.repeats; repeat += 1) {
        const asked = judgeRequest({ narrative: text, reference: null, image }, pin, repeat);
        questions.push({ id: idOf(id, repeat), request: asked, read });
      }
    }
    const { answers, account } = await askAll(questions, served, request);
    const model = await judgeModelOf(store, pin, answers);
    const remedy = 'take another judge, raise it, or "dermflow resume" to ask for these again';
    const made = await storeScores(
      scoresOf(rows, answers, { repeats: judge.repeats, model }),
      scorer,
      { maxUnscored, remedy },
      folder,
    );
    return { ...made, account };
  });
}

/**
 * Shows the judge a picture before narratives are paid for and people have reviewed them: of one that takes none, or that is
 * not there, a run must not hear only then. The reply is in the ledger, so each run asks once.
 */
export async function tryJudge(request: Asking & { recipe: ScoringRecipe }, image: ImageRef): Promise<void> {
  const served = await recognise(request, method);
  const shown = { ...judgeOf(request.recipe), shows: 'picture' } as const;
  const trial = judgeRequest({ narrative: 'A picture of skin.', reference: null, image }, shown, 0);
  await askAll([{ id: 'trial', request: trial, read: () => null }], served, request);
}

const idOf = (id: string, repeat: number): string => `${repeat}/${id}`;

const scoresOf = (
  rows: Rows<Narrative>,
  answers: Answers,
  { repeats, model }: Pick<JudgePin, 'repeats'> & { model: string | null },
): Rows<ScoredNarrative> => ({
  [Symbol.asyncIterator]: async function* () {
    for await (const { id } of rows) {
      const replies = Array.from({ length: repeats }, (_, repeat) => replyScores(answers, idOf(id, repeat), model));
      const scores = scoresOfText(replies);
      const fault = replies.find((reply) => reply.fault !== null)?.fault ?? null;
      yield { id, scores, fault, text: replies.map(({ text }) => text).join('\n\n') };
    }
  },
});
