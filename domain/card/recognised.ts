/** Which results of a run are the exported model's. */
import type { BenchmarkResult } from '../contracts/benchmarks.ts';
import { type ModelUnderTest, modelId, onGrey } from '../evaluation/model-under-test.ts';

const isScoredAsNarrative = ({ benchmark, narratives }: BenchmarkResult): boolean =>
  narratives !== undefined || benchmark.includes('@');

/** On its classification sets, with pictures. */
export const recognisedBy = (benchmarks: readonly BenchmarkResult[], own: ModelUnderTest): BenchmarkResult[] =>
  benchmarks.filter((each) => each.label === modelId(own) && each.shown === 'real' && !isScoredAsNarrative(each));

/** The same set without its pictures, where that was asked. */
export const greyOf = (
  benchmarks: readonly BenchmarkResult[],
  own: ModelUnderTest,
  benchmark: string,
): BenchmarkResult | undefined =>
  benchmarks.find((each) => each.label === modelId(onGrey(own)) && each.benchmark === benchmark);

/** On DermBench's part of the run. */
export const narratedBy = (benchmarks: readonly BenchmarkResult[], own: ModelUnderTest): BenchmarkResult[] =>
  benchmarks.filter((each) => each.label === modelId(own) && isScoredAsNarrative(each));
