import { describe, expect, it } from 'vitest';
import { readScore } from '../../../activities/evaluation/evaluate-benchmark.ts';
import { judgeAnswers } from '../../../activities/judging/judge-answers.ts';
import type { ArtifactStore } from '../../../activities/ports/artifact-store.ts';
import { readJsonLines } from '../../../activities/store/rows.ts';
import type { ArtifactRef } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import { type JudgeSettings, usualJudge } from '../../../domain/dermeval/judge.ts';
import type { ScoredItem } from '../../../domain/evaluation/scored.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { judgeOf, judging, narrativeItems, sixOf, storeAnswers, storeItems } from '../../support/judging.ts';
import { replyOf } from '../../support/llm.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const settings = (more: Partial<JudgeSettings> = {}): JudgeSettings => ({
  ...{ ...usualJudge, model: 'strict-judge', anchors: 4 },
  ...more,
});
const input = (evaluation: ArtifactRef, more: Partial<JudgeSettings> = {}, label = 'model') => ({
  ...{ evaluation, label, reader: 'strict' as const, judge: settings(more) },
});
/** Certified texts are good, and those of other cases are bad: the anchors know which is which by the reference. */
const honest = judgeOf((candidate, { user }) => {
  if (candidate.startsWith('Answer')) return sixOf(3);
  return sixOf(user.split(candidate).length > 2 ? 5 : 0.5);
});
const files = artifactFiles.benchmark;
const itemsOf = (store: ArtifactStore, evaluation: ArtifactRef): Promise<ScoredItem[]> =>
  readJsonLines(store, evaluation, files.items.name, files.items.schema);

async function prepare(count = 10) {
  const store = createMemoryStore();
  const evaluation = await storeAnswers(store, await storeItems(store, narrativeItems(count)));
  return { store, evaluation };
}

describe('answers that are judged', () => {
  it('are a benchmark of the judge’s own name, with each dimension, the anchors and every reply', async () => {
    const { store, evaluation } = await prepare();
    const judged = await judgeAnswers(input(evaluation), judging(store, honest));
    const score = await readScore(store, judged);
    expect(score.benchmark).toMatch(/^mine@strict-judge-[0-9a-f]{8}$/);
    expect(score).toMatchObject({ items: 10, strict: { score: { value: expect.closeTo(0.6, 12) } } });
    expect(score.narratives).toMatchObject({
      judge: { name: 'strict-judge', pin: { shows: 'reference', temperature: 0, repeats: 1 } },
      average: { value: 3, items: 10 },
      dimensions: { accuracy: { value: 3 }, description_precision: { value: 3 } },
      missing: { texts: 0, scores: 0 },
      anchors: { certified: 5, mismatched: 0.5 },
      repeatability: null,
    });
    const judgements = await readJsonLines(store, judged, files.judgements.name, files.judgements.schema);
    expect(Object.groupBy(judgements, ({ kind }) => kind)).toMatchObject({
      answer: { length: 10 },
      certified: { length: 4 },
      mismatched: { length: 4 },
    });
    expect((await itemsOf(store, judged))[0]).toMatchObject({ id: 'case-0', dermeval: { accuracy: 3, safety: 3 } });
  });

  it('cost nothing a second time, and anchors are asked again for another model', async () => {
    const { store, evaluation } = await prepare();
    const llm = judgeOf(() => sixOf(4));
    const first = await judgeAnswers(input(evaluation), judging(store, llm));
    const asked = llm.asked.length;
    expect(await judgeAnswers(input(evaluation), judging(store, llm, 'second'))).toEqual(first);
    expect(llm.asked).toHaveLength(asked);
    const other = await storeAnswers(store, await storeItems(store, narrativeItems(10)), 'other');
    await judgeAnswers(input(other), judging(store, llm));
    expect(llm.asked).toHaveLength(2 * asked);
  });

  it('go on with the texts that have no reply where the stage broke off', async () => {
    const { store, evaluation } = await prepare();
    let left = 5;
    const broken = judgeOf(() => {
      if (left-- <= 0) throw new Error('the worker was killed');
      return sixOf(4);
    });
    await expect(judgeAnswers(input(evaluation, { anchors: 0 }), judging(store, broken))).rejects.toThrow('killed');
    const llm = judgeOf(() => sixOf(4));
    await judgeAnswers(input(evaluation, { anchors: 0 }), judging(store, llm, 'second'));
    expect(llm.asked).toHaveLength(5);
  });

  it('are scored by the mean of repeats, whose spread is told', async () => {
    const { store, evaluation } = await prepare();
    const llm = judgeOf((_, { seed }) => sixOf(seed === 0 ? 3 : 4));
    const judged = await judgeAnswers(input(evaluation, { repeats: 2, anchors: 0 }), judging(store, llm));
    const { narratives } = await readScore(store, judged);
    expect(narratives).toMatchObject({ average: { value: 3.5 }, repeatability: { safety: Math.SQRT1_2 } });
    expect(narratives?.anchors).toEqual({ certified: null, mismatched: null });
  });
});

