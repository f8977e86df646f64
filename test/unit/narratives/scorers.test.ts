import { describe, expect, it } from 'vitest';
import { toJsonLines } from '../../../activities/json-lines.ts';
import { evaluateNarratives } from '../../../activities/narratives/evaluate.ts';
import { judgeNarratives } from '../../../activities/narratives/judge.ts';
import type { ArtifactStore } from '../../../activities/ports/artifact-store.ts';
import { readJson } from '../../../activities/store/commit.ts';
import { readJsonLines } from '../../../activities/store/rows.ts';
import { type ArtifactRef, digestOf } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import { type JudgeSettings, usualJudge } from '../../../domain/dermeval/judge.ts';
import { failureTypes } from '../../../domain/failures.ts';
import type { Narrative } from '../../../domain/narratives/narrative.ts';
import { testImage } from '../../support/cases.ts';
import { judgeOf, sixOf } from '../../support/judging.ts';
import { replyOf } from '../../support/llm.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { describing, narrativeRecipe, storeRows, writing } from '../../support/narratives.ts';

const judge: JudgeSettings = { ...usualJudge, model: 'strict-judge' };
const recipe = (more: Partial<JudgeSettings> = {}, maxUnscored = 0.1) =>
  narrativeRecipe({ scoredBy: 'judge', maxUnscored }, { judge: { ...judge, ...more } });

async function prepare(count = 10) {
  const store = createMemoryStore();
  const rows: Narrative[] = [];
  for (let i = 0; i < count; i += 1) {
    const image = { ...testImage, ...(await store.putBlob(`picture ${i}`)) };
    const said = { description: 'brown', rationale: 'because', text: `Narrative ${i}.`, diagnosis: 'acne' };
    rows.push({
      id: `c${i}#1`,
      caseId: `c${i}`,
      group: `p${i}`,
      source: 'test',
      look: '0'.repeat(576),
      image,
      ...said,
    });
  }
  return { store, narratives: await storeRows(store, 'narratives', { 'narratives.jsonl': toJsonLines(rows) }) };
}
const { scores: file, stats } = artifactFiles.scores;
const scoresOf = (store: ArtifactStore, ref: ArtifactRef) => readJsonLines(store, ref, file.name, file.schema);
const scorerOf = (store: ArtifactStore, ref: ArtifactRef) => readJson(store, ref, stats.name, stats.schema);

