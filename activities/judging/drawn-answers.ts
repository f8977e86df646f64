/** A model's answers about generated pictures as narratives, scored by what is known of the pictures. */
import type { ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { asScoredItems } from '../../domain/benchmarks/narratives/judged.ts';
import { summariseOpen } from '../../domain/benchmarks/summaries/summarise.ts';
import { benchmarkScoreSchema } from '../../domain/contracts/benchmarks.ts';
import type { ClassificationActivities } from '../../domain/contracts/distillation.ts';
import type { ScoredItem } from '../../domain/evaluation/scored.ts';
import { DermflowError, failureTypes } from '../../domain/failures.ts';
import { drawnScorer, drawnScores } from '../../domain/narratives/drawn.ts';
import { commitOnce } from '../commit-once.ts';
import { benchmarkFiles } from '../evaluation/benchmark-files.ts';
import { readScore, scoreFacts } from '../evaluation/evaluate-benchmark.ts';
import { withHeartbeats } from '../heartbeats.ts';
import { loadKnowledge } from '../knowledge.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { withScratchFolder } from '../scratch.ts';
import { fetchRows, type ReadingFrom } from '../store/rows.ts';

const files = artifactFiles.benchmark;

type ScoredRecipe = Parameters<ClassificationActivities['scoreAnswersByDrawing']>[0]['recipe'];

/** The name under which answers scored so stand, beside none that a judge scored. */
const drawnName = (benchmark: string): string => `${benchmark}@drawn`;

export function createDrawnAnswersActivities({
  store,
  environment,
}: {
  store: ArtifactStore;
  environment: { scratch: string };
}): Pick<ClassificationActivities, 'scoreAnswersByDrawing'> {
  return {
    scoreAnswersByDrawing: ({ recipe, evaluation, label, reader }) =>
      withHeartbeats(async (report) => {
        report({ phase: `scoring ${label}`, done: 0, total: 0 });
        const scored = await score({ store, scratch: environment.scratch }, evaluation, recipe);
        return { ...(await readScore(store, scored)), label, reader, evaluation: scored };
      }),
  };
}

async function score(
  { store, scratch }: ReadingFrom,
  evaluation: ArtifactRef,
  recipe: ScoredRecipe,
): Promise<ArtifactRef> {
  const { seed, data, narratives } = recipe;
  const manifest = await store.manifest(evaluation);
  const { benchmark, label, reader, profile, shown, samples } = benchmarkScoreSchema.parse(manifest.facts);
  const knowledge = await loadKnowledge();
  const scoreOfCase = drawnScorer(recipe, knowledge);
  const work = {
    kind: 'benchmark',
    method: drawnScores,
    inputs: { evaluation: evaluation.sha256, knowledge: knowledge.digest },
    params: { seed, generate: data.generate ?? null, maxUnscored: narratives.maxUnscored },
  } as const;
  return withScratchFolder(scratch, 'drawn-answers', (folder) =>
    commitOnce(store, work, async () => {
      const asked = await fetchRows(store, manifest, files.asked.name, files.asked.schema, folder);
      const items: ScoredItem[] = [];
      let answered = 0;
      for await (const item of await fetchRows(store, manifest, files.items.name, files.items.schema, folder)) {
        answered += 1;
        const { scores } = scoreOfCase(caseOf(item.id), item.output);
        items.push(...asScoredItems([{ item, scores }]));
      }
      refuseTooManyMissing(answered - items.length, answered, narratives.maxUnscored);
      const name = drawnName(benchmark);
      const summary = summariseOpen(name, items);
      return {
        facts: { ...scoreFacts(summary), benchmark: name, label, reader, profile, shown, samples },
        files: await benchmarkFiles(folder, summary, { asked, items }),
      };
    }),
  );
}

/** As for narratives: those that lack a score are left out, and above the recipe's share there is no result. */
function refuseTooManyMissing(missing: number, count: number, maxUnscored: number): void {
  if (missing <= maxUnscored * count) return;
  throw new DermflowError(
    failureTypes.llm,
    `${missing} of ${count} answers on DermBench's part have no scores (its picture was not drawn), narratives.maxUnscored allows ${maxUnscored}; give judge, which scores answers about any picture`,
    { final: true }, // another attempt would find the same
  );
}

/** The case of a narrative, by its id. */
const caseOf = (id: string): string => id.replace(/#\d+$/, '');
