/** The report of a run of SkinGPT-R1 out of artifacts in a store. */
import { tmpdir } from 'node:os';
import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { toJsonLines } from '../../../activities/json-lines.ts';
import { createReportActivities } from '../../../activities/reporting/activities.ts';
import { commitFiles, readJson, readText } from '../../../activities/store/commit.ts';
import type { ArtifactKind, ArtifactRef } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { NarrativeReportInput } from '../../../domain/contracts/report.ts';
import { type NarrativeReport, narrativeReportSchema } from '../../../domain/methods/skingpt-r1/report/report.ts';
import { makeCase, testImage } from '../../support/cases.ts';
import { benchmarkResult } from '../../support/fake-activities.ts';
import { silent } from '../../support/finished-run.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { all, narrativeSources } from '../../support/narrative-report.ts';

const store = createMemoryStore();
const { writeNarrativeReport } = createReportActivities({ store, environment: { scratch: tmpdir() }, logger: silent });
const write = (input: NarrativeReportInput): Promise<ArtifactRef> =>
  new MockActivityEnvironment().run(() => writeNarrativeReport(input));

/** Rows as JSON lines, everything else as JSON. */
function commit(kind: ArtifactKind, key: string, files: Record<string, unknown>): Promise<ArtifactRef> {
  const description = { kind, key, method: 'test/1', inputs: {}, params: {}, facts: {} };
  const data = Object.entries(files).map(([name, value]) => [
    ...[name, { data: Array.isArray(value) ? toJsonLines(value) : JSON.stringify(value) }],
  ]);
  return commitFiles(store, description, Object.fromEntries(data));
}

const narrative = (i: number) => ({
  ...{ id: `case-${i}#0`, caseId: `case-${i}`, group: `patient-${i >> 1}`, source: 'ham10000', image: testImage },
  ...{ look: '0'.repeat(64), diagnosis: 'melanoma', description: 'd', rationale: 'r', text: 'd r' },
});

/** An item of a benchmark as a model answered it. */
const item = (i: number, score: number, dermeval = false) => {
  const reading = { letter: null, predicted: 'melanoma', correct: score === 1, score };
  return {
    ...{ id: `item-${i}`, caseId: `case-${i}`, group: `patient-${i >> 1}`, source: 'ham10000', attributes: {} },
    ...{ output: 'melanoma', expected: 'melanoma', strict: reading, lenient: reading, unreadable: null },
    ...{ conditionCorrect: null, ...(dermeval ? { dermeval: all(5 * score) } : {}) },
  };
};

