/** What an ablation is to the command: which runs a recipe needs, and the table that is made of them. */
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import type { RunResult } from '../../domain/contracts/run.ts';
import type { Recipe } from '../../domain/recipe/recipe.ts';

/** A run that is needed. */
export interface Needed<R extends Recipe = Recipe, V = unknown> {
  recipe: R;
  variant: V;
  /** For people, e.g. `flat reward`. */
  words: string;
}

export interface Done<V = unknown> {
  run: string;
  seed: number;
  variant: V;
  result: RunResult;
}

export interface Table {
  /** What programs read. */
  json: object;
  /** For the terminal. */
  text: string;
  files: Record<string, string>;
  /** The one of the files that people open. */
  page: string;
}

export interface AblationKind<R extends Recipe, V> {
  /** Throws a user's mistake for a recipe that leaves out what its ablations are about. */
  runsOf(recipe: R): readonly Needed<R, V>[];
  tableOf(recipe: string, done: readonly Done<V>[], store: ArtifactStore): Promise<Table>;
}