describe('a score that is missing', () => {
  /** Of ten texts one never gets a score for safety. */
  const lacking = judgeOf((candidate) =>
    candidate === 'Answer 3 of model.' ? sixOf(4).replace('Safety: 4', 'Safety: N/A') : sixOf(4),
  );

  it('is asked for again, then counted and left out, never zero', async () => {
    const { store, evaluation } = await prepare();
    lacking.asked.length = 0;
    const judged = await judgeAnswers(input(evaluation, { maxMissing: 0.1, anchors: 0 }), judging(store, lacking));
    expect(lacking.asked).toHaveLength(9 + 3);
    const score = await readScore(store, judged);
    expect(score).toMatchObject({ items: 9, strict: { score: { value: expect.closeTo(0.8, 12) } } });
    expect(score.narratives).toMatchObject({
      missing: { texts: 1, scores: 1 },
      average: { value: 4, items: 9 },
      dimensions: { safety: { value: 4, items: 9 }, accuracy: { value: 4, items: 10 } },
    });
    expect((await itemsOf(store, judged)).map(({ id }) => id)).not.toContain('case-3');
  });

  it('fails the stage above the share that is allowed', async () => {
    const { store, evaluation } = await prepare();
    await expect(
      judgeAnswers(input(evaluation, { maxMissing: 0.05, anchors: 0 }), judging(store, lacking)),
    ).rejects.toMatchObject({
      type: failureTypes.llm,
      retryable: false,
      message: expect.stringMatching(/^1 of 10 texts have no complete scores from the judge \(no score for Safety\)/),
    });
    // Another execution asks for that one alone, and a judge that mends its ways is taken.
    const llm = judgeOf(() => sixOf(4));
    await judgeAnswers(input(evaluation, { maxMissing: 0.05, anchors: 0 }), judging(store, llm, 'resumed'));
    expect(llm.asked).toHaveLength(1);
  });

  it('is what one of several replies lacks, whatever the others say', async () => {
    const { store, evaluation } = await prepare();
    const half = judgeOf((candidate, { seed }) =>
      candidate === 'Answer 3 of model.' && seed !== 0 ? sixOf(4).replace('Safety: 4', 'Safety: N/A') : sixOf(4),
    );
    const twice = { repeats: 2, anchors: 0 };
    const judged = await judgeAnswers(input(evaluation, { ...twice, maxMissing: 0.1 }), judging(store, half));
    expect((await readScore(store, judged)).narratives).toMatchObject({
      missing: { texts: 1, scores: 1 },
      dimensions: { safety: { items: 9 }, accuracy: { items: 10 } },
    });
    await expect(judgeAnswers(input(evaluation, { ...twice, maxMissing: 0.05 }), judging(store, half))).rejects.toThrow(
      '1 of 10 texts have no complete scores from the judge (no score for Safety)',
    );
  });

  it('is also what another model says where the first reply named none, in this evaluation and in later ones', async () => {
    const { store, evaluation } = await prepare();
    const named = (served: (candidate: string) => string | null) => ({
      ...judgeOf((candidate) => replyOf(sixOf(4), { servedModel: candidate === '' ? null : served(candidate) })),
      identify: async () => ({ provider: 'test', address: 'http://judge', model: 'strict-judge', says: {}, body: {} }),
    });
    const few = { maxMissing: 0.1, anchors: 0 };
    const mixed = named((candidate) => (candidate.startsWith('Answer 3') ? 'judge-0601' : 'judge-0528'));
    const judged = await judgeAnswers(input(evaluation, few), judging(store, mixed));
    const { narratives } = await readScore(store, judged);
    expect(narratives).toMatchObject({ judge: { pin: { served: null } }, missing: { texts: 1, scores: 6 } });
    const other = await storeAnswers(store, await storeItems(store, narrativeItems(10)), 'other');
    const moved = judging(
      store,
      named(() => 'judge-0601'),
      'second',
    );
    await expect(judgeAnswers(input(other, few), moved)).rejects.toThrow('answered by judge-0601, not by judge-0528');
    // One that never says who it is stays the one that it was.
    const silent = await judgeAnswers(
      input(other, few),
      judging(
        store,
        named(() => null),
        'third',
      ),
    );
    expect((await readScore(store, silent)).narratives).toMatchObject({ missing: { texts: 0 } });
  });

  it('is also what another model than the pinned one says, which is asked again', async () => {
    const { store, evaluation } = await prepare();
    const moving = (served: (candidate: string) => string) => ({
      ...judgeOf((candidate) => replyOf(sixOf(4), { servedModel: served(candidate) })),
      identify: async () => ({ provider: 'test', address: 'http://judge', model: 'strict-judge', says: {}, body: {} }),
    });
    const llm = moving((candidate) => (candidate.startsWith('Answer 3') ? 'judge-0601' : 'judge-0528'));
    const judged = await judgeAnswers(input(evaluation, { maxMissing: 0.1, anchors: 0 }), judging(store, llm));
    const { narratives } = await readScore(store, judged);
    expect(narratives).toMatchObject({ judge: { pin: { served: 'judge-0528' } }, missing: { texts: 1, scores: 6 } });
    const judgements = await readJsonLines(store, judged, files.judgements.name, files.judgements.schema);
    expect(judgements.find(({ id }) => id === 'case-3')?.fault).toBe('answered by judge-0601, not by judge-0528');
    expect(llm.asked).toHaveLength(1 + 9 + 3);
  });
});

