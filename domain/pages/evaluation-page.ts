/** What a page of evaluations says of one benchmark: `evaluation.json`, from which page, CSV and Markdown are written. */
import type { AttributeSummary } from '../benchmarks/by-attribute.ts';
import type { BenchmarkSummary } from '../benchmarks/summary.ts';
import type { ModelPair } from '../evaluation/comparison.ts';
import type { ReaderName } from '../evaluation/scored.ts';
import type { Comparison } from '../published/against.ts';
import type { Measure } from '../published/published.ts';

/** `rule`: needs no model, e.g. guessing. `no image`: a model on grey pictures. */
export type RowKind = 'model' | 'no image' | 'rule';

export interface PageRow {
  /** First characters of the artifact's key. */
  key: string;
  label: string;
  kind: RowKind;
  /** Whose reading is its headline. */
  reader: ReaderName;
  profile: string;
  samples: number;
  summary: BenchmarkSummary;
  /** By each attribute that its items have, by its own reader. */
  attributes: AttributeSummary[];
  /** Of a run's model: the run, the stage and its step. */
  training: { run: string; stage: string; step: number | null } | null;
  /** Against the row of the paper that its label stands for; empty where there is none. */
  paper: Comparison[];
}

/** A row of a published table, and why it cannot be compared with the models of the page. */
export interface PublishedPageRow {
  source: string;
  measure: Measure;
  model: string;
  /** By column; `average` is that of the table. */
  values: Readonly<Record<string, number>>;
  note: string | null;
  /** Empty where it can be. */
  notComparable: string[];
}

export interface EvaluationPage {
  schema: 1;
  benchmark: { name: string; title: string; description: string; prompt: string };
  items: number;
  /** Models first, each followed by nothing else; then controls without image, then rules. */
  rows: PageRow[];
  published: PublishedPageRow[];
  /** Of the models: each against each later one on the items of both, corrected for their number. */
  pairs: ModelPair[];
}

/** What its reader found, which is the number to read first. */
export const headline = ({ summary, reader }: PageRow) => summary.average[reader];
