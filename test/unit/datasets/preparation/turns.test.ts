/** Work over many rows lets heartbeats out, however fast or slow the machine is: its turns of the event loop are counted. */
import { describe, expect, it } from 'vitest';
import { createDiskCounts } from '../../../../activities/datasets/preparation/disk-counts.ts';
import { createKeyGroups } from '../../../../activities/datasets/preparation/key-groups.ts';
import { inTurns, keyParts } from '../../../../activities/scratch-database.ts';
import { makeCase } from '../../../support/cases.ts';
import { drawnHash } from '../../../support/drawn-pictures.ts';
import { listLeaks } from '../../../support/preparation.ts';

/** Turns of the event loop while `work` goes on: in each, timers that are due have run. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let [turns, ended] = [0, false];
  const turn = (): void => {
    turns += 1;
    if (!ended) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  ended = true;
  return turns;
}

describe('a turn of the event loop comes', () => {
  it('with each picture that is looked for among those of training', async () => {
    const pictures = (side: string, from: number) =>
      Array.from({ length: 60 }, (_, i) =>
        makeCase(`${side}-${i}`, 'melanoma', { group: `${side}-${i}`, look: drawnHash(from + i) }),
      );
    expect(await turnsDuring(() => listLeaks(pictures('train', 0), pictures('test', 1000)))).toBeGreaterThan(3 * 60);
  });

  it('with each part of the keys that are sorted', async () => {
    const groups = createKeyGroups();
    for (let i = 0; i < 5000; i += 1) groups.add([`name/${i}`, `patient/${i >> 1}`]);
    expect(await turnsDuring(() => groups.unite())).toBeGreaterThanOrEqual(keyParts.length);
    expect([0, 1, 2, 3].map(groups.firstOf)).toEqual([0, 0, 2, 2]);
    groups.close();
  });

  it('with each part of the counts that are summed', async () => {
    using counts = createDiskCounts();
    for (let i = 0; i < 25_000; i += 1) counts.add(`key ${i % 20_000}`, i % 2 === 0);
    expect(await turnsDuring(() => counts.sum())).toBeGreaterThanOrEqual(keyParts.length);
    expect([counts.get('key 4'), counts.get('key 19999'), counts.get('another')]).toEqual([
      { offered: 2, right: 2 },
      { offered: 1, right: 0 },
      { offered: 0, right: 0 },
    ]);
  });

  it('every some thousand rows of any sequence', async () => {
    const all = async (): Promise<void> => {
      for await (const _ of inTurns(Array.from({ length: 50_000 }, () => 0)));
    };
    expect(await turnsDuring(all)).toBeGreaterThan(20);
  });
});
