import { describe, expect, it } from 'vitest';
import { type AskedItem, answererDigest } from '../../../domain/answers/answer.ts';
import { digestOf } from '../../../domain/artifact.ts';
import { storeKeys } from '../../../domain/names.ts';
import { createRandom } from '../../../domain/random.ts';
import {
  answerKey,
  askedItems,
  askingOf,
  greedyAnswerer,
  type NotingRunner,
  notingRunner,
  textsOf,
} from '../../support/answers.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const items = askedItems(200);

describe('items that are asked', () => {
  it('are answered in their order, and the next time by nobody', async () => {
    const store = createMemoryStore();
    const runner = notingRunner();
    const told: [number, number][] = [];
    const first = await textsOf(store, askingOf(items, runner, { onProgress: (...counts) => told.push(counts) }));
    expect(runner.answered).toHaveLength(200);
    expect(new Set(first.flat()).size).toBe(200);
    expect([told[0], told.at(-1)]).toEqual([
      [0, 200],
      [200, 200],
    ]);
    const open = async (): Promise<never> => {
      throw new Error('no model is opened where every answer is known');
    };
    const renamed = items.map((item) => ({ ...item, id: `again/${item.id}` }));
    expect(await textsOf(store, askingOf(renamed, runner, { open }))).toEqual(first);
  });

  it('are those that lack an answer: a longer list asks for the rest, and only their pictures are fetched', async () => {
    const store = createMemoryStore();
    const runner = notingRunner();
    await textsOf(store, askingOf(items.slice(0, 50), runner));
    const fetched: string[] = [];
    const addImages = async (missing: readonly AskedItem[]): Promise<void> => {
      fetched.push(...missing.map(({ id }) => id));
    };
    await textsOf(store, askingOf(items.slice(0, 60), runner, { addImages }));
    expect(fetched).toEqual(items.slice(50, 60).map(({ id }) => id));
    expect(runner.answered).toHaveLength(60);
  });

  it('end with the same answers after 20 interruptions at random moments, none answered twice', async () => {
    const items = askedItems(1500);
    const undisturbed = await textsOf(createMemoryStore(), askingOf(items, notingRunner()));
    const objects = new Map<string, Uint8Array>();
    const store = createMemoryStore(objects);
    const random = createRandom('interruptions');
    let controller = new AbortController();
    let reason = new Error('none yet');
    let left = Number.POSITIVE_INFINITY;
    const runner = notingRunner(0, () => {
      left -= 1;
      if (left === 0) controller.abort(reason);
    });
    for (let interruption = 0; interruption < 20; interruption++) {
      controller = new AbortController();
      reason = new Error(`interruption ${interruption}`);
      left = random.int(0, 60);
      if (left === 0) controller.abort(reason);
      const asking = textsOf(store, askingOf(items, runner, { batchSize: 2, signal: controller.signal }));
      await expect(asking).rejects.toBe(reason);
    }
    expect(runner.answered.length).toBeGreaterThan(200);
    expect(runner.answered.length).toBeLessThan(1500);
    left = Number.POSITIVE_INFINITY;
    expect(await textsOf(store, askingOf(items, runner, { batchSize: 2 }))).toEqual(undisturbed);
    expect(runner.answered).toHaveLength(1500);
    expect(new Set(runner.answered).size).toBe(1500);
    expect([...objects.keys()].every((key) => key.startsWith(storeKeys.answers(answererDigest(greedyAnswerer))))).toBe(
      true,
    );
  });

  it.each([
    ['transformers', 0],
    ['onnx', 0],
    ['endpoint', 1],
  ] as const)('by %s are stored before the next batch is asked, except for an endpoint', async (runtime, unstored) => {
    const answerer = { ...greedyAnswerer, runtime };
    const inner = createMemoryStore();
    let stored = 0;
    const store = {
      ...inner,
      putObjectIfAbsent: async (key: string, data: Uint8Array | string) => {
        await new Promise((later) => setTimeout(later, 5));
        const written = await inner.putObjectIfAbsent(key, data);
        stored += String(data).split('\n').length - 2;
        return written;
      },
    };
    const before: boolean[] = [];
    const runner = notingRunner();
    const noting: typeof runner = {
      ...runner,
      generate: async function* (rows, options) {
        for (let start = 0; start < rows.length; start += options.batchSize) {
          before.push(stored === start);
          yield* runner.generate(rows.slice(start, start + options.batchSize), options);
        }
      },
    };
    await textsOf(store, askingOf(items, noting, { answerer, batchSize: 16 }));
    expect(before).toHaveLength(13);
    expect(before.includes(false)).toBe(unstored === 1);
    expect(stored).toBe(200);
  });

  it('are asked some at once where they are many: the same batches, each picture fetched before it is shown', async () => {
    const grouped = items.map((item, i) => ({ ...item, prompt: `Which of ${i % 190}?` }));
    const batches = (runner: NotingRunner): NotingRunner => ({
      ...runner,
      generate: async function* (rows, options) {
        for (const { images } of rows) expect(there).toContain(images[0]);
        yield* runner.generate(rows, options);
      },
    });
    const there = new Set<string>();
    const fetch = (missing: readonly AskedItem[]): void => {
      for (const { image } of missing) there.add(`${image.sha256}.png`);
    };
    const [one, some] = [notingRunner(), notingRunner()];
    const texts = await textsOf(createMemoryStore(), askingOf(grouped, one));
    let opened = 0;
    const asking = askingOf(grouped, some, {
      atOnce: 30,
      open: async () => {
        opened += 1;
        return { runner: batches(some), images: '/nowhere' };
      },
      addImages: async (missing) => fetch(missing),
    });
    expect(await textsOf(createMemoryStore(), asking)).toEqual(texts);
    expect([some.answered, opened]).toEqual([one.answered, 1]);
  });

  it('of an endpoint are asked while pictures of others are still to come, each fetched before it is shown', async () => {
    const answerer = { ...greedyAnswerer, runtime: 'endpoint' } as const;
    const fetched: string[] = [];
    const first: number[] = [];
    const runner = notingRunner();
    const loading: typeof runner = {
      ...runner,
      generate: async function* (rows, options) {
        for (const row of rows) {
          for (const name of row.images) await options.load?.(name);
          first.push(fetched.length);
          yield* runner.generate([row], options);
        }
      },
    };
    const loadImage = async ({ image }: AskedItem): Promise<Uint8Array> => {
      fetched.push(image.sha256);
      return new Uint8Array();
    };
    const addImages = () => Promise.reject(new Error('all are fetched before the first is asked'));
    await textsOf(createMemoryStore(), askingOf(items, loading, { answerer, addImages, loadImage }));
    expect(first).toEqual(items.map((_, i) => i + 1));
    expect(fetched).toEqual(items.map(({ image }) => image.sha256));
  });

  it('are one question where the model sees no difference: grey pictures of one size', async () => {
    const runner = notingRunner();
    const sizes = items.map((item, i) => ({ ...item, image: { ...item.image, width: i % 2 === 0 ? 112 : 140 } }));
    const texts = await textsOf(createMemoryStore(), askingOf(sizes, runner, { shown: 'grey' }));
    expect(runner.answered).toHaveLength(2);
    expect(new Set(texts.flat()).size).toBe(2);
  });

  it('are sampled as often as asked, each sample by a seed that depends on nothing else', async () => {
    const answerer = { ...greedyAnswerer, decoding: { ...greedyAnswerer.decoding, temperature: 0.7, seed: 3 } };
    const store = createMemoryStore();
    const three = await textsOf(store, askingOf(items, notingRunner(), { answerer, samples: 3 }));
    expect(new Set(three.flat()).size).toBe(600);
    // Fewer are the first of them, and alone they are drawn alike.
    const runner = notingRunner();
    expect(await textsOf(store, askingOf(items, runner, { answerer, samples: 1 }))).toEqual(three.map(([a]) => [a]));
    expect(runner.answered).toEqual([]);
    const [alone] = await textsOf(createMemoryStore(), askingOf(items.slice(9, 10), runner, { answerer, samples: 3 }));
    expect(alone).toEqual(three[9]);
  });

  it('are told apart by picture, size of the grey one, prompt, system text and sample', () => {
    const [item] = items;
    if (!item) throw new RangeError('no item');
    const { image } = item;
    const keys = [
      answerKey(item, 'real', 0),
      answerKey(item, 'real', 1),
      answerKey(item, 'grey', 0),
      answerKey({ ...item, image: { ...image, width: image.width + 28 } }, 'grey', 0),
      answerKey({ ...item, image: { ...image, sha256: digestOf('another') } }, 'real', 0),
      answerKey({ ...item, prompt: 'Why?' }, 'real', 0),
      answerKey({ ...item, system: '' }, 'real', 0),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});
