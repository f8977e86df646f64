/** What a page of evaluations says of one benchmark: `evaluation.json`, from which page, CSV and Markdown are written. */
import type { AttributeSummary } from '../benchmarks/summaries/by-attribute.ts';
import type { ModelPair } from '../evaluation/comparison.ts';
import type { PublishedComparison } from '../published/against.ts';
import type { MeasuredModel, PublishedPageRow } from '../report/against-paper.ts';

/** `rule`: needs no model, e.g. guessing. `no image`: a model on grey pictures. */
export type RowKind = MeasuredModel['kind'];

export interface PageRow extends MeasuredModel {
  /** First characters of the artifact's key. */
  key: string;
  /** By each attribute that its items have, by its own reader. */
  attributes: AttributeSummary[];
  /** Against the row of the paper that its label stands for; empty where there is none. */
  paper: PublishedComparison[];
}

export interface EvaluationPage {
  schema: 1;
  benchmark: { name: string; title: string; description: string; prompt: string };
  items: number;
  /** Models first, each followed by nothing else; then controls without image, then rules. */
  rows: PageRow[];
  /** Which references are absent, and what is to be known of rows; sentences. */
  remarks: string[];
  published: PublishedPageRow[];
  /** Of the models: each against each later one on the items of both, corrected for their number. */
  pairs: ModelPair[];
}

/** What its reader found, which is the number to read first. */
export const headline = ({ summary, reader }: PageRow) => summary.average[reader];
