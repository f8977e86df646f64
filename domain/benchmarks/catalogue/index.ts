/** The benchmarks by name. A new one is a file of this folder and a line here. */
import { userMistake } from '../../failures.ts';
import type { Benchmark } from '../benchmark.ts';
import { concepts } from './concepts.ts';
import { ddx } from './ddx.ts';
import { fairness } from './fairness.ts';
import { hierarchical } from './hierarchical.ts';
import { idDiagnosis } from './id-diagnosis.ts';
import { lesionCondition } from './lesion-condition.ts';
import { oodDiagnosis } from './ood-diagnosis.ts';
import { openCases } from './open-cases.ts';
import { rankedDifferential } from './ranked-differential.ts';

/** In the order in which people meet them. */
export const benchmarks: readonly Benchmark[] = [
  idDiagnosis,
  oodDiagnosis,
  lesionCondition,
  ddx,
  hierarchical,
  openCases,
  rankedDifferential,
  concepts,
  fairness,
];

/** The benchmark of this name; an unknown one is a user's mistake that lists the known ones. */
export function benchmarkNamed(name: string): Benchmark {
  const found = benchmarks.find((benchmark) => benchmark.name === name);
  if (found) return found;
  const known = benchmarks.map((benchmark) => benchmark.name).join(', ');
  throw userMistake(`no benchmark "${name}"; there are ${known}, or give the path of a file of items (.jsonl)`);
}
