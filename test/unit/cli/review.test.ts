import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createReviewLog } from '../../../activities/reviews/review-log.ts';
import { exportReviews, importReviews } from '../../../cli/review/exchange.ts';
import { portOf } from '../../../cli/review/review.ts';
import { createNotifier } from '../../../cli/review/run-wait.ts';
import { openReviewService } from '../../../cli/review/service.ts';
import type { GivenReview } from '../../../domain/reviews/page.ts';
import { stateOfCase } from '../../../domain/reviews/state.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { reviewPlace } from '../../support/review-place.ts';
import { allScores, narrative, review } from '../../support/reviews.ts';

const rules = { by: 'people', reviewers: 2, settleAbove: 1 } as const;
const narratives = [narrative('a'), narrative('b')];
const ids = new Set(narratives.map(({ id }) => id));
const fileOf = async (...rows: unknown[]): Promise<string> => {
  const file = join(await temporaryFolder(), 'reviews.jsonl');
  await writeFile(file, rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join(''));
  return file;
};

describe('reviews from elsewhere', () => {
  it('are what was exported, and taken twice they are known', async () => {
    const [one, other] = [createMemoryStore(), createMemoryStore()].map((store) =>
      createReviewLog(store, narratives, rules),
    );
    if (!one || !other) throw new Error('two logs');
    const reviews = [
      review('Ada'),
      review('Ada', { turn: 2, minute: 3, text: 'edited' }),
      review('Ben', { id: 'ham10000/b#1' }),
    ];
    for (const each of reviews) await one.add(each);
    const file = await fileOf();
    expect(await exportReviews(one, file)).toBe(3);
    expect(await importReviews(other, file, ids)).toEqual({ written: 3, known: 0 });
    expect(await importReviews(other, file, ids)).toEqual({ written: 0, known: 3 });
    await exportReviews(other, `${file}-2`);
    expect(await readFile(`${file}-2`, 'utf8')).toBe(await readFile(file, 'utf8'));
  });

  it.each([[], ['', ' ']])('a file without any is a mistake, not a success: %j', async (...rows) => {
    const log = createReviewLog(createMemoryStore(), narratives, rules);
    await expect(importReviews(log, await fileOf(...rows), ids)).rejects.toThrow(
      /reviews\.jsonl: holds no review; give/,
    );
  });

  it.each([
    ['{', /reviews\.jsonl: row 2: is not JSON/],
    [{ ...review('Ada'), scores: allScores(4, { safety: 6 }) }, /row 2: scores\.safety: /],
    [{ ...review('Ada'), scores: allScores(4, { safety: null }) }, /row 2: scores\.safety: is missing/],
    [{ ...review('Ada'), scores: allScores(4.25) }, /row 2: scores\.accuracy: has more than one decimal/],
    [{ ...review('Ada'), at: 'yesterday' }, /row 2: at: is not a time in UTC; give one such as "2026-/],
    [{ ...review('Ada'), at: '2026-11-26T12:00:00+01:00' }, /row 2: at: is not a time in UTC/],
    [review(' \u200b\u3164'), /row 2: reviewer: is empty; give a name/],
    [review('x'.repeat(81)), /row 2: reviewer: is longer than 80 characters/],
    // One character each that Unicode writes as three.
    [review('\ufb2c'.repeat(40)), /row 2: reviewer: is longer than 80 characters/],
    [review('Ada', { id: 'ham10000/z#1' }), /row 2: id: "ham10000\/z#1" is not one of the 2 cases/],
    [review('Ada', { kind: 'script' }), /row 2: kind: only people's reviews/],
    [review('script-1'), /row 2: reviewer: a name that begins with "script"/],
    [review('cem', { scores: 1 }), /row 2: turn: Cem has said something else as turn 1 of ham10000\/a#1; give 2/],
  ])('a wrong row is named, and nothing of the file is taken: %j', async (wrong, message) => {
    const log = createReviewLog(createMemoryStore(), narratives, rules);
    await log.add(review('Cem'));
    await expect(importReviews(log, await fileOf(review('Ben'), wrong), ids)).rejects.toThrow(message);
    expect(await log.read()).toHaveLength(1);
  });
});

describe('telling a run of reviews', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is done at once for the first and the last, else once in five minutes', async () => {
    const sent: boolean[] = [];
    const { notify, close } = createNotifier(async (complete) => sent.push(complete));
    for (let i = 0; i < 50; i += 1) {
      notify(false);
      await vi.advanceTimersByTimeAsync(10_000);
    }
    expect(sent).toEqual([false, false]);
    notify(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toEqual([false, false, true]);
    await close();
    expect(sent).toHaveLength(3);
  });

  it('is put off where another page has notified it just now, and done at the end', async () => {
    let lately = true;
    const sent: [boolean, boolean][] = [];
    const { notify, close } = createNotifier(async (complete, last) => {
      if (lately && !last) return false;
      return sent.push([complete, last]);
    });
    notify(false);
    await vi.advanceTimersByTimeAsync(240_000);
    expect(sent).toEqual([]);
    lately = false;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(sent).toEqual([[false, false]]);
    lately = true;
    notify(false);
    await close();
    expect(sent.at(-1)).toEqual([false, true]);
  });

  it('is tried again where the run could not be reached, until it was notified', async () => {
    let [away, sent] = [true, 0];
    const { notify, close } = createNotifier(async () => {
      if (away) throw new Error('away');
      sent += 1;
    });
    notify(true);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(sent).toBe(0);
    away = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toBe(1);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(sent).toBe(1);
    await close();
  });
});

describe('the service', () => {
  const openWith = async (more: object = {}) => {
    const place = await reviewPlace(2, undefined, more);
    const service = await openReviewService({
      ...{ store: place.store, wait: place, now: () => new Date('2026-11-26T12:00:00Z') },
      ...{ closed: async () => place.closed, notify: () => {} },
    });
    const given = (own: Partial<GivenReview> = {}): GivenReview => ({
      ...{ id: service.narratives[0]?.id ?? '', reviewer: 'Ada', turn: 1, verdict: 'scored', scores: allScores(4) },
      ...{ text: null, note: null, ...own },
    });
    const log = createReviewLog(place.store, service.narratives, place.certified);
    return { service, given, log };
  };

  it('says under which names nothing could be saved, before anything is scored', async () => {
    const { service } = await openWith();
    expect((await service.state('Ada')).refused).toBeNull();
    expect((await service.state('script-1')).refused).toMatch(/is a program's/);
    expect((await service.state('\u200b')).refused).toMatch(/a name is needed/);
  });

  it('settles scores that a machine gave whose clock is ahead', async () => {
    const { service, given, log } = await openWith();
    const id = service.narratives[0]?.id ?? '';
    await log.add(review('Ben', { id, scores: 1, at: '2026-11-26T13:00:00.000Z' }));
    expect(await service.save(given())).toEqual({ saved: true });
    expect(await service.save(given({ turn: 2, verdict: 'settled', scores: allScores(3) }))).toEqual({ saved: true });
    const reviews = (await log.read()).filter((each) => each.id === id);
    expect(reviews.find(({ verdict }) => verdict === 'settled')?.at).toBe('2026-11-26T13:00:00.000Z');
    expect(stateOfCase(reviews, { by: 'people', reviewers: 2, settleAbove: 1 }).state).toBe('certified');
  });

  it('takes what is a review, and says what is wrong with anything else', async () => {
    const { service, given, log } = await openWith();
    expect(await service.save(given({ scores: allScores(4, { safety: null }) }))).toEqual({
      wrong: 'scores.safety: is missing; give a number from 0 to 5',
    });
    expect(await service.save(given({ id: 'x' }))).toHaveProperty('wrong');
    expect(await service.save(given({ reviewer: '  ' }))).toEqual({ wrong: expect.stringMatching(/^reviewer: /) });
    expect(await service.save(given({ reviewer: 'Script-1' }))).toHaveProperty('wrong');
    expect(await service.save(given({ verdict: 'settled' }))).toEqual({
      wrong: expect.stringContaining('nothing left to settle'),
    });
    const text = ` ${service.narratives[0]?.text} `;
    expect(await service.save(given({ reviewer: ' Ada\u200b ', text, note: ' ' }))).toEqual({ saved: true });
    expect(await log.read()).toEqual([
      review('Ada', { id: service.narratives[0]?.id ?? '', at: '2026-11-26T12:00:00.000Z' }),
    ]);
  });

  it('shows nobody’s scores to whoever has not judged yet', async () => {
    const { service, given } = await openWith();
    await service.save(given({ note: 'secret', text: 'secret' }));
    const shown = await service.show('Ben', {});
    expect(shown).toMatchObject({ id: given().id, task: 'judge', turn: 1, own: null, opinions: [] });
    expect(JSON.stringify(shown)).not.toContain('secret');
    expect(await service.show('ADA', { id: given().id })).toMatchObject({ turn: 2, own: { note: 'secret' } });
    expect(await service.show('Ben', { id: 'x' })).toBeNull();
    expect((await service.state('Ben')).own).toEqual({ judged: 0, left: 2 });
  });
});

it('a run’s port is the same each time, and one that any user may take', () => {
  expect(portOf('run-1')).toBe(portOf('run-1'));
  expect(portOf('run-1')).not.toBe(portOf('run-2'));
  for (let i = 0; i < 100; i += 1) expect(portOf(`run-${i}`)).toBeGreaterThanOrEqual(20_000);
  for (let i = 0; i < 100; i += 1) expect(portOf(`run-${i}`)).toBeLessThan(32_000);
});
