/** A model's answers about generated pictures as narratives, scored by what is known of the pictures. */
import type { ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { asScoredItems } from '../../domain/benchmarks/narratives/judged.ts';
import { summariseOpen } from '../../domain/benchmarks/summarise.ts';
import { benchmarkScoreSchema } from '../../domain/contracts/benchmarks.ts';
import type { ClassificationActivities } from '../../domain/contracts/distillation.ts';
import type { Scores } from '../../domain/dermeval/dimensions.ts';
import { corrupt } from '../../domain/failures.ts';
import { commitOnce } from '../commit-once.ts';
import { readScore, scoreOf } from '../evaluation/evaluate-benchmark.ts';
import { withHeartbeats } from '../heartbeats.ts';
import { toJsonLines } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { readJsonLines } from '../store/rows.ts';

const files = artifactFiles.benchmark;

/** A narrative as far as drawings say whether it is right. */
export interface DrawnText {
  /** Of a narrative: its case's, and a number behind `#`. */
  id: string;
  diagnosis: string;
  text: string;
}

export interface DrawnAnswersDependencies {
  store: ArtifactStore;
  /** Version of the scores: a part of the key. */
  version: string;
  scoreDrawn(
    texts: readonly DrawnText[],
    recipe: Parameters<ClassificationActivities['scoreAnswersByDrawing']>[0]['recipe'],
  ): Promise<ReadonlyMap<string, Scores>>;
}

/** The name under which answers scored so stand, beside none that a judge scored. */
const drawnName = (benchmark: string): string => `${benchmark}@drawn`;

export function createDrawnAnswersActivities({
  store,
  version,
  scoreDrawn,
}: DrawnAnswersDependencies): Pick<ClassificationActivities, 'scoreAnswersByDrawing'> {
  return {
    scoreAnswersByDrawing: ({ recipe, evaluation, label, reader }) =>
      withHeartbeats(async (report) => {
        report({ phase: `scoring ${label}`, done: 0, total: 0 });
        const scored = await score(evaluation, recipe);
        return { ...(await readScore(store, scored)), label, reader, evaluation: scored };
      }),
  };

  async function score(
    evaluation: ArtifactRef,
    recipe: Parameters<DrawnAnswersDependencies['scoreDrawn']>[1],
  ): Promise<ArtifactRef> {
    const manifest = await store.manifest(evaluation);
    const { benchmark, label, reader, profile, shown, samples } = benchmarkScoreSchema.parse(manifest.facts);
    const { seed } = recipe;
    const { generate } = recipe.data;
    const work = {
      kind: 'benchmark',
      method: `drawn/${version}`,
      inputs: { evaluation: evaluation.sha256 },
      params: { seed, generate: generate ?? null },
    } as const;
    return commitOnce(store, work, async () => {
      const asked = await readJsonLines(store, manifest, files.asked.name, files.asked.schema);
      const answered = await readJsonLines(store, manifest, files.items.name, files.items.schema);
      const texts = answered.map(({ id, expected, output }) => ({ id, diagnosis: expected, text: output }));
      const scores = await scoreDrawn(texts, recipe);
      const judged = answered.map((item) => {
        const own = scores.get(item.id);
        if (!own) throw corrupt(`benchmark ${manifest.key}: answer ${item.id} is about no generated picture`);
        return { item, scores: own };
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
}