describe('narratives that a judge scores', () => {
  it('stand beside their picture, and the judge’s pin beside the scores', async () => {
    const { store, narratives } = await prepare();
    const llm = judgeOf((candidate) => sixOf(candidate === 'Narrative 3.' ? 2 : 4));
    const { trajectories, account } = await judgeNarratives({ ...writing(store, llm), recipe: recipe(), narratives });
    expect(llm.asked.every(({ images, user }) => images?.length === 1 && !user.includes('REFERENCE'))).toBe(true);
    const scores = await scoresOf(store, trajectories);
    expect(scores.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, i) => `c${i}#1`));
    expect(scores[3]).toMatchObject({ scores: { accuracy: 2, description_precision: 2 }, fault: null });
    expect(scores[4]?.text).toContain('Accuracy: 4');
    expect(await scorerOf(store, trajectories)).toMatchObject({
      by: 'judge',
      pin: { shows: 'picture', temperature: 0, repeats: 1, prompt: expect.any(String) },
    });
    expect((await store.manifest(trajectories)).facts).toEqual({ scored: 10, missing: 0, by: 'judge' });
    expect(account).toMatchObject({ calls: 10 });
  });

  it('are asked for again where a score is missing, then counted: never zero', async () => {
    const { store, narratives } = await prepare();
    const lacking = judgeOf((candidate) =>
      candidate === 'Narrative 3.' ? sixOf(4).replace('Safety: 4', 'Safety: N/A') : sixOf(4),
    );
    const { trajectories } = await judgeNarratives({ ...writing(store, lacking), recipe: recipe(), narratives });
    expect(lacking.asked).toHaveLength(9 + 3);
    const scores = await scoresOf(store, trajectories);
    expect(scores[3]).toMatchObject({ scores: { safety: null, accuracy: 4 }, fault: 'no score for Safety' });
    expect((await store.manifest(trajectories)).facts).toMatchObject({ scored: 9, missing: 1 });
    await expect(
      judgeNarratives({ ...writing(store, lacking), recipe: recipe({}, 0.05), narratives }),
    ).rejects.toMatchObject({
      ...{ type: failureTypes.llm, retryable: false },
      message: expect.stringMatching(
        /^1 of 10 narratives have no complete scores \(no score for Safety: 1\), narratives\.maxUnscored allows 0\.05/,
      ),
    });
    const mended = judgeOf(() => sixOf(4));
    await judgeNarratives({ ...writing(store, mended, 'resumed'), recipe: recipe({}, 0.05), narratives });
    expect(mended.asked).toHaveLength(1);
  });

  it('have no score of another model under the judge’s name', async () => {
    const { store, narratives } = await prepare();
    const identify = async () => ({
      provider: 'test',
      address: 'http://judge',
      model: 'strict-judge',
      says: {},
      body: {},
    });
    const llm = {
      ...judgeOf((candidate) =>
        replyOf(sixOf(4), { servedModel: candidate === 'Narrative 3.' ? 'judge-0601' : 'judge-0528' }),
      ),
      identify,
    };
    const { trajectories } = await judgeNarratives({ ...writing(store, llm), recipe: recipe(), narratives });
    const scores = await scoresOf(store, trajectories);
    expect(scores[3]).toMatchObject({ scores: { accuracy: null }, fault: 'answered by judge-0601, not by judge-0528' });
    expect(await scorerOf(store, trajectories)).toMatchObject({ pin: { served: 'judge-0528' } });
  });

  it('have the mean of repeats, and another judge’s settings are another artifact', async () => {
    const { store, narratives } = await prepare(3);
    const llm = judgeOf((_, { seed }) => sixOf(seed === 0 ? 3 : 4));
    const twice = await judgeNarratives({ ...writing(store, llm), recipe: recipe({ repeats: 2 }), narratives });
    expect((await scoresOf(store, twice.trajectories))[0]?.scores.safety).toBe(3.5);
    const once = await judgeNarratives({ ...writing(store, llm), recipe: recipe({ line: 2 }), narratives });
    expect(once.trajectories.key).not.toBe(twice.trajectories.key);
  });

  it('go on where the stage was killed', async () => {
    const { store, narratives } = await prepare();
    let left = 4;
    const dying = judgeOf(() => {
      if (left-- <= 0) throw new Error('the worker was killed');
      return sixOf(4);
    });
    await expect(judgeNarratives({ ...writing(store, dying), recipe: recipe(), narratives })).rejects.toThrow('killed');
    const llm = judgeOf(() => sixOf(4));
    await judgeNarratives({ ...writing(store, llm, 'second'), recipe: recipe(), narratives });
    expect(llm.asked).toHaveLength(6);
  });

  it.each<[string, ReturnType<typeof recipe>, string]>([
    ['no judge', narrativeRecipe({ scoredBy: 'judge' }), 'give judge'],
    ['one who is to see certified texts', recipe({ shows: 'reference' }), 'judge.shows is "reference"'],
  ])('are not scored by %s', async (_, wrong, message) => {
    const { store, narratives } = await prepare(2);
    const request = {
      ...writing(
        store,
        judgeOf(() => sixOf(4)),
      ),
      recipe: wrong,
      narratives,
    };
    await expect(judgeNarratives(request)).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringContaining(message),
    });
  });
});

describe('narratives that a trained evaluator scores', () => {
  const model = { base: 'tiny', sha256: digestOf('tiny') };

  async function evaluator(store: ArtifactStore) {
    const ref = await storeRows(store, 'checkpoint', {
      'adapter_model.safetensors': 'weights',
      'adapter_config.json': '{"r":4}',
    });
    return { ...ref, step: 40 };
  }

  it('are read from its texts; a text without scores is missing', async () => {
    const { store, narratives } = await prepare();
    const base = describing(store, (place) => (place === 3 ? 'Accuracy: 4 and nothing else' : sixOf('3.5')));
    const input = { recipe: narrativeRecipe({ scoredBy: 'dermeval', maxUnscored: 0.1 }), model, narratives };
    const checkpoint = await evaluator(store);
    const scores = await evaluateNarratives({ ...input, evaluator: checkpoint }, base);
    const rows = await scoresOf(store, scores);
    expect(rows.filter(({ fault }) => fault === null)).toHaveLength(9);
    expect(rows.find(({ fault }) => fault !== null)).toMatchObject({
      scores: { accuracy: 4, safety: null },
      fault: expect.stringMatching(/^no score for Safety/),
      text: 'Accuracy: 4 and nothing else',
    });
    expect(rows[0]?.scores.safety).toBe(3.5);
    expect(await scorerOf(store, scores)).toMatchObject({ by: 'dermeval', pin: { decoding: { temperature: 0 } } });
    const strict = { ...input, recipe: narrativeRecipe({ scoredBy: 'dermeval', maxUnscored: 0 }) };
    await expect(evaluateNarratives({ ...strict, evaluator: checkpoint }, base)).rejects.toMatchObject({
      type: failureTypes.llm,
      message: expect.stringContaining('narratives.maxUnscored allows 0'),
    });
    expect(base.asked).toHaveLength(10);
  });
});
