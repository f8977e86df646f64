/** One rule for pictures that were not drawn, whoever scores by drawings: missing, counted, never zero, never an error of its own. */
import { tmpdir } from 'node:os';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { createDrawnAnswersActivities } from '../../../activities/judging/drawn-answers.ts';
import type { ArtifactStore } from '../../../activities/ports/artifact-store.ts';
import { scoreByDrawings } from '../../../activities/reviews/score-drawn.ts';
import { readText } from '../../../activities/store/commit.ts';
import { readJsonLines } from '../../../activities/store/rows.ts';
import type { ArtifactRef } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { BenchmarkResult } from '../../../domain/contracts/benchmarks.ts';
import { missingOf } from '../../../domain/dermeval/dimensions.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { drawingsOf, drawnScorer } from '../../../domain/narratives/drawn.ts';
import { scriptedReviews } from '../../../domain/reviews/scripted.ts';
import { stateOfCase } from '../../../domain/reviews/state.ts';
import { byFiles } from '../../support/by-files.ts';
import { narrativeItems, storeAnswers, storeItems } from '../../support/judging.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { compactText, generated, narrativeRecipe } from '../../support/narratives.ts';
import { narrative } from '../../support/reviews.ts';

const recipe = (maxUnscored = 0) => ({ ...narrativeRecipe({ maxUnscored }), data: { generate: generated } });
const [[id = '', drawing] = []] = [...drawingsOf(generated, recipe().seed)];
if (!drawing) throw new RangeError('nothing is drawn');
const text = compactText(drawing.findings, drawing.diagnosis);

describe('a picture that was not drawn', () => {
  it('lacks all six scores, and says why; one that was drawn lacks none', () => {
    const score = drawnScorer(recipe(), shippedKnowledge);
    expect(score(id, text)).toMatchObject({ scores: { accuracy: 5 }, fault: null });
    const unknown = score('dermnet/1', text);
    expect(missingOf(unknown.scores)).toHaveLength(6);
    expect(unknown.fault).toBe('its picture was not drawn');
    expect(() => drawnScorer({ ...recipe(), data: {} }, shippedKnowledge)).toThrow('give data.generate');
  });

  it('is skipped by the program in place of people', async () => {
    const scores = await scoreByDrawings([narrative('n', { id: 'n#1', caseId: 'dermnet/1' })], recipe());
    const known = scores.get('n#1');
    if (!known) throw new RangeError('each narrative has an entry');
    const reviews = scriptedReviews('n#1', known, { reviewers: 2, settleAbove: 1 });
    expect(reviews.map(({ verdict }) => verdict)).toEqual(['skipped', 'skipped']);
    expect(stateOfCase(reviews, { by: 'script', reviewers: 2, settleAbove: 1 }).state).toBe('skipped');
  });

  it('is left out of a model’s answers and counted; above the recipe’s share there is no result', async () => {
    const store = createMemoryStore();
    const items = narrativeItems(4).map((item, i) => ({ ...item, id: i === 0 ? `${id}#1` : `dermnet/${i}#1` }));
    const evaluation = await storeAnswers(store, await storeItems(store, items));
    const scored = await score(byFiles(store), evaluation, 0.75);
    expect(scored).toMatchObject({ benchmark: 'mine@drawn', items: 1 });
    const [asked, own] = await Promise.all(
      ['asked.jsonl', 'items.jsonl'].map((name) => readText(store, scored.evaluation, name)),
    );
    const { name, schema } = artifactFiles.benchmark.asked;
    const rows = await readJsonLines(store, evaluation, name, schema);
    expect(asked).toBe(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const [line = '', end] = own?.split('\n') ?? [];
    expect([JSON.stringify(JSON.parse(line)), end]).toEqual([line, '']);
    await expect(score(store, evaluation, 0.5)).rejects.toMatchObject({
      type: failureTypes.llm,
      message: expect.stringMatching(/^3 of 4 answers .*narratives\.maxUnscored allows 0\.5; give judge/),
    });
  });
});

function score(store: ArtifactStore, evaluation: ArtifactRef, maxUnscored: number): Promise<BenchmarkResult> {
  const { scoreAnswersByDrawing } = createDrawnAnswersActivities({ store, environment: { scratch: tmpdir() } });
  // The activity reads no more of a recipe.
  const asked = recipe(maxUnscored) as unknown as Parameters<typeof scoreAnswersByDrawing>[0]['recipe'];
  const input = { recipe: asked, evaluation, label: 'model', reader: 'strict' as const };
  return new MockActivityEnvironment().run(() => scoreAnswersByDrawing(input));
}
