/** Narratives on the command line: the judge's settings, DermBench's release on disk, scores as people read them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readScore } from '../../../../activities/evaluation/evaluate-benchmark.ts';
import { judgeAnswers } from '../../../../activities/judging/judge-answers.ts';
import { compareWithPeople } from '../../../../cli/evaluate/narratives/agreement.ts';
import { parseJudge } from '../../../../cli/evaluate/narratives/judge.ts';
import { readRelease } from '../../../../cli/evaluate/narratives/release.ts';
import { storeOwnItems } from '../../../../cli/evaluate/own-items.ts';
import { readPageSources } from '../../../../cli/evaluate/page-sources.ts';
import { renderNarratives } from '../../../../cli/scores/render-narratives.ts';
import { digestOf } from '../../../../domain/artifact.ts';
import { parseHumanScores } from '../../../../domain/benchmarks/narratives/people.ts';
import { usualJudge } from '../../../../domain/dermeval/judge.ts';
import { failureTypes } from '../../../../domain/failures.ts';
import { temporaryFolder } from '../../../support/datasets.ts';
import { judgeOf, judging, narrativeItems, sixOf, storeAnswers, storeItems } from '../../../support/judging.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';
import { smallRecipe } from '../../../support/recipes.ts';

describe('--judge', () => {
  it('is a model with settings', () => {
    expect(parseJudge('gpt-4o')).toEqual({ ...usualJudge, model: 'gpt-4o' });
    expect(parseJudge('deepseek-reasoner?provider=deepseek&repeats=3&shows=picture&max-missing=0.1')).toEqual({
      ...{ ...usualJudge, model: 'deepseek-reasoner', provider: 'deepseek', repeats: 3, shows: 'picture' },
      maxMissing: 0.1,
    });
  });

  it.each([
    ['?repeats=3', 'names no model'],
    ['m?colour=blue', 'colour is not a setting; there are provider, shows'],
    ['m?repeats=0', 'repeats: '],
    ['m?repeats=many', 'repeats: expected a number'],
    ['m?provider=embedded', 'provider: expected one of openai-compatible'],
    ['m?shows=both', 'shows: expected reference or picture'],
    ['m?max-missing=2', 'maxMissing: '],
  ])('%s is refused by its setting', (text, words) => {
    expect(() => parseJudge(text)).toThrow(words);
  });
});

/** A small release as it is cloned, and DermNet's pictures beside it. */
async function cloneRelease(change: (row: Record<string, string>) => Record<string, string> = (row) => row) {
  const folder = await temporaryFolder();
  const rows = await Promise.all(
    ['Psoriasis pictures', 'Acne and Rosacea Photos'].map(async (category, i) => {
      const picture = `${category}/${i} 1.jpg`;
      const text = ` <think>It is ${category}, {0}.</think> The answer is psoriasis.\n`;
      const cot = `data/cot/${picture}.txt`;
      const write = async (path: string, data: string | Uint8Array): Promise<void> => {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), data);
      };
      await write(cot, text);
      const pixels = { create: { width: 120 + i, height: 90, channels: 3, background: 'brown' } } as const;
      await write(`pictures/${picture}`, await sharp(pixels).jpeg().toBuffer());
      return change({
        ...{ id: `dermbench_000${i + 1}`, source: 'DermNet test set', split: 'test', category, diagnosis: 'Psoriasis' },
        ...{ dermnet_image_path: picture, cot, cot_sha256: digestOf(text) },
      });
    }),
  );
  const manifest = rows.map((row) => JSON.stringify(row)).join('\n');
  const file = join(folder, 'data/manifest/dermbench_test.jsonl');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, manifest);
  return { file, manifest, pictures: join(folder, 'pictures') };
}

