import { tmpdir } from 'node:os';
import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { createReportActivities } from '../../../activities/reporting/activities.ts';
import { readJson, readText } from '../../../activities/store/commit.ts';
import type { ArtifactRef } from '../../../domain/artifact.ts';
import type { ReportInput } from '../../../domain/contracts/report.ts';
import { type Report, reportSchema } from '../../../domain/methods/skin-r1/report/report.ts';
import { storeKeys } from '../../../domain/names.ts';
import { finishRun, silent } from '../../support/finished-run.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const objects = new Map<string, Uint8Array>();
const store = createMemoryStore(objects);
const { writeReport } = createReportActivities({ store, environment: { scratch: tmpdir() }, logger: silent });
const write = (input: ReportInput, environment = new MockActivityEnvironment()): Promise<ArtifactRef> =>
  environment.run(() => writeReport(input));

describe('the report of a finished run', () => {
  let input: ReportInput;
  let written: ArtifactRef;
  let report: Report;
  let page: string;
  const beats: unknown[] = [];

  beforeAll(async () => {
    input = await finishRun(store);
    const environment = new MockActivityEnvironment();
    environment.on('heartbeat', (details) => beats.push(details));
    written = await write(input, environment);
    report = await readJson(store, written, 'report.json', reportSchema);
    page = await readText(store, written, 'report.html');
  });

  it('has the scores that the evaluations returned', () => {
    for (const { label, scores } of input.evaluations) {
      expect(report.evaluations.find((model) => model.label === label)?.tasks).toMatchObject(scores);
    }
    expect(report.evaluations).toHaveLength(input.evaluations.length);
  });

  it('has the curves of all stretches, whole', () => {
    const stepsOf = (lines: Report['training']['sft']): number[] => lines.map(({ step }) => step);
    const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);
    expect(stepsOf(report.training.grpo)).toEqual(upTo(60));
    expect(stepsOf(report.training.rlOnly)).toEqual(upTo(60));
    expect(stepsOf(report.training.sft)).toEqual(upTo(report.training.sft.length));
    expect(report.completions.map(({ step }) => step)).toEqual([1, 31, 60]);
  });

  it('traces every figure to the data', () => {
    const { lineage } = report;
    const known = new Set(lineage.map(({ sha256 }) => sha256));
    const stated = [...input.logs.map(({ metrics }) => metrics), input.adapter, input.data.questions];
    expect(stated.every(({ sha256 }) => known.has(sha256))).toBe(true);
    const methods = [...new Set(lineage.map(({ method }) => method.replace(/\/\d+$/, '')))];
    expect(methods).toEqual([
      ...['import', 'split', 'textbook', 'questions', 'trajectories'],
      ...['sft', 'metrics', 'grpo', 'evaluate', 'adapter'],
    ]);
    // Inputs stand before what was made from them, and none that is an artifact is missing.
    for (const [i, { inputs }] of lineage.entries()) {
      const before = new Set(lineage.slice(0, i).map(({ sha256 }) => sha256));
      for (const { sha256, artifact } of inputs) expect(before.has(sha256)).toBe(artifact);
    }
  });

  it('shows samples with their own images', () => {
    expect(report.samples.length).toBeGreaterThan(4);
    expect(page.match(/<img src="data:image\/webp;base64,/g)).toHaveLength(report.samples.length);
  });

  it('states the versions that the checkpoints state', () => {
    expect(report.software).toMatchObject({ torch: '2.15.0', trl: '1.16.0', node: process.versions.node });
  });

  it('says what it is made from and how far it is', async () => {
    const { inputs, facts } = await store.manifest(written);
    expect(inputs).toMatchObject({
      questions: input.data.questions.sha256,
      'sft-1': input.logs.find(({ stage }) => stage === 'sft')?.metrics.sha256,
      'evaluation-base': input.evaluations[0]?.evaluation.sha256,
      adapter: input.adapter.sha256,
      model: input.model.sha256,
    });
    expect(facts).toMatchObject({ run: input.run, final: 'grpo-60' });
    expect(beats[0]).toMatchObject({ phase: 'starting', done: 0, total: 0 });
  });

  it('is written once; another run of the same work has a report of its own', async () => {
    const count = objects.size;
    expect(await write(input)).toEqual(written);
    expect(objects.size).toBe(count);
    const other = await write({ ...input, run: 'demo-other' });
    expect((await readJson(store, other, 'report.json', reportSchema)).evaluations).toEqual(report.evaluations);
    expect(other.key).not.toBe(written.key);
  });

  it('stops when it is cancelled', async () => {
    const environment = new MockActivityEnvironment();
    environment.cancel();
    await expect(write({ ...input, run: 'demo-cancelled' }, environment)).rejects.toBeInstanceOf(CancelledFailure);
  });

  it('refuses damaged scores instead of showing them', async () => {
    const [base] = input.evaluations;
    if (!base) throw new RangeError('the run has evaluations');
    const summary = (await store.manifest(base.evaluation)).files['summary.json'];
    objects.set(storeKeys.blob(summary?.sha256 ?? ''), new TextEncoder().encode('{}'));
    await expect(write({ ...input, run: 'demo-damaged' })).rejects.toMatchObject({ type: 'Corrupt' });
  });
});
