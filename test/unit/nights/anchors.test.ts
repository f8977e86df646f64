import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { anchorsOf } from '../../../activities/nights/anchors.ts';
import { toNight } from '../../../activities/nights/nights.ts';
import { readJsonLines } from '../../../activities/store/rows.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { ScoredItem } from '../../../domain/evaluation/scored.ts';
import { byFiles } from '../../support/by-files.ts';
import { narrativeItems, storeAnswers, storeItems } from '../../support/judging.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const { items } = artifactFiles.benchmark;

async function answered() {
  const store = createMemoryStore();
  const evaluation = await storeAnswers(store, await storeItems(store, narrativeItems(6)));
  return { store, evaluation, scored: await readJsonLines(store, evaluation, items.name, items.schema) };
}

describe('the anchors of a line', () => {
  it.each([0, 1, 199, 200, 201, 333, 1000])('lie evenly over %i answers, at most 200', async (length) => {
    const [like] = (await answered()).scored;
    if (!like) throw new RangeError('six were answered');
    const rows = Array.from({ length }, (_, i): ScoredItem => ({ ...like, id: `${i}`, output: `text ${i}` }));
    const expected = Array.from({ length: Math.min(length, 200) }, (_, i) =>
      Math.floor(i * Math.max(1, length / 200)),
    ).map((place) => ({ id: `${place}`, output: `text ${place}` }));
    expect(await anchorsOf(rows)).toEqual(expected);
  });
});

it('a night is compared by the scores of its answers, read one at a time', async () => {
  const { store, evaluation, scored } = await answered();
  const digests = { model: 'm', prompt: 'p', data: 'd', judge: 'j' };
  const measured = { evaluation, reader: 'strict' as const, digests, anchors: [] };
  expect(await toNight({ store: byFiles(store), scratch: tmpdir() }, '2026-11-27', measured)).toEqual({
    ...{ night: '2026-11-27', digests, anchors: [] },
    scores: scored.map(({ id, group, strict }) => ({ id, group, score: strict.score })),
  });
});