describe('DermBench’s release', () => {
  it('is a benchmark with its certified texts and DermNet’s pictures', async () => {
    const { file, pictures } = await cloneRelease();
    const kept = createMemoryStore();
    // Pictures are put as bytes, items never as one text.
    const putBlob = async (data: string | Uint8Array) => {
      if (typeof data === 'string') throw new Error('the items are held whole');
      return kept.putBlob(data);
    };
    const into = { store: { ...kept, putBlob }, scratch: tmpdir() };
    const choice = await storeOwnItems(file, smallRecipe().data, into, pictures);
    expect(choice).toMatchObject({ name: 'dermbench' });
    expect(await storeOwnItems(file, smallRecipe().data, into, pictures)).toEqual(choice);
    await expect(storeOwnItems(file, smallRecipe().data, into)).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringContaining('--pictures names'),
    });
  });

  it('has its texts checked by their digests', async () => {
    const whole = await cloneRelease();
    const items = await readRelease(whole.manifest, whole.file);
    expect(items.map(({ id, reference }) => [id, reference])).toEqual([
      ['dermbench_0001', '<think>It is Psoriasis pictures, {0}.</think> The answer is psoriasis.'],
      ['dermbench_0002', '<think>It is Acne and Rosacea Photos, {0}.</think> The answer is psoriasis.'],
    ]);
    const changed = await cloneRelease((row) => ({ ...row, cot_sha256: 'a'.repeat(64) }));
    await expect(readRelease(changed.manifest, changed.file)).rejects.toThrow(
      'has another SHA-256 than the manifest says',
    );
    const missing = await cloneRelease((row) => (row.id?.endsWith('2') ? { ...row, cot: 'data/cot/none.txt' } : row));
    await expect(readRelease(missing.manifest, missing.file)).rejects.toThrow('data/cot/none.txt cannot be read');
    const moved = await cloneRelease((row) => ({ ...row, cot: `elsewhere/${row.cot}` }));
    await expect(readRelease(moved.manifest, moved.file)).rejects.toThrow(
      'leave the manifest where the release has it',
    );
  });
});

describe('judged evaluations', () => {
  const judge = { ...usualJudge, model: 'strict', anchors: 2 };

  async function judgedStore(name: string) {
    const store = createMemoryStore();
    const evaluation = await storeAnswers(store, await storeItems(store, narrativeItems(6), name));
    const llm = judgeOf((candidate) => sixOf(candidate.startsWith('Answer 0') ? 2 : 4));
    const judged = await judgeAnswers({ evaluation, label: 'model', reader: 'strict', judge }, judging(store, llm));
    return { store, row: { ...(await readScore(store, judged)), evaluation: judged } };
  }

  it('are shown on the scale from 0 to 5, with judge, anchors and what was published', async () => {
    const { row } = await judgedStore('mine');
    const text = renderNarratives([row, { ...row, narratives: undefined }]).join('\n');
    expect(text).toMatch(/model +3\.667 \(/);
    expect(text).toMatch(
      /mine@strict-[0-9a-f]{8}: judge strict, temperature 0, prompt [0-9a-f]{8}, shown the certified text/,
    );
    expect(text).toContain('not comparable with the published row: judge: strict');
    expect(text).toContain('published: SkinGPT-R1 4.031 of 5');
    expect(renderNarratives([{ ...row, narratives: undefined }])).toEqual([]);
  });

  it('have the judge beside their numbers on the page', async () => {
    const { store, row } = await judgedStore('mine');
    const { benchmark, sources } = await readPageSources(store, [row], [row], 'default');
    expect(benchmark.description).toContain('as a share of 5');
    expect(sources[0]?.remark).toMatch(
      /^scored by strict, temperature 0, .*; mean of six 3\.67 of 5; Accuracy 3\.67; /,
    );
    expect(sources[0]?.items[0]).toMatchObject({ strict: { score: 0.4 } });
  });

  it('are compared with people by dimension', async () => {
    const { store, row } = await judgedStore('mine');
    const people = parseHumanScores(
      Array.from({ length: 6 }, (_, i) =>
        JSON.stringify({ id: `case-${i}`, reviewer: 'A', scores: { accuracy: i === 0 ? 1 : 4, safety: 3 + (i % 2) } }),
      ).join('\n'),
      'f',
    );
    const { benchmark, rows } = await compareWithPeople(store, 'model', undefined, people, 'default');
    expect(benchmark).toBe(row.benchmark);
    expect(rows.map(({ name, agreement }) => [name, agreement?.items ?? 0])).toEqual([
      ...[
        ['Accuracy', 6],
        ['Safety', 6],
        ['Medical Groundedness', 0],
        ['Clinical Coverage', 0],
      ],
      ...[
        ['Reasoning Coherence', 0],
        ['Description Precision', 0],
        ['Mean of six', 0],
      ],
    ]);
    expect(rows[0]?.agreement).toMatchObject({ deviation: { value: 1 / 6 }, correlation: { value: 1 } });
    expect(rows[1]?.agreement?.deviation.value).toBeCloseTo((1 + 0 + 1 + 0 + 1 + 0) / 6, 12);
    const others = people.map((each) => ({ ...each, id: `other-${each.id}` }));
    await expect(compareWithPeople(store, 'model', undefined, others, 'default')).rejects.toThrow('ids there are like');
  });
});
