/** Fixed answers that are scored every night: any shift of their scores is the judge's, not the model's. */
import type { Benchmark, BenchmarkItem } from '../../domain/benchmarks/benchmark.ts';
import type { NightScore } from '../../domain/evaluation/nightly.ts';
import type { ReaderName, ScoredItem } from '../../domain/evaluation/scored.ts';

export interface AnchorAnswer {
  /** Of the item that it answers. */
  id: string;
  output: string;
}

/** What scores answers. Another name is another judge, and begins a new line. */
export interface Judge {
  name: string;
  score(benchmark: Benchmark, item: BenchmarkItem, output: string): Promise<ScoredItem> | ScoredItem;
}

/** The benchmark's own rules: readers and scorer. */
export const byRules: Judge = { name: 'rules', score: (benchmark, item, output) => benchmark.score(item, output) };

const mostAnchors = 200;

/** Of the first night of a line, evenly over its answers. */
export function anchorsOf(answered: readonly ScoredItem[]): AnchorAnswer[] {
  const step = Math.max(1, answered.length / mostAnchors);
  const count = Math.min(answered.length, mostAnchors);
  return Array.from({ length: count }, (_, i) => answered[Math.floor(i * step)]).flatMap((item) =>
    item ? [{ id: item.id, output: item.output }] : [],
  );
}

/** Those whose item is asked tonight. */
export async function scoreAnchors(
  judge: Judge,
  { benchmark, items }: { benchmark: Benchmark; items: readonly BenchmarkItem[] },
  anchors: readonly AnchorAnswer[],
  reader: ReaderName,
): Promise<NightScore[]> {
  const byId = new Map(items.map((item) => [item.id, item]));
  const scores: NightScore[] = [];
  for (const { id, output } of anchors) {
    const item = byId.get(id);
    if (!item) continue;
    const scored = await judge.score(benchmark, item, output);
    scores.push({ id, group: item.group, score: scored[reader].score });
  }
  return scores;
}
