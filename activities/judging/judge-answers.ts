/**
 * A model's answers as narratives, scored by a judge. Each reply is kept in the ledger of language models, so a run that
 * was killed goes on with the texts that have none, and the same text is never paid for twice.
 */
import { z } from 'zod';
import { type ArtifactRef, canonicalJson, digestOf, sha256Schema } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { BenchmarkItem } from '../../domain/benchmarks/benchmark.ts';
import { drawAnchors } from '../../domain/benchmarks/narratives/anchors.ts';
import {
  asScoredItems,
  type JudgedItem,
  type JudgedKind,
  type Judgement,
  scoresOfText,
  summariseNarratives,
} from '../../domain/benchmarks/narratives/judged.ts';
import { summariseOpen } from '../../domain/benchmarks/summaries/summarise.ts';
import { benchmarkScoreSchema, type JudgeInput } from '../../domain/contracts/benchmarks.ts';
import { meanScore } from '../../domain/dermeval/dimensions.ts';
import {
  judgedName,
  judgeReader,
  judgeRequest,
  pinOf,
  type Shown,
  type TextToJudge,
} from '../../domain/dermeval/judge.ts';
import { DermflowError, failureTypes, userMistake } from '../../domain/failures.ts';
import { commitOnce } from '../commit-once.ts';
import { benchmarkFiles } from '../evaluation/benchmark-files.ts';
import { scoreFacts } from '../evaluation/evaluate-benchmark.ts';
import { type Asking, askAll, recognise } from '../llm/asking/ask.ts';
import { modelOfRecord } from '../llm/served.ts';
import { listRows } from '../rows.ts';
import { withScratchFolder } from '../scratch.ts';
import { fetchRows } from '../store/rows.ts';
import { judgeModel, judgeModelOf } from './judge-model.ts';
import { replyScores } from './reply-scores.ts';
import { requireSameJudge } from './same-judge.ts';

/** A change of what is judged, of the scores' reading or of their summary changes the version; the prompt has its digest. */
const method = 'judged/3';
const files = artifactFiles.benchmark;

interface Judged extends TextToJudge {
  item: BenchmarkItem;
  kind: JudgedKind;
}

export const judgeAnswers = (input: JudgeInput, asking: Asking): Promise<ArtifactRef> =>
  withScratchFolder(asking.scratch, 'judging', (folder) => judgeIn(folder, input, asking));

/** @param folder stands until the files are stored */
async function judgeIn(folder: string, { evaluation, judge }: JudgeInput, asking: Asking): Promise<ArtifactRef> {
  const { store } = asking;
  const manifest = await store.manifest(evaluation);
  const read = async <T>({ name, schema }: { name: string; schema: z.ZodType<T> }): Promise<T[]> =>
    listRows(await fetchRows(store, manifest, name, schema, folder));
  const [asked, answered] = [await read(files.asked), await read(files.items)];
  const shows = whatIsShown(asked, judge.shows);
  const served = await recognise(asking, method);
  const pin = pinOf(modelOfRecord(served), served.reply?.servedModel ?? null, shows, judge);
  const { benchmark, label, reader, profile, shown, samples } = benchmarkScoreSchema.parse(manifest.facts);
  const name = judgedName(benchmark, judge.model, pin);
  const inputs = { evaluation: evaluation.sha256 };
  const params = { judge: pin, anchors: judge.anchors, maxMissing: judge.maxMissing };
  const work = { kind: 'benchmark', method, inputs, params } as const;
  return commitOnce(store, work, async () => {
    const byId = new Map(asked.map((item) => [item.id, item]));
    const texts: Judged[] = [
      ...answered.flatMap(({ id, output }) => textOf('answer', byId.get(id), output)),
      ...drawAnchors(asked, judge.anchors).flatMap(({ kind, item, narrative }) => textOf(kind, item, narrative)),
    ];
    // Anchors are asked again for each evaluation: the ledger's replies would say nothing of the judge of today.
    const turn = Number.parseInt(digestOf(canonicalJson(work)).slice(0, 6), 16);
    const reading = judgeReader(await judgeModel(store, pin));
    const requests = texts.flatMap((text) =>
      Array.from({ length: judge.repeats }, (_, repeat) => ({
        ...{ id: idOf(text, repeat), text, repeat, read: reading },
        request: judgeRequest(text, pin, text.kind === 'answer' ? repeat : repeat + turn),
      })),
    );
    const { answers } = await askAll(requests, served, asking);
    const model = await judgeModelOf(store, pin, answers);
    const judgements = requests.map(
      ({ id, text: { item, kind }, repeat }): Judgement => ({
        ...{ id: item.id, kind, repeat },
        ...replyScores(answers, id, model),
      }),
    );
    const ofAnswers = Map.groupBy(
      judgements.filter(({ kind }) => kind === 'answer'),
      ({ id }) => id,
    );
    const judged = answered.map((item): JudgedItem => ({ item, scores: scoresOfText(ofAnswers.get(item.id) ?? []) }));
    refuseTooManyMissing(judged, judgements, judge.maxMissing);
    await requireSameJudge(store, pin, texts, judgements);
    const scored = asScoredItems(judged);
    const summary = summariseOpen(name, scored);
    const narratives = summariseNarratives(judged, judgements, { name: judge.model, pin });
    const described = { benchmark: name, label, reader, profile, shown, samples };
    return {
      facts: { ...scoreFacts(summary), ...described, narratives, ...dataOf(manifest.facts) },
      files: await benchmarkFiles(folder, summary, { asked, items: scored, judgements }),
    };
  });
}

/** Throws a user's mistake where certified texts are to be shown that are not there. */
function whatIsShown(asked: readonly BenchmarkItem[], wanted: Shown | undefined): Shown {
  const without = asked.filter(({ reference }) => reference === undefined).length;
  if (wanted === undefined) return without === 0 ? 'reference' : 'picture';
  if (wanted === 'reference' && without > 0) {
    throw userMistake(
      `--judge: shows=reference, but ${without} of ${asked.length} items have no certified text; give each a "reference", or name shows=picture`,
    );
  }
  return wanted;
}

const textOf = (kind: JudgedKind, item: BenchmarkItem | undefined, narrative: string): Judged[] =>
  item ? [{ kind, item, narrative, reference: item.reference ?? null, image: item.image }] : [];

const idOf = ({ kind, item }: Judged, repeat: number): string => `${kind}/${repeat}/${item.id}`;

function refuseTooManyMissing(
  judged: readonly JudgedItem[],
  judgements: readonly Judgement[],
  maxMissing: number,
): void {
  const missing = judged.filter(({ scores }) => meanScore(scores) === null);
  if (missing.length <= maxMissing * judged.length) return;
  const faults = new Set(judgements.flatMap(({ kind, fault }) => (kind === 'answer' && fault !== null ? [fault] : [])));
  throw new DermflowError(
    failureTypes.llm,
    `${missing.length} of ${judged.length} texts have no complete scores from the judge (${[...faults].slice(0, 3).join('; ')}), max-missing allows ${maxMissing}; take another judge or raise it in --judge, or "dermflow resume" to ask for these again`,
    { final: true }, // another attempt would find the same replies
  );
}

const dataSchema = z.object({
  data: z.object({ questions: sha256Schema.nullable(), dataset: sha256Schema.nullable() }),
});

/** Whose questions and pictures the answers are to, where the evaluation says it. */
const dataOf = (facts: unknown) => dataSchema.safeParse(facts).data ?? {};
