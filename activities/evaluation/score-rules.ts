/** Rows that need no model, which stand beside every model: guessing, the most frequent answer, "benign", labels alone. */
import { join } from 'node:path';
import type { z } from 'zod';
import { digestOfRows } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { allBenign, type Baseline, baselineItems, chance, majority } from '../../domain/benchmarks/baselines.ts';
import type { BenchmarkData, BenchmarkResult, RulesInput } from '../../domain/contracts/benchmarks.ts';
import type { ScoredItem } from '../../domain/evaluation/scored.ts';
import { profileDigest } from '../../domain/prompts/profile.ts';
import { commitOnce } from '../commit-once.ts';
import { ownRows, writeRows } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { concatRows, flatMapRows, type Rows } from '../rows.ts';
import { withScratchFolder } from '../scratch.ts';
import { fetchRows, type ReadingFrom } from '../store/rows.ts';
import { readScore } from './evaluate-benchmark.ts';
import { scoredReference } from './scored-reference.ts';
import { type AskedItems, withItems } from './sources.ts';

/** A change of rules, items or scores changes the version. */
const method = 'rules/1';

/** A row for each rule that has an answer to all of the items. */
export const scoreRules = (from: ReadingFrom, input: RulesInput): Promise<BenchmarkResult[]> =>
  withItems(from, input.benchmark, input.data, input.profile, input.limit, (asked) =>
    withScratchFolder(from.scratch, 'rules', (folder) => scoreEach(from.store, asked, input, folder)),
  );

async function scoreEach(
  store: ArtifactStore,
  { benchmark, items, count }: AskedItems,
  { data, profile, seed }: RulesInput,
  folder: string,
): Promise<BenchmarkResult[]> {
  // Nothing is chosen in an open question.
  for await (const { answer } of items) if (answer === null) return [];
  const asked = await digestOfRows(items);
  const rows: BenchmarkResult[] = [];
  for (const rule of await rulesOf(store, data, seed, folder)) {
    const path = join(folder, `${rule.name}.jsonl`);
    const answered = flatMapRows(items, (item) => baselineItems([item], rule));
    if ((await writeRows(path, answered)) < count) continue;
    const scored = ownRows<ScoredItem>(path);
    const work = {
      kind: 'benchmark',
      method,
      inputs: { items: asked, outputs: await digestOfRows(scored) },
      params: { benchmark: benchmark.name, rule: rule.name, profile: profileDigest(profile) },
    } as const;
    const described = {
      benchmark: benchmark.name,
      label: rule.title,
      reader: 'strict',
      profile: profile.name,
      shown: 'grey',
    } as const;
    const evaluation = await commitOnce(store, work, () => scoredReference(benchmark, scored, described, folder));
    rows.push({ ...(await readScore(store, evaluation)), evaluation });
  }
  return rows;
}

async function rulesOf(
  store: ArtifactStore,
  { questions }: BenchmarkData,
  seed: number,
  folder: string,
): Promise<Baseline[]> {
  if (!questions) return [chance(seed), allBenign];
  const { train, validation, textOnly } = artifactFiles.questions;
  const manifest = await store.manifest(questions);
  const read = async <T>({ name, schema }: { name: string; schema: z.ZodType<T> }): Promise<Rows<T>> =>
    name in manifest.files ? fetchRows(store, manifest, name, schema, folder) : [];
  const frequent = await majority(concatRows(await read(train), await read(validation)));
  const letters = new Map<string, string>();
  for await (const { id, letter } of await read(textOnly)) letters.set(id, letter);
  return [
    chance(seed),
    ...(frequent ? [frequent] : []),
    allBenign,
    // Fitted when the questions were made, on all training cases.
    { name: 'text-only', title: 'Labels alone', answer: ({ id }) => letters.get(id) ?? null },
  ];
}