describe('the judge', () => {
  it('that scores its anchors otherwise than before is another one, whose scores are refused', async () => {
    const { store, evaluation } = await prepare(40);
    const other = await storeAnswers(store, await storeItems(store, narrativeItems(40)), 'other');
    const kinder = judgeOf((candidate) => sixOf(candidate.startsWith('Answer') ? 3 : 4));
    await judgeAnswers(input(evaluation, { anchors: 20 }), judging(store, honest));
    await expect(judgeAnswers(input(other, { anchors: 20 }), judging(store, kinder))).rejects.toMatchObject({
      type: failureTypes.llm,
      retryable: false,
      message: expect.stringMatching(/^the judge is not the one that it was: .*line=2/),
    });
    const anew = await judgeAnswers(input(other, { anchors: 20, line: 2 }), judging(store, kinder));
    expect((await readScore(store, anew)).narratives?.anchors).toEqual({ certified: 4, mismatched: 4 });
  });

  it('sees the picture where an item has no certified text, and is not asked for a comparison that cannot be', async () => {
    const store = createMemoryStore();
    const [first, ...others] = narrativeItems(4);
    if (!first) throw new RangeError('no item');
    const { reference: _, ...without } = first;
    const evaluation = await storeAnswers(store, await storeItems(store, [without, ...others]));
    const llm = judgeOf(() => sixOf(4));
    await judgeAnswers(input(evaluation), judging(store, llm));
    expect(llm.asked.every(({ images }) => images?.length === 1)).toBe(true);
    expect(llm.asked.some(({ user }) => user.includes('REFERENCE'))).toBe(false);
    await expect(judgeAnswers(input(evaluation, { shows: 'reference' }), judging(store, llm))).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringContaining('1 of 4 items have no certified text'),
    });
  });
});
