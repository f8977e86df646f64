/** A model's answers about generated pictures as narratives, scored by what is known of the pictures. */
import type { ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { asScoredItems } from '../../domain/benchmarks/narratives/judged.ts';
import { summariseOpen } from '../../domain/benchmarks/summarise.ts';
import { benchmarkScoreSchema } from '../../domain/contracts/benchmarks.ts';
import type { ClassificationActivities } from '../../domain/contracts/distillation.ts';
import { corrupt, userMistake } from '../../domain/failures.ts';
import { drawingsOf, drawnScores, scoreDrawn } from '../../domain/narratives/drawn.ts';
import { commitOnce } from '../commit-once.ts';
import { readScore, scoreOf } from '../evaluation/evaluate-benchmark.ts';
import { withHeartbeats } from '../heartbeats.ts';
import { toJsonLines } from '../json-lines.ts';
import { loadKnowledge } from '../knowledge.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { readJsonLines } from '../store/rows.ts';

const files = artifactFiles.benchmark;

type Recipe = Parameters<ClassificationActivities['scoreAnswersByDrawing']>[0]['recipe'];

/** The name under which answers scored so stand, beside none that a judge scored. */
const drawnName = (benchmark: string): string => `${benchmark}@drawn`;

export function createDrawnAnswersActivities({
  store,
}: {
  store: ArtifactStore;
}): Pick<ClassificationActivities, 'scoreAnswersByDrawing'> {
  return {
    scoreAnswersByDrawing: ({ recipe, evaluation, label, reader }) =>
      withHeartbeats(async (report) => {
        report({ phase: `scoring ${label}`, done: 0, total: 0 });
        const scored = await score(store, evaluation, recipe);
        return { ...(await readScore(store, scored)), label, reader, evaluation: scored };
      }),
  };
}

async function score(store: ArtifactStore, evaluation: ArtifactRef, { seed, data }: Recipe): Promise<ArtifactRef> {
  const { generate } = data;
  if (!generate) throw userMistake('data.generate is missing: only answers about generated pictures are scored so');
  const manifest = await store.manifest(evaluation);
  const { benchmark, label, reader, profile, shown, samples } = benchmarkScoreSchema.parse(manifest.facts);
  const knowledge = await loadKnowledge();
  const work = {
    kind: 'benchmark',
    method: drawnScores,
    inputs: { evaluation: evaluation.sha256, knowledge: knowledge.digest },
    params: { seed, generate },
  } as const;
  return commitOnce(store, work, async () => {
    const asked = await readJsonLines(store, manifest, files.asked.name, files.asked.schema);
    const answered = await readJsonLines(store, manifest, files.items.name, files.items.schema);
    const drawings = drawingsOf(generate, seed);
    const judged = answered.map((item) => {
      const drawing = drawings.get(caseOf(item.id));
      if (!drawing) throw corrupt(`benchmark ${manifest.key}: answer ${item.id} is about no generated picture`);
      return { item, scores: scoreDrawn(item.output, drawing, knowledge) };
    });
    const items = asScoredItems(judged);
    const name = drawnName(benchmark);
    const summary = summariseOpen(name, items);
    return {
      facts: { ...scoreOf(summary), benchmark: name, label, reader, profile, shown, samples },
      files: {
        [files.asked.name]: toJsonLines(asked),
        [files.items.name]: toJsonLines(items),
        [files.summary.name]: `${JSON.stringify(summary, null, 2)}\n`,
      },
    };
  });
}

/** The case of a narrative, by its id. */
const caseOf = (id: string): string => id.replace(/#\d+$/, '');
