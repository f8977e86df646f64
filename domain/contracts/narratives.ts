/** DermCoT: narratives, their scores, people's reviews of them, and the rows that are trained on (SkinGPT-R1). */
import type { ArtifactRef } from '../artifact.ts';
import type { JudgeSettings } from '../dermeval/judge.ts';
import type { LlmAccount } from '../llm-account.ts';
import type { CertifiedSettings } from '../recipe/narratives.ts';
import type { RecipeParts } from '../recipe/parts.ts';
import type { CheckpointRef, ModelRef } from './references.ts';
import type { LlmAllowance } from './trajectories.ts';

/** The part of a recipe that decides what is written. */
export type NarrativeRecipe = Pick<RecipeParts, 'seed' | 'prompts' | 'model' | 'budget' | 'llm' | 'narratives'>;

/** The part that decides how narratives are scored. */
export type ScoringRecipe = NarrativeRecipe & {
  judge?: JudgeSettings;
  data: Pick<RecipeParts['data'], 'generate'>;
};

export interface NarrativesResult {
  narratives: ArtifactRef;
  counts: { cases: number; written: number; rejected: number; llmCalls: number };
  llm: LlmAccount | null;
}

export interface ScoresResult {
  /** Of all narratives, and whose they are. */
  scores: ArtifactRef;
  counts: { scored: number; missing: number };
  llm?: LlmAccount | null;
}

/** On llm workers. */
export interface NarrativeActivities {
  /**
   * A description without the label (or that of `descriptions`), then a rationale that knows it; the standard form of both.
   * Where a judge will score them it is shown a picture first.
   */
  writeNarratives(
    input: { recipe: ScoringRecipe; dataset: ArtifactRef; descriptions: ArtifactRef | null } & LlmAllowance,
  ): Promise<NarrativesResult>;
  /** By the recipe's judge, who sees the picture. */
  judgeNarratives(input: { recipe: ScoringRecipe; narratives: ArtifactRef } & LlmAllowance): Promise<ScoresResult>;
}

/** On the machines that evaluate. */
export interface DescriptionActivities {
  /** By the base model itself, where `narratives.describer` is `base`. */
  describePictures(input: { recipe: NarrativeRecipe; model: ModelRef; dataset: ArtifactRef }): Promise<ArtifactRef>;
  /** By an evaluator that this run trained. */
  evaluateNarratives(input: {
    recipe: ScoringRecipe;
    model: ModelRef;
    evaluator: CheckpointRef;
    narratives: ArtifactRef;
  }): Promise<ScoresResult>;
}

/** On cpu workers. */
export interface DermcotActivities {
  /** By what is known of generated pictures. */
  scoreByDrawing(input: { recipe: ScoringRecipe; narratives: ArtifactRef }): Promise<ScoresResult>;
  /** Chosen by their scores, with the certified ones of the training part; nothing of DermBench's part. */
  chooseNarratives(input: {
    recipe: NarrativeRecipe & { certified: CertifiedSettings };
    narratives: ArtifactRef;
    scores: ArtifactRef;
    certified: ArtifactRef | null;
  }): Promise<DermcotResult>;
}

export interface DermcotResult {
  /** Kind `dermcot`. */
  dermcot: ArtifactRef;
  counts: { train: number; validation: number; certified: number; filtered: number; dropped: number };
}

/** The cases that people are asked about, drawn once. */
export interface ReviewSet {
  /** Kind `narratives`. */
  set: ArtifactRef;
  count: number;
}

export interface ReviewState {
  /** Cases by what is the matter with them. */
  counts: { open: number; disagreed: number; skipped: number; certified: number };
  /** No case waits for anybody. */
  complete: boolean;
  reviewers: string[];
}

/** Answer of the `review` query: what a reviewer's page has to know of a run, or why nobody is asked. */
export type ReviewAnswer = ReviewWait | { nobody: string };

export interface ReviewWait {
  set: ArtifactRef;
  count: number;
  certified: CertifiedSettings;
  /** As of the last look at the store; null before the first. */
  state: ReviewState | null;
  /** People are asked now. False where a program reviews, and once nobody is waited for. */
  waiting: boolean;
  reminders: number;
  /** When a page last said that something was reviewed, in milliseconds since 1970; absent before. */
  toldAt?: number;
}

export interface CertifiedResult {
  /** Kind `certified`. */
  certified: ArtifactRef;
  /** DermBench's part as items of a benchmark (kind `dataset`); null where it is empty. */
  bench: ArtifactRef | null;
  /** Physicians' scores as rows for DermEval (kind `judgements`); of the training part alone. */
  judgements: ArtifactRef;
  /** How many reviewers scored them; older histories have none. */
  people?: number;
  counts: { certified: number; skipped: number; settled: number; train: number; bench: number; evaluatorRows: number };
}

/** On cpu workers. */
export interface ReviewActivities {
  drawForReview(input: {
    recipe: { seed: number; certified: CertifiedSettings };
    narratives: ArtifactRef;
  }): Promise<ReviewSet>;
  /** What has been said so far. */
  readReviews(input: { recipe: { certified: CertifiedSettings }; set: ArtifactRef }): Promise<ReviewState>;
  /** A program in place of people: only where the recipe says so, and only for generated pictures. */
  reviewByScript(input: {
    recipe: ScoringRecipe & { certified: CertifiedSettings };
    set: ArtifactRef;
  }): Promise<ReviewState>;
  /** Settled reviews as certified narratives, split by the seed. Throws while a case waits for somebody. */
  certify(input: {
    recipe: { seed: number; prompts: RecipeParts['prompts']; certified: CertifiedSettings };
    set: ArtifactRef;
  }): Promise<CertifiedResult>;
}
