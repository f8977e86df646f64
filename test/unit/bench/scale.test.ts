import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commitFiles } from '../../../activities/store/commit.ts';
import { keepInput, keptInputs } from '../../../bench/scale/own-process.ts';
import { type Reading, scaleRows } from '../../../bench/scale/rows.ts';
import { storeIn, withoutResults } from '../../../bench/scale/stand-ins.ts';
import scale from '../../../bench/scale.ts';
import { temporaryFolder } from '../../support/datasets.ts';

const run = (part: string, peakMiB: number, processorSeconds = 10) => ({
  ...{ part, peakMiB, processorSeconds },
  ...{ seconds: 20, startMiB: 160, silentSeconds: 0.5, attempt: 1 },
});
const reading = (...parts: Reading['parts']): Reading => ({ events: 157, parts });

describe('the table of parts', () => {
  it('shows the median of several readings, and how far its peaks lie apart', () => {
    const readings = [180, 200, 190].map((peak) => reading(run('data', peak)));
    const row = '| 10 | data | 20 | 10 | 160 | 190 | 180 | 200 | 1.00 | 0.5 | 1 | 157 |';
    expect(scaleRows(10, readings, readings)).toEqual([row]);
  });

  it('adds up the seconds of a part that runs several times, and shows its highest peak beside that of the first size', () => {
    const evaluated = (...peaks: number[]) => reading(...peaks.map((peak) => run('evaluation', peak)));
    const [row] = scaleRows(100, [evaluated(150, 220, 170)], [evaluated(200, 190)]);
    expect(row).toBe('| 100 | evaluation | 60 | 30 | 160 | 220 | 220 | 220 | 1.10 | 0.5 | 1 | 157 |');
  });
});

describe('parts that are measured again', () => {
  it('get what the run gave them, each time that it did', async () => {
    const folder = await temporaryFolder();
    const at = { folder, distractors: 'matched', part: 'evaluation' } as const;
    const files = [await keepInput(at, { label: 'base' }), await keepInput(at, { label: 'sft' })];
    await keepInput({ ...at, part: 'report' }, {});
    expect((await keptInputs(at)).toSorted()).toEqual(files);
    expect(await keptInputs({ folder, part: 'data' })).toEqual([]);
  });

  it('do not find what they made, and read what they are given', async () => {
    const store = storeIn(await temporaryFolder());
    const made = { method: 'none/1', inputs: {}, params: {}, facts: {} };
    const ref = await commitFiles(store, { kind: 'dataset', key: 'known', ...made }, { 'a.txt': { data: 'a' } });
    await store.putObjectIfAbsent('answers/1/a/1.jsonl', '{}');
    const again = withoutResults(store);
    expect(await store.find('dataset', 'known')).toEqual(ref);
    expect(await again.find('dataset', 'known')).toBeNull();
    for (const [place, found] of [[store, 1] as const, [again, 0] as const]) {
      const told: string[] = [];
      await place.eachObjectKey('answers/', (key) => told.push(key));
      expect([(await place.objectKeys('answers/')).length, told.length]).toEqual([found, found]);
    }
    expect((await again.manifest(ref)).key).toBe('known');
  });

  it('are those of a run that was kept', async () => {
    await expect(scale(['--only', 'report'])).rejects.toThrow('give the --folder that it kept');
    await expect(scale(['--only', 'split', '--folder', 'x'])).rejects.toThrow('--only split: expected one of data');
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'dermflow-bench-scale-10'));
    const again = scale(['--only', 'report', '--sizes', '10', '--folder', folder]);
    await expect(again).rejects.toThrow('holds no report of a run');
  });
});
