/** Rows that need no model, which stand beside every model: guessing, the most frequent answer, "benign", labels alone. */

import { canonicalJson, digestOf } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { allBenign, type Baseline, baselineItems, chance, majority } from '../../domain/benchmarks/baselines.ts';
import type { BenchmarkData, BenchmarkResult, RulesInput } from '../../domain/contracts/benchmarks.ts';
import { profileDigest } from '../../domain/prompts/profile.ts';
import { commitOnce } from '../commit-once.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { readJsonLines } from '../store/rows.ts';
import { readScore } from './evaluate-benchmark.ts';
import { scoredReference } from './scored-reference.ts';
import { readItems } from './sources.ts';

/** A change of rules, items or scores changes the version. */
const method = 'rules/1';

/** A row for each rule that has an answer to all of the items. */
export async function scoreRules(
  store: ArtifactStore,
  { benchmark: choice, data, profile, limit, seed }: RulesInput,
): Promise<BenchmarkResult[]> {
  const { benchmark, items } = await readItems(store, choice, data, profile, limit);
  // Nothing is chosen in an open question.
  if (items.some(({ answer }) => answer === null)) return [];
  const rows: BenchmarkResult[] = [];
  for (const rule of await rulesOf(store, data, seed)) {
    const scored = baselineItems(items, rule);
    if (scored.length < items.length) continue;
    const outputs = digestOf(canonicalJson(scored));
    const work = {
      kind: 'benchmark',
      method,
      inputs: { items: digestOf(canonicalJson(items)), outputs },
      params: { benchmark: benchmark.name, rule: rule.name, profile: profileDigest(profile) },
    } as const;
    const described = {
      benchmark: benchmark.name,
      label: rule.title,
      reader: 'strict',
      profile: profile.name,
      shown: 'grey',
    } as const;
    const evaluation = await commitOnce(store, work, async () => scoredReference(benchmark, scored, described));
    rows.push({ ...(await readScore(store, evaluation)), evaluation });
  }
  return rows;
}

async function rulesOf(store: ArtifactStore, { questions }: BenchmarkData, seed: number): Promise<Baseline[]> {
  if (!questions) return [chance(seed), allBenign];
  const files = artifactFiles.questions;
  const manifest = await store.manifest(questions);
  const read = async (file: typeof files.train | typeof files.validation) =>
    file.name in manifest.files ? readJsonLines(store, manifest, file.name, file.schema) : [];
  const known = [...(await read(files.train)), ...(await read(files.validation))];
  const letters = new Map(
    files.textOnly.name in manifest.files
      ? (await readJsonLines(store, manifest, files.textOnly.name, files.textOnly.schema)).map(({ id, letter }) => [
          id,
          letter,
        ])
      : [],
  );
  return [
    chance(seed),
    ...(known.length > 0 ? [majority(known)] : []),
    allBenign,
    // Fitted when the questions were made, on all training cases.
    { name: 'text-only', title: 'Labels alone', answer: ({ id }) => letters.get(id) ?? null },
  ];
}
