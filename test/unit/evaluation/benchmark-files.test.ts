/** Rows of benchmarks go through files; their bytes and keys are those of texts that are made at once. */
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { evaluateBenchmark } from '../../../activities/evaluation/evaluate-benchmark.ts';
import { scoreRules } from '../../../activities/evaluation/score-rules.ts';
import { withItems } from '../../../activities/evaluation/sources.ts';
import { judgeAnswers } from '../../../activities/judging/judge-answers.ts';
import type { ArtifactStore } from '../../../activities/ports/artifact-store.ts';
import { listRows } from '../../../activities/rows.ts';
import { readText } from '../../../activities/store/commit.ts';
import type { ReadingFrom } from '../../../activities/store/rows.ts';
import { type ArtifactRef, canonicalJson, digestOf } from '../../../domain/artifact.ts';
import { baselineItems, chance } from '../../../domain/benchmarks/baselines.ts';
import type { BenchmarkChoice, BenchmarkData } from '../../../domain/contracts/benchmarks.ts';
import { usualJudge } from '../../../domain/dermeval/judge.ts';
import type { EvaluationProfile } from '../../../domain/prompts/profile.ts';
import { evaluationProfile } from '../../../domain/prompts/prompts.ts';
import { byFiles } from '../../support/by-files.ts';
import { answeringModel, benchmarkContext, localModel, requestOf, storeQuestions } from '../../support/evaluations.ts';
import { judgeOf, judging, narrativeItems, sixOf, storeAnswers, storeItems } from '../../support/judging.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const profile = evaluationProfile('compact');
type Asked = [ReadingFrom, BenchmarkChoice, BenchmarkData, EvaluationProfile, number | null];
const listed = (...asked: Asked) =>
  withItems(...asked, async ({ benchmark, items }) => ({ benchmark, items: await listRows(items) }));
const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const indented = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const rowsIn = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const say = (letter: string): string => `<thinking> so </thinking> <final diagnosis> ${letter} </final diagnosis>`;

describe('an evaluation', () => {
  it('keeps items, first answers, all answers and summary', async () => {
    const kept = createMemoryStore();
    const data = { questions: await storeQuestions(kept, 9), dataset: null };
    const store = byFiles(kept);
    const benchmark = 'id-diagnosis';
    const asking = { ...requestOf().asking, samples: 2 };
    const model = answeringModel('m', (place) => say(place % 3 === 0 ? 'A' : 'B'));
    const { evaluation } = await evaluateBenchmark(
      { tested: localModel({ profile }), benchmark, data, asking },
      model,
      benchmarkContext(store),
    );
    const { benchmark: known, items } = await listed({ store, scratch: tmpdir() }, benchmark, data, profile, null);
    expect(items).toHaveLength(9);
    const texts = await textsOf(kept, evaluation);
    expect(texts['asked.jsonl']).toBe(lines(items));
    expect((await kept.manifest(evaluation)).inputs).toEqual({ items: digestOf(canonicalJson(items)) });
    const all = rowsIn(texts['samples.jsonl'] ?? '') as { id: string; output: string; sample: number }[];
    expect(all.map(({ id, sample }) => `${sample} ${id}`)).toEqual(items.flatMap(({ id }) => [`0 ${id}`, `1 ${id}`]));
    const scored = all.map(({ id, output, sample }) => {
      const item = items.find((each) => each.id === id);
      if (!item) throw new RangeError(`${id} was not asked`);
      return { ...known.score(item, output), sample };
    });
    expect(texts['samples.jsonl']).toBe(lines(scored));
    const first = scored.filter(({ sample }) => sample === 0).map(({ sample: _, ...rest }) => rest);
    expect(texts['items.jsonl']).toBe(lines(first));
    expect(texts['summary.json']).toBe(indented(known.summarise(first)));
    expect(Object.keys(texts)).toHaveLength(4);
  });

  it('of a rule keeps its answers and summary', async () => {
    const kept = createMemoryStore();
    const data = { questions: await storeQuestions(kept, 5), dataset: null };
    const from = { store: byFiles(kept), scratch: tmpdir() };
    const { benchmark, items } = await listed(from, 'lesion-condition', data, profile, 4);
    const rules = await scoreRules(from, { benchmark: 'lesion-condition', data, profile, limit: 4, seed: 3 });
    const guessed = rules.find(({ label }) => label === 'Guessing');
    if (!guessed) throw new RangeError('guessing has an answer to each item');
    const scored = baselineItems(items, chance(3));
    expect((await kept.manifest(guessed.evaluation)).inputs).toEqual({
      items: digestOf(canonicalJson(items)),
      outputs: digestOf(canonicalJson(scored)),
    });
    expect(await textsOf(kept, guessed.evaluation)).toEqual({
      'items.jsonl': lines(scored),
      'summary.json': indented(benchmark.summarise(scored)),
    });
  });
});

it('answers that are judged are written a row at a time', async () => {
  const kept = createMemoryStore();
  const evaluation = await storeAnswers(kept, await storeItems(kept, narrativeItems(6)));
  const judge = { ...usualJudge, model: 'strict-judge', anchors: 4 };
  const asking = judging(
    byFiles(kept),
    judgeOf((candidate) => sixOf(candidate.startsWith('Answer') ? 3 : 4)),
  );
  const judged = await judgeAnswers({ evaluation, label: 'model', reader: 'strict', judge }, asking);
  const texts = await textsOf(kept, judged);
  expect(Object.keys(texts).toSorted()).toEqual(['asked.jsonl', 'items.jsonl', 'judgements.jsonl', 'summary.json']);
  for (const [name, text] of Object.entries(texts)) {
    expect(text).toBe(name.endsWith('.jsonl') ? lines(rowsIn(text)) : indented(JSON.parse(text)));
  }
  expect(['asked.jsonl', 'items.jsonl', 'judgements.jsonl'].map((name) => rowsIn(texts[name] ?? '').length)).toEqual([
    6, 6, 14,
  ]);
});

async function textsOf(store: ArtifactStore, ref: ArtifactRef): Promise<Record<string, string>> {
  const manifest = await store.manifest(ref);
  const names = Object.keys(manifest.files);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readText(store, manifest, name)])),
  );
}
