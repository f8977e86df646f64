/** The sources of a report of SkinGPT-R1: a run that was never made, whose numbers a test can reckon. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createCaseTally } from '../../domain/cases/data-report.ts';
import type { BenchmarkResult } from '../../domain/contracts/benchmarks.ts';
import { byDimension, type Scores } from '../../domain/dermeval/dimensions.ts';
import type { NarrativeReportSources, Scored } from '../../domain/methods/skingpt-r1/report/build.ts';
import type { SkinGptR1Recipe } from '../../domain/recipe/methods/skingpt-r1.ts';
import { parseRecipeOf } from '../../domain/recipe/parse.ts';
import type { Review } from '../../domain/reviews/review.ts';
import { repositoryRoot } from '../../platform/env.ts';
import { benchmarkResult, reference } from './fake-activities.ts';

export function skinGptR1Recipe(name: 'skingpt-demo' | 'skingpt-r1' = 'skingpt-demo'): SkinGptR1Recipe {
  const file = join(repositoryRoot, `recipes/${name}.yaml`);
  return parseRecipeOf('skingpt-r1', parse(readFileSync(file, 'utf8')), file);
}

export const all = (score: number): Scores => byDimension(() => score);

const review = (i: number, reviewer: string, score: number, kind: Review['kind']): Review => ({
  ...{ id: `case-${i}#0`, reviewer, kind, turn: 1, at: '2026-01-01T00:00:00.000Z', verdict: 'scored' },
  ...{ scores: all(score), text: null, note: null },
});

/** 30 narratives of 15 patients: the first 20 kept with 4, the others dropped with 2; the first 10 certified. */
export function narrativeSources(kind: Review['kind'] = 'script'): NarrativeReportSources {
  const indices = Array.from({ length: 30 }, (_, i) => i);
  const group = (i: number): string => `patient-${i >> 1}`;
  const narratives = indices.map((i) => ({
    ...{ id: `case-${i}#0`, group: group(i) },
    ...(i < 12 ? { skinTone: i < 8 ? 0 : 2 } : {}),
  }));
  const reviewed = indices.slice(0, 10);
  const recipe = skinGptR1Recipe();
  return {
    input: {
      run: 'skingpt-demo-1',
      recipe,
      model: { base: 'tiny', sha256: 'a'.repeat(64) },
      data: {
        ...{ dataset: reference('dataset', 'all'), questions: reference('questions', 'none') },
        counts: { train: 40, validation: 10, test: 20, textbook: 0, quarantined: 0 },
      },
      narratives: {
        narratives: reference('narratives', 'all'),
        counts: { cases: 30, written: 30, rejected: 3, llmCalls: 12 },
        llm: null,
      },
      scores: { scores: reference('scores', 'all'), counts: { scored: 30, missing: 0 } },
      certified: {
        ...{ certified: reference('certified', 'all'), bench: null, judgements: reference('judgements', 'all') },
        counts: { certified: 10, skipped: 1, settled: 2, train: 5, bench: 5, evaluatorRows: 10 },
      },
      dermcot: {
        dermcot: reference('dermcot', 'all'),
        counts: { train: 18, validation: 2, certified: 5, filtered: 15, dropped: 10 },
      },
      logs: [],
      ...{ evaluations: [], bench: [] },
      adapter: reference('adapter', 'all'),
    },
    cases: createCaseTally(),
    funnel: [],
    narratives,
    scores: new Map(indices.map((i) => [`case-${i}#0`, all(i < 20 ? 4 : 2)])),
    scorer: { by: 'drawn', words: 'what is known of drawings', pin: {} },
    kept: new Set(indices.slice(0, 20).map((i) => `case-${i}#0`)),
    reasons: new Map([
      ['names the diagnosis', 1],
      ['cut off', 2],
    ]),
    certified: reviewed.map((i) => ({
      ...{ id: `case-${i}#0`, group: group(i), scores: all(3.5) },
      part: i < 6 ? ('train' as const) : ('bench' as const),
    })),
    // The second reviewer gives half a point more, and a whole one more to the last.
    reviews: reviewed.flatMap((i) => [
      review(i, `${kind}-1`, 3, kind),
      review(i, `${kind}-2`, i === 9 ? 4 : 3.5, kind),
    ]),
    evaluations: [
      ...recognised('distillation', 40),
      ...recognised('base', 10),
      ...recognised('dermcot', 38),
      ...recognised('distillation-no-image', 12, 'grey'),
    ],
    bench: [benched('base', 1), benched('dermcot', 3), benched('distillation', 3.5)],
    logs: {
      dermcot: [{ step: 1, values: { loss: 2, sft_loss: 2 } }],
      distillation: [
        { step: 1, values: { loss: 2.5, sft_loss: 2, distil_loss: 5 } },
        { step: 2, values: { loss: 1.5, sft_loss: 1.2, distil_loss: 3 } },
      ],
    },
    lineage: [],
    software: { torch: '2.11.0' },
  };
}

/** 50 items of 25 patients, of which the first `right` are right. */
function recognised(label: string, right: number, shown: BenchmarkResult['shown'] = 'real'): Scored[] {
  const items = Array.from({ length: 50 }, (_, i) => i);
  const score = { score: { value: right / 50, low: 0, high: 1 }, macroF1: 0.4, unread: 0.02 };
  const result = { ...benchmarkResult(label, 'classification-ham10000'), shown, strict: score, lenient: score };
  const answers = items.map((i) => ({
    ...{ id: `item-${i}`, group: `patient-${i >> 1}` },
    score: { strict: Number(i < right), lenient: Number(i < right) },
  }));
  return [{ result: { ...result, items: 50, groups: 25 }, answers }];
}

/** Twelve texts of six patients, all of one score except for a tenth more or less. */
function benched(label: string, score: number): Scored {
  const answers = Array.from({ length: 12 }, (_, i) => ({
    ...{ id: `text-${i}`, group: `patient-${i >> 1}`, score: { strict: score / 5, lenient: score / 5 } },
    dermeval: all(score + (i % 2 === 0 ? 0.1 : -0.1)),
  }));
  return { result: benchmarkResult(label, 'dermbench-part@drawn'), answers };
}