async function inputOf(): Promise<NarrativeReportInput> {
  const indices = Array.from({ length: 8 }, (_, i) => i);
  const { input, certified, reviews } = narrativeSources();
  const files = artifactFiles;
  const evaluated = async (label: string, score: number, benchmark: string) => ({
    ...benchmarkResult(label, benchmark),
    evaluation: await commit('benchmark', `${label}-${benchmark}`, {
      [files.benchmark.items.name]: indices.map((i) => item(i, score, benchmark.includes('@'))),
    }),
  });
  return {
    ...input,
    data: {
      ...input.data,
      dataset: await commit('dataset', 'all', {
        [files.dataset.cases.name]: indices.map((i) => makeCase(`case-${i}`, 'melanoma')),
        [files.dataset.report.name]: { funnel: [] },
      }),
    },
    narratives: {
      ...input.narratives,
      narratives: await commit('narratives', 'all', {
        [files.narratives.narratives.name]: indices.map(narrative),
        [files.narratives.quarantine.name]: [{ id: 'case-9#0', reason: 'cut off', text: '' }],
      }),
    },
    scores: {
      ...input.scores,
      scores: await commit('scores', 'all', {
        [files.scores.scores.name]: indices.map((i) => ({
          id: `case-${i}#0`,
          scores: all(i < 6 ? 4 : 1),
          fault: null,
          text: null,
        })),
        [files.scores.stats.name]: { by: 'drawn', words: 'what is known of drawings', pin: {} },
      }),
    },
    dermcot: {
      ...input.dermcot,
      dermcot: await commit('dermcot', 'all', {
        [files.dermcot.train.name]: indices.slice(0, 5).map((i) => ({
          ...{ id: `case-${i}#0`, image: testImage, prompt: 'p', completion: 'd r' },
          ...{ diagnosis: 'melanoma', group: `patient-${i >> 1}`, mean: 4, origin: 'filtered' },
        })),
        [files.dermcot.validation.name]: [],
      }),
    },
    certified: {
      ...{ counts: { certified: 4, skipped: 0, settled: 0, train: 2, bench: 2, evaluatorRows: 2 }, bench: null },
      judgements: await commit('judgements', 'all', { 'train.jsonl': [], 'validation.jsonl': [] }),
      certified: await commit('certified', 'all', {
        [files.certified.certified.name]: certified.slice(0, 4).map((own, i) => ({
          ...{ ...narrative(i), scores: own.scores, reviewers: ['script-1', 'script-2'], kind: 'script' },
          ...{ settled: false, at: '1970-01-01T00:00:00.000Z', part: i < 2 ? 'train' : 'bench' },
        })),
        [files.certified.reviews.name]: reviews.slice(0, 8),
      }),
    },
    evaluations: [await evaluated('base', 0, 'set'), await evaluated('distillation', 1, 'set')],
    bench: [await evaluated('base', 0.2, 'part@drawn'), await evaluated('distillation', 0.8, 'part@drawn')],
    logs: [
      {
        stage: 'distillation',
        metrics: await commit('metrics', 'distillation', {
          [files.metrics.metrics.name]: [{ step: 1, values: { loss: 2, sft_loss: 1.5, distil_loss: 5 } }],
        }),
      },
    ],
    adapter: await commit('adapter', 'all', { 'README.md': {} }),
  };
}

describe('the report of narratives', () => {
  let input: NarrativeReportInput;
  let written: ArtifactRef;
  let report: NarrativeReport;
  beforeAll(async () => {
    input = await inputOf();
    written = await write(input);
    report = await readJson(store, written, 'report.json', narrativeReportSchema);
  });

  it('has what lies in the artifacts', async () => {
    expect(
      report.narratives.groups.map(({ name, narratives, means }) => [name, narratives, means.average?.value]),
    ).toEqual([
      ['kept', 5, 4],
      ['dropped', 3, 2],
    ]);
    expect(report.narratives.reasons).toEqual([{ reason: 'cut off', count: 1 }]);
    expect(report.certified?.between?.average?.items).toBe(4);
    expect(report.certified?.scorer.agreements.average?.deviation.value).toBe(0.5);
    expect(report.classification[0]?.pairs[0]).toMatchObject({ first: 'base', second: 'distillation', difference: 1 });
    expect(report.bench?.models.map(({ means }) => means.average?.value)).toEqual([1, 4]);
    expect(report.training.distillation).toHaveLength(1);
    expect(report.data.diagnoses).toMatchObject([{ diagnosis: 'melanoma' }]);
    expect(await readText(store, written, 'report.html')).toContain('Scripted reviewers, not people.');
  });

  it('is read by the file’s schema beside the reports of the other method', () =>
    expect(artifactFiles.report.report.schema.parse(report)).toEqual(report));

  it('leads every number back to what it was made from', () => {
    const known = new Set(report.lineage.map(({ sha256 }) => sha256));
    const named = [input.narratives.narratives, input.scores.scores, input.dermcot.dermcot, input.adapter];
    const evaluated = [...input.evaluations, ...input.bench].map(({ evaluation }) => evaluation);
    expect([...named, ...evaluated].every(({ sha256 }) => known.has(sha256))).toBe(true);
  });

  it('is written once for the same run, and again for another answer', async () => {
    expect(await write(input)).toEqual(written);
    const [first, ...rest] = input.evaluations;
    const other = await commit('benchmark', 'another', { [artifactFiles.benchmark.items.name]: [item(0, 0)] });
    const changed = { ...input, evaluations: [...(first ? [{ ...first, evaluation: other }] : []), ...rest] };
    expect((await write(changed)).key).not.toBe(written.key);
  });
});
