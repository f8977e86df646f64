/** What a run has measured, as its tables: on its questions, on sets in its models' own words, as narratives. */
import type { RunResult } from '../../domain/contracts/run.ts';
import { renderNarratives } from '../scores/render-narratives.ts';
import { renderScores } from '../scores/render-scores.ts';
import { renderResults } from './render.ts';

/** Null where nothing is measured yet. */
export function renderMeasured({
  evaluations,
  textOnly,
  benchmarks = [],
}: Pick<RunResult, 'evaluations' | 'textOnly' | 'benchmarks'>): string | null {
  const tables = [
    ...(evaluations.length > 0 ? [renderResults(evaluations, textOnly)] : []),
    ...(benchmarks.length > 0 ? [renderScores(benchmarks), ...renderNarratives(benchmarks)] : []),
  ];
  return tables.length > 0 ? tables.join('\n') : null;
}
