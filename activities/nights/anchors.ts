/** Fixed answers that are scored every night: any shift of their scores is the judge's, not the model's. */
import type { BenchmarkItem } from '../../domain/benchmarks/benchmark.ts';
import type { NightScore } from '../../domain/evaluation/nightly.ts';
import type { ReaderName, ScoredItem } from '../../domain/evaluation/scored.ts';
import type { AskedItems, Scoring } from '../evaluation/sources.ts';
import { filterRows, flatMapRows, listRows, type Rows } from '../rows.ts';

export interface AnchorAnswer {
  /** Of the item that it answers. */
  id: string;
  output: string;
}

/** What scores answers. Another name is another judge, and begins a new line. */
export interface Judge {
  name: string;
  score(benchmark: Scoring, item: BenchmarkItem, output: string): Promise<ScoredItem> | ScoredItem;
}

/** The benchmark's own rules: readers and scorer. */
export const byRules: Judge = { name: 'rules', score: (benchmark, item, output) => benchmark.score(item, output) };

const mostAnchors = 200;

/** Of the first night of a line, evenly over its answers, which are read twice. */
export async function anchorsOf(answered: Rows<ScoredItem>): Promise<AnchorAnswer[]> {
  let length = 0;
  for await (const _ of answered) length += 1;
  const step = Math.max(1, length / mostAnchors);
  const places = new Set(Array.from({ length: Math.min(length, mostAnchors) }, (_, i) => Math.floor(i * step)));
  const drawn = filterRows(answered, (_, at) => places.has(at));
  return listRows(flatMapRows(drawn, ({ id, output }) => [{ id, output }]));
}

/** Those whose item is asked tonight. */
export async function scoreAnchors(
  judge: Judge,
  { benchmark, items }: Pick<AskedItems, 'benchmark' | 'items'>,
  anchors: readonly AnchorAnswer[],
  reader: ReaderName,
): Promise<NightScore[]> {
  const wanted = new Set(anchors.map(({ id }) => id));
  const byId = new Map<string, BenchmarkItem>();
  for await (const item of items) if (wanted.has(item.id)) byId.set(item.id, item);
  const scores: NightScore[] = [];
  for (const { id, output } of anchors) {
    const item = byId.get(id);
    if (!item) continue;
    const scored = await judge.score(benchmark, item, output);
    scores.push({ id, group: item.group, score: scored[reader].score });
  }
  return scores;
}
