import { tmpdir } from 'node:os';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../../activities/ports/artifact-store.ts';
import { createReviewActivities } from '../../../activities/reviews/activities.ts';
import { createReviewLog } from '../../../activities/reviews/review-log.ts';
import { commitFiles, readJson, readText } from '../../../activities/store/commit.ts';
import { readJsonLines } from '../../../activities/store/rows.ts';
import { type ArtifactRef, canonicalJson, digestOf } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { ReviewActivities } from '../../../domain/contracts/narratives.ts';
import { readScores } from '../../../domain/dermeval/reading/read-scores.ts';
import type { Narrative } from '../../../domain/narratives/narrative.ts';
import { createRandom } from '../../../domain/random.ts';
import { narrativesSchema, certifiedSchema as settingsSchema } from '../../../domain/recipe/narratives.ts';
import { byFiles } from '../../support/by-files.ts';
import { silent } from '../../support/finished-run.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { allScores, narrative, review } from '../../support/reviews.ts';

const all = Array.from({ length: 16 }, (_, i) => narrative(`n${i}`, { group: `patient-${Math.floor(i / 2)}` }));
const run = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(work);
const settings = (more: object = {}) => settingsSchema.parse({ cases: 12, ...more });
const recipeOf = (more: object = {}, generate: object | null = {}) => ({
  ...{ seed: 1, prompts: 'paper' as const, certified: settings(more) },
  ...{ model: { base: 'tiny' }, narratives: narrativesSchema.parse({ maxRejectedShare: 0.1 }) },
  data:
    generate === null ? {} : { generate: { images: 40, textbook: 8, atypical: 0, atypicalTextbook: 0, ...generate } },
});
type Scripted = Parameters<ReviewActivities['reviewByScript']>[0]['recipe'];
const asScripted = (recipe: ReturnType<typeof recipeOf>): Scripted => recipe as unknown as Scripted; // reviews read no more of it

async function begin(narratives: readonly Narrative[] = all) {
  const objects = new Map<string, Uint8Array>();
  const store = createMemoryStore(objects);
  const text = narratives.map((row) => `${JSON.stringify(row)}\n`).join('');
  const description = { kind: 'narratives', key: 'n', method: 'test/1', inputs: {}, params: {}, facts: {} } as const;
  const ref = await commitFiles(store, description, { 'narratives.jsonl': { data: text } });
  const activities = createReviewActivities({
    ...{ store: { ...store, putBlob: byFiles(store).putBlob }, environment: { scratch: tmpdir() }, logger: silent },
    scoreDrawn: async (rows) => new Map(rows.map(({ id }) => [id, allScores(4)])),
  });
  const draw = (more: object = {}) => run(() => activities.drawForReview({ recipe: recipeOf(more), narratives: ref }));
  return { objects, store, activities, draw };
}

const logOf = (store: ArtifactStore, of = [narrative('a')]) => createReviewLog(store, of, settings());

const rowsOf = (store: ReturnType<typeof createMemoryStore>, ref: ArtifactRef) =>
  readJsonLines(store, ref, 'narratives.jsonl', artifactFiles.narratives.narratives.schema);

describe('the set that people are asked about', () => {
  it('is drawn by the seed, one narrative per case, whatever their order', async () => {
    const candidates = all.flatMap((own) => [own, { ...own, id: own.id.replace('#1', '#2') }]);
    const [one, other] = [await begin(candidates), await begin(candidates.toReversed())];
    const [set, again] = [await one.draw(), await other.draw()];
    expect(set.count).toBe(12);
    const drawn = await rowsOf(one.store, set.set);
    expect(new Set(drawn.map(({ caseId }) => caseId)).size).toBe(12);
    expect((await rowsOf(other.store, again.set)).map(({ id }) => id)).toEqual(drawn.map(({ id }) => id));
    expect((await one.draw({ cases: 3000 })).count).toBe(16);
    // As if all of them were held.
    const random = createRandom('reviews/1');
    const byCase = [...Map.groupBy(candidates, ({ caseId }) => caseId)].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const expected = random
      .sample(byCase, 12)
      .map(([, own]) => random.pick(own.toSorted((a, b) => (a.id < b.id ? -1 : 1))));
    expect(await readText(one.store, set.set, 'narratives.jsonl')).toBe(
      expected.map((row) => `${JSON.stringify(row)}\n`).join(''),
    );
  });
});

