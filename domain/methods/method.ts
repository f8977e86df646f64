/**
 * A method: all that Dermflow asks of it. Its row and what is pure of it stand in its folder here; beside that it has a
 * recipe (domain/recipe/methods/, a line in domain/recipe/recipe.ts), its stages (domain/stages/, a line in its
 * index.ts) and a workflow. What is missing of the following does not compile.
 */
import type { z } from 'zod';
import type { PlanInput } from '../plan/input.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Stage } from '../stages/index.ts';
import type { ModelCardSource } from './card-source.ts';

/** What its workflow reads, which loads nothing else of it: a run's modules are evaluated once per run. */
export interface MethodOutline<R = never> {
  /** In recipes and lists. */
  name: string;
  /** For people, e.g. in page titles. */
  title: string;
  /** Type of its workflow: the name that workflows/index.ts exports it under. */
  workflow: string;
  /** Parts of a run, in the order in which `status` shows them. */
  parts: readonly string[];
  /** Its stages of training, in the order in which they are trained. No other method trains them. */
  stages: readonly Stage[];
  /** Those of them that made the adapter which a run of this recipe exports, in their order; at least one. */
  trained(recipe: R): readonly Stage[];
}

export interface Method<R = never> extends MethodOutline<R> {
  /** What a recipe will do, for programs and in words. */
  plan(input: PlanInput<R>): { plan: object; words: string };
  /** Whether more than recipe, code and settings decides its results: a file of the user's own, a judge, people. */
  asksOthers(recipe: R): boolean;
  /**
   * What `report.json` of a run holds. The workflow asks for it by an activity of the method's own
   * (domain/contracts/report.ts, activities/reporting/), which draws the page from it.
   */
  report: z.ZodType;
  /**
   * The runs that its ablations need, which cli/ablate/ makes a table of; null: it has none. Throws a user's mistake for a
   * recipe that leaves out what they are about.
   */
  ablation: ((recipe: R) => readonly AblationRun[]) | null;
  /** What the model card says beyond the settings of the stages. */
  card(source: ModelCardSource<R>): MethodWords;
}

export interface AblationRun {
  recipe: Recipe;
  /** For people, e.g. `flat reward`. */
  words: string;
}

/** Whole sentences, except where it is said otherwise; each is true for the recipe, whatever it leaves out. */
export interface MethodWords {
  /** How the adapter was made, and after whom. */
  made: string;
  /** What it was trained on. */
  data: string;
  /** What was made of the data, counted; null where that is not known or nothing of it was trained on. */
  counts: string | null;
  /** How one stage follows from another; begins in the middle of a sentence. */
  lineage: string;
  /** What was paid, as a sentence; null without rewards. */
  rewards: string | null;
  /** What its answers look like; begins in the middle of a sentence. */
  answers: string;
  /** What its reasoning is; begins a sentence that goes on with "; it is no explanation". */
  reasoning: string;
  /** What it does, behind what it is; absent: it answers a multiple-choice question. */
  does?: string;
  /** Where the values of the settings are from, and what of the method is not known; absent where all is the paper's. */
  origins?: string;
  /** What its form of answers does not let it say; absent: what options do not. */
  limit?: string;
}
