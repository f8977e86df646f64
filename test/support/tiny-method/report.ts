/** What the report of the tiny method says: the accuracy of each model, and what that rests on. */
import { z } from 'zod';
import type { ArtifactRef } from '../../../domain/artifact.ts';
import type { EvaluationResult } from '../../../domain/contracts/evaluation.ts';
import type { ReportedRun } from '../../../domain/contracts/report.ts';
import { modelOf, modelTitle } from '../../../domain/evaluation/model-under-test.ts';
import { type LineageEntry, lineageEntrySchema } from '../../../domain/report/parts.ts';
import { percent } from '../../../domain/report/words.ts';

export interface TinyReportInput extends ReportedRun {
  recipe: { greeting: string };
  evaluations: EvaluationResult[];
  adapter: ArtifactRef;
}

export interface TinyReportActivities {
  writeTinyReport(input: TinyReportInput): Promise<ArtifactRef>;
}

export const tinyReportSchema = z.strictObject({
  run: z.string(),
  greeting: z.string(),
  summary: z.array(z.string()),
  final: z.string(),
  models: z.array(z.strictObject({ title: z.string(), accuracy: z.number().min(0).max(1) })),
  lineage: z.array(lineageEntrySchema),
});
export type TinyReport = z.infer<typeof tinyReportSchema>;

/** Throws a RangeError where no model was evaluated. */
export function buildTinyReport({ run, recipe, evaluations }: TinyReportInput, lineage: LineageEntry[]): TinyReport {
  const models = evaluations.flatMap(({ label, step, scores }) => {
    const model = modelOf({ label, step });
    return scores.map(({ accuracy }) => ({ title: model ? modelTitle(model) : label, accuracy }));
  });
  const final = evaluations.at(-1)?.label;
  if (final === undefined) throw new RangeError('no model was evaluated');
  return {
    ...{ run, greeting: recipe.greeting, final, models, lineage },
    summary: models.map(({ title, accuracy }) => `${title} is right on ${percent(accuracy)}.`),
  };
}