describe('reviews in the store', () => {
  it('hold wherever the same text of the same picture is asked about, and nowhere else', async () => {
    const { store } = await begin();
    const [a, b] = [narrative('a'), narrative('b')];
    await logOf(store).add(review('Ada'));
    expect(await logOf(store, [b, a]).read()).toHaveLength(1);
    expect(await logOf(store, [b]).read()).toEqual([]);
    for (const more of [{ text: 'another' }, { diagnosis: 'nevus' }, { image: b.image }])
      expect(await logOf(store, [{ ...a, ...more }]).read()).toEqual([]);
  });

  it('are never overwritten: the first of a turn stands, the second is told of it', async () => {
    const { store } = await begin();
    const [tab, other] = [logOf(store), logOf(store)];
    const first = review('Ada', { scores: 4 });
    expect(await tab.add(first)).toBeNull();
    expect(await tab.add({ ...first, at: '2026-11-27T00:00:00Z' })).toBeNull(); // the answer was lost
    expect(await other.add(review(' ada ', { scores: 4, at: '2026-11-28T00:00:00Z' }))).toBeNull();
    expect(await other.add(review('Ada', { scores: 2 }))).toEqual(first);
    expect(await other.add(review('Ada', { scores: 2, turn: 2 }))).toBeNull();
    expect(await other.add(review('Ben', { scores: 2 }))).toBeNull();
    expect(await tab.read()).toHaveLength(3);
    expect((await tab.read()).find(({ turn, reviewer }) => turn === 1 && reviewer === 'Ada')).toEqual(first);
  });

  it('of many writers at one moment each turn has one winner, and everybody else is told', async () => {
    const { store } = await begin();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => logOf(store).add(review('Ada', { scores: i / 10 }))),
    );
    expect(results.filter((standing) => standing === null)).toHaveLength(1);
  });

  it('a damaged one is told by its key', async () => {
    const { store, objects } = await begin();
    await logOf(store).add(review('Ada'));
    const key = [...objects.keys()].find((name) => name.startsWith('reviews/')) ?? '';
    expect(key).toMatch(/^reviews\/1\/people\/[0-9a-f]{32}\/[0-9a-f]{32}-1\.json$/);
    objects.set(key, new TextEncoder().encode('{'));
    await expect(logOf(store).read()).rejects.toThrow(`review ${key} is damaged`);
  });
});

describe('a program in place of people', () => {
  it('reviews generated pictures, twice the same, and is called a program', async () => {
    const { store, activities, draw } = await begin();
    const { set } = await draw({ by: 'script' });
    const recipe = recipeOf({ by: 'script' });
    const state = await run(() => activities.reviewByScript({ recipe: asScripted(recipe), set }));
    expect(state).toMatchObject({ counts: { certified: 12 }, complete: true, reviewers: ['script-1', 'script-2'] });
    expect(await run(() => activities.reviewByScript({ recipe: asScripted(recipe), set }))).toEqual(state);
    // Other rules are another program's reviews of the same set.
    const three = recipeOf({ by: 'script', reviewers: 3, settleAbove: 0 });
    expect((await run(() => activities.reviewByScript({ recipe: asScripted(three), set }))).complete).toBe(true);
    const { certified } = await run(() => activities.certify({ recipe, set }));
    const { name, schema } = artifactFiles.certified.certified;
    const rows = await readJsonLines(store, certified, name, schema);
    expect(new Set(rows.map(({ kind }) => kind))).toEqual(new Set(['script']));
    // None of it is a person's.
    const people = await run(() => activities.readReviews({ recipe: recipeOf(), set }));
    expect(people).toMatchObject({ counts: { open: 12, certified: 0 }, reviewers: [] });
  });

  it('is refused for pictures that were not generated, and where people are asked', async () => {
    const { activities, draw } = await begin();
    const { set } = await draw();
    const by = (recipe: ReturnType<typeof recipeOf>) =>
      run(() => activities.reviewByScript({ recipe: asScripted(recipe), set }));
    await expect(by(recipeOf({ by: 'script' }, null))).rejects.toThrow(
      'certified.by: "script" is for generated pictures',
    );
    await expect(by(recipeOf())).rejects.toThrow('reviews come from people, by "dermflow review"');
  });
});

describe('a run that looks again and again', () => {
  it('reads each review and the cases once, and sees what came since', async () => {
    const { store, draw } = await begin();
    const { set } = await draw();
    const recipe = recipeOf();
    const drawn = await rowsOf(store, set);
    const read: string[] = [];
    const counting: ArtifactStore = {
      ...store,
      getObject: (key) => {
        read.push(key);
        return store.getObject(key);
      },
    };
    const { readReviews } = createReviewActivities({
      ...{ store: counting, environment: { scratch: tmpdir() }, logger: silent, scoreDrawn: async () => new Map() },
    });
    const look = () => run(() => readReviews({ recipe, set }));
    const log = createReviewLog(store, drawn, recipe.certified);
    for (const { id } of drawn) await log.add(review('Ada', { id }));
    expect((await look()).reviewers).toEqual(['Ada']);
    expect(read).toHaveLength(12);
    await log.add(review('Ben', { id: drawn[0]?.id ?? '' }));
    expect((await look()).counts).toMatchObject({ open: 11, certified: 1 });
    expect(read).toHaveLength(13);
  });
});

