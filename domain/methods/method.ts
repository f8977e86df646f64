/** What Dermflow needs to know of a method beside its workflow (workflows/) and its part of the recipe. */
import type { Stage } from '../stages.ts';
import type { ModelCardSource } from './card-source.ts';

export interface Method<R = never> {
  /** In recipes and lists. */
  name: string;
  /** For people, e.g. in page titles. */
  title: string;
  /** Type of its workflow: the name that workflows/index.ts exports it under. */
  workflow: string;
  /** Parts of a run, in the order in which `status` shows them. */
  parts: readonly string[];
  /** The stages that made the adapter which a run of this recipe exports, in their order; at least one. */
  trained(recipe: R): readonly Stage[];
  /** What the model card says beyond the settings of the stages. */
  card(source: ModelCardSource<R>): MethodWords;
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
