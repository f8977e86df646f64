import { describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../../activities/ports/artifact-store.ts';
import { createReviewLog } from '../../../activities/reviews/review-log.ts';
import { packed } from '../../../activities/reviews/review-packs.ts';
import { certifiedSchema } from '../../../domain/recipe/narratives.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { narrative, review } from '../../support/reviews.ts';

const narratives = Array.from({ length: 300 }, (_, i) => narrative(`n${i}`));
const rules = certifiedSchema.parse({});
const reviews = ['Ada', 'Ben'].flatMap((name) => narratives.map(({ id }) => review(name, { id })));

interface Place {
  objects: Map<string, Uint8Array>;
  open(of?: typeof narratives): ReturnType<typeof createReviewLog>;
  /** Keys that were read since the last call. */
  asked(): string[];
}

function place(more: (store: ArtifactStore) => Partial<ArtifactStore> = () => ({})): Place {
  const objects = new Map<string, Uint8Array>();
  const store = createMemoryStore(objects);
  const keys: string[] = [];
  const counting: ArtifactStore = {
    ...store,
    getObject: (key) => {
      keys.push(key);
      return store.getObject(key);
    },
    ...more(store),
  };
  return {
    objects,
    open: (of = narratives) => createReviewLog(counting, of, rules),
    asked: () => keys.splice(0),
  };
}
const said = (all: { id: string; reviewer: string; turn: number }[]): string[] =>
  all.map(({ id, reviewer, turn }) => `${id} ${reviewer} ${turn}`).toSorted();
const packsIn = ({ objects }: Place): string[] => [...objects.keys()].filter((key) => key.startsWith('review-packs/'));

async function filled(own: Place, count = reviews.length): Promise<void> {
  const log = own.open();
  for (const each of reviews.slice(0, count)) await log.add(each);
}

describe('copies of reviews', () => {
  it('make whoever reads next ask for a bounded number of objects, however many reviews there are', async () => {
    const own = place();
    await filled(own);
    await own.open().read();
    expect(own.asked().length).toBe(reviews.length);
    const all = await own.open().read();
    expect(said(all)).toEqual(said(reviews));
    expect(own.asked().length).toBeLessThan(reviews.length / packed + packed);
    expect(packsIn(own)).toHaveLength(Math.floor(reviews.length / packed));
  });

  it('are made once: of two that look at the same time neither adds to them later', async () => {
    const own = place();
    await filled(own);
    const [one, two] = [own.open(), own.open()];
    await Promise.all([one.read(), two.read()]);
    const before = packsIn(own);
    for (let i = 0; i < 3; i += 1) await Promise.all([one.read(), two.read(), own.open().read()]);
    expect(packsIn(own)).toEqual(before);
    expect(before).toHaveLength(Math.floor(reviews.length / packed));
  });

  it('take in what comes later, and a log that knows it reads nothing again', async () => {
    const own = place();
    await filled(own, packed);
    const log = own.open();
    await log.read();
    await filled(own, 3 * packed);
    own.asked();
    await log.read();
    expect(own.asked().length).toBe(2 * packed + 1); // the pack that it has written itself, once
    await log.read();
    expect(own.asked()).toEqual([]);
    expect(packsIn(own)).toHaveLength(3);
  });

  it('hold for their set of narratives alone, and are no reviews', async () => {
    const own = place();
    await filled(own);
    await own.open().read();
    own.asked();
    const part = narratives.slice(0, 10);
    expect(said(await own.open(part).read())).toEqual(
      said(reviews.filter(({ id }) => part.some((each) => each.id === id))),
    );
    expect(own.asked().length).toBe(20);
  });

  it.each([
    ['damaged', (data: Uint8Array) => data.subarray(0, data.length - 40)],
    ['of other words', (data: Uint8Array) => Buffer.from(data.toString().replaceAll('4', '5'))],
    ['empty', () => new Uint8Array()],
  ])('that are %s are passed over: the reviews themselves are read', async (_, spoil) => {
    const own = place();
    await filled(own);
    await own.open().read();
    for (const key of packsIn(own)) own.objects.set(key, spoil(Buffer.from(own.objects.get(key) ?? [])));
    const all = await own.open().read();
    expect(said(all)).toEqual(said(reviews));
    expect(all.every(({ scores }) => scores.safety === 4)).toBe(true);
  });

  it('show no review that was taken away', async () => {
    const own = place();
    await filled(own);
    await own.open().read();
    const gone = [...own.objects.keys()].filter((key) => key.startsWith('reviews/')).slice(0, 5);
    for (const key of gone) own.objects.delete(key);
    expect(await own.open().read()).toHaveLength(reviews.length - gone.length);
  });

  it('are done without where they cannot be written', async () => {
    const own = place((store) => ({
      putObjectIfAbsent: async (key, data) => {
        if (key.startsWith('review-packs/')) throw new Error('403');
        return store.putObjectIfAbsent(key, data);
      },
    }));
    await filled(own);
    expect(await own.open().read()).toHaveLength(reviews.length);
    expect(packsIn(own)).toEqual([]);
  });
});