describe('certifying', () => {
  it('waits while a case waits, then gives texts, scores, a benchmark and rows for an evaluator', async () => {
    const { store, activities, draw } = await begin();
    const { set } = await draw();
    const recipe = recipeOf();
    const drawn = await rowsOf(store, set);
    const log = createReviewLog(store, drawn, recipe.certified);
    const state = () => run(() => activities.readReviews({ recipe, set }));
    expect((await state()).counts).toEqual({ open: 12, disagreed: 0, skipped: 0, certified: 0 });
    const [apart, skipped, edited] = drawn.map(({ id }) => id);
    for (const { id } of drawn) {
      await log.add(review('Ada', { id, scores: id === apart ? 1 : 4, text: id === edited ? 'edited by Ada' : null }));
      await log.add(
        review('Ben', id === skipped ? { id, verdict: 'skipped', minute: 1 } : { id, scores: 4.5, minute: 1 }),
      );
    }
    expect(await state()).toEqual({
      counts: { open: 0, disagreed: 1, skipped: 1, certified: 10 },
      ...{ complete: false, reviewers: ['Ada', 'Ben'] },
    });
    await expect(run(() => activities.certify({ recipe, set }))).rejects.toThrow(
      'cases wait for reviews still: 10 of 12 certified, 1 to settle, 1 skipped',
    );
    await log.add(review('Ada', { id: apart ?? '', turn: 2, verdict: 'settled', scores: 3, minute: 9 }));
    const result = await run(() => activities.certify({ recipe, set }));
    expect(result.counts).toMatchObject({ certified: 11, skipped: 1, settled: 1 });
    expect(result.people).toBe(2);
    const rows = await readJsonLines(
      store,
      result.certified,
      'certified.jsonl',
      artifactFiles.certified.certified.schema,
    );
    expect(rows.find(({ id }) => id === apart)).toMatchObject({ scores: allScores(3), settled: true });
    expect(rows.find(({ id }) => id === edited)).toMatchObject({ text: 'edited by Ada', scores: allScores(4.25) });
    const reviews = await readJsonLines(
      store,
      result.certified,
      'reviews.jsonl',
      artifactFiles.certified.reviews.schema,
    );
    expect(reviews).toHaveLength(25);
    expect((await store.manifest(result.certified)).params).toMatchObject({
      reviews: digestOf(canonicalJson(reviews)),
    });
    const { bench, judgements } = result;
    if (!bench) throw new Error('half of the cases are DermBench’s');
    const text = await readText(store, bench, artifactFiles.dataset.own.name);
    expect(text).toBe(canonicalJson(JSON.parse(text)));
    const own = await readJson(store, bench, artifactFiles.dataset.own.name, artifactFiles.dataset.own.schema);
    const benchIds = rows.filter(({ part }) => part === 'bench').map(({ id }) => id);
    expect(own.items.map(({ id }) => id)).toEqual(benchIds);
    for (const item of own.items) {
      expect(own.images[item.image]).toEqual(rows.find(({ id }) => id === item.id)?.image);
      expect(item.reference).toBe(rows.find(({ id }) => id === item.id)?.text);
    }
    const [train, validation] = await Promise.all(
      (['train', 'validation'] as const).map((part) => {
        const { name, schema } = artifactFiles.judgements[part];
        return readJsonLines(store, judgements, name, schema);
      }),
    );
    const evaluators = [...(train ?? []), ...(validation ?? [])];
    expect(evaluators.map(({ id }) => id).toSorted()).toEqual(
      rows.flatMap(({ id, part }) => (part === 'train' ? [id] : [])).toSorted(),
    );
    for (const { id, prompt, completion, scores } of evaluators) {
      expect(readScores(completion)).toEqual(scores);
      // The scores are of the text that people saw, not of what they made of it.
      expect(prompt).toContain(drawn.find((each) => each.id === id)?.text);
      expect(prompt).not.toContain('edited by Ada');
    }
    expect(await run(() => activities.certify({ recipe, set }))).toEqual(result);
  });

  it('has no benchmark where its share is 0, and no rows for an evaluator where it is 1', async () => {
    const { store, activities, draw } = await begin();
    const { set } = await draw({ by: 'script' });
    for (const benchShare of [0, 1]) {
      const recipe = recipeOf({ by: 'script', benchShare });
      await run(() => activities.reviewByScript({ recipe: asScripted(recipe), set }));
      const { bench, counts, judgements } = await run(() => activities.certify({ recipe, set }));
      expect([bench === null, counts.train, counts.bench]).toEqual(benchShare === 0 ? [true, 12, 0] : [false, 0, 12]);
      const { name, schema } = artifactFiles.judgements.train;
      expect((await readJsonLines(store, judgements, name, schema)).length > 0).toBe(benchShare === 0);
    }
  });
});
