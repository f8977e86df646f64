import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalJson,
  canonicalPieces,
  digestOf,
  digestOfJson,
  digestOfRows,
  workKey,
} from '../../domain/artifact.ts';
import { checkpointKey, runId, stepOfCheckpointKey, storeKeys } from '../../domain/names.ts';
import { createRandom } from '../../domain/random.ts';

const work = { method: 'sft/1', inputs: { model: 'a'.repeat(64) }, params: { rate: 1e-5, epochs: 4 } };

describe('keys', () => {
  it('hashes as SHA-256', () =>
    expect(digestOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'));
  it('does not depend on the order of fields', () => {
    expect(workKey({ params: { epochs: 4, rate: 1e-5 }, inputs: work.inputs, method: work.method })).toBe(
      workKey(work),
    );
    expect(workKey({ ...work, method: 'sft/2' })).not.toBe(workKey(work));
  });
  it('refuses what JSON cannot hold', () => expect(() => canonicalJson(undefined)).toThrow(TypeError));
  it('are the same of a value that is taken apart', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const own = { value, absent: undefined, list: [value, undefined, [value]], at: new Date(0) };
        for (const each of [value, own, [own, own]]) {
          expect([...canonicalPieces(each)].join('')).toBe(canonicalJson(each));
          expect(digestOfJson(each)).toBe(digestOf(canonicalJson(each)));
        }
      }),
    );
    expect(digestOfJson([])).toBe(digestOf('[]'));
  });
  it('are the same of a list whose rows come one at a time', async () => {
    const rows = async function* (list: readonly unknown[]) {
      yield* list;
    };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue({ maxDepth: 2 })), async (list) => {
        for (const each of [list, [undefined, { absent: undefined }, ...list]])
          expect(await digestOfRows(rows(each))).toBe(digestOfJson(each));
      }),
    );
  });
  it('never hold the text of a list whole, nor of one in a record', () => {
    const items = Array.from({ length: 50 }, (_, i) => ({ id: `${i}`, text: 'x'.repeat(20) }));
    for (const value of [items, { items, images: Object.fromEntries(items.map((own) => [own.id, own])) }])
      expect(Math.max(...[...canonicalPieces(value)].map(({ length }) => length))).toBeLessThan(50);
  });
  it('reads steps as numbers', () => {
    fc.assert(fc.property(fc.nat(10_000_000), (step) => stepOfCheckpointKey(checkpointKey('abc', step)) === step));
    expect(() => stepOfCheckpointKey('abc')).toThrow('not a checkpoint key');
  });
  it('stays within the characters that every S3 treats alike', () => {
    const key = digestOf('x');
    for (const name of [
      storeKeys.blob(key),
      storeKeys.llmReply(key, 'none', key, 12),
      storeKeys.llmFirstReply(key),
      storeKeys.llmFingerprint(key, key),
      storeKeys.llmAccount(key),
      storeKeys.manifest('checkpoint', checkpointKey(key, 500)),
    ]) {
      expect(name).toMatch(/^[a-z0-9/._-]+$/);
    }
    expect(runId('demo', key)).toBe(`demo-${key.slice(0, 12)}`);
  });
});

describe('createRandom', () => {
  it('repeats itself by seed and is unmoved by forks', () => {
    const a = createRandom('s');
    const b = createRandom('s');
    a.fork('x').float();
    expect(Array.from({ length: 5 }, () => a.float())).toEqual(Array.from({ length: 5 }, () => b.float()));
    expect(createRandom('t').float()).not.toBe(createRandom('s').float());
    expect(createRandom(1).fork('x').float()).not.toBe(createRandom(1).fork('y').float());
  });
  it('shuffles to a permutation and samples without repetition', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (list, seed) => {
        expect(createRandom(seed).shuffle(list).toSorted()).toEqual(list.toSorted());
        expect(createRandom(seed).sample([...new Set(list)], 3).length).toBe(Math.min(3, new Set(list).size));
      }),
    );
  });
  it('has no element to pick from an empty list', () => expect(() => createRandom(1).pick([])).toThrow(RangeError));
  it('draws normal deviates of the given spread', () => {
    const random = createRandom(7);
    const draws = Array.from({ length: 4000 }, () => random.normal(2));
    const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
    expect(Math.abs(mean)).toBeLessThan(0.15);
    expect(Math.sqrt(draws.reduce((a, b) => a + (b - mean) ** 2, 0) / draws.length)).toBeCloseTo(2, 0);
  });
});
