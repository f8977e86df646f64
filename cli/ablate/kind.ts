/** What a finished ablation is to the command: the runs that its method asked for, and the table that is made of them. */
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import type { RunResult } from '../../domain/contracts/run.ts';
import type { Recipe } from '../../domain/recipe/recipe.ts';

export interface Done<R extends Recipe = Recipe> {
  run: string;
  recipe: R;
  result: RunResult;
}

export interface AblationTable {
  /** What programs read. */
  json: object;
  /** For the terminal. */
  text: string;
  files: Record<string, string>;
  /** The one of the files that people open. */
  page: string;
}

/** @param recipe its name */
export type TableOf<R extends Recipe> = (
  recipe: string,
  done: readonly Done<R>[],
  store: ArtifactStore,
) => Promise<AblationTable>;
