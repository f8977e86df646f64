/** Items are made of some rows of the sources at a time; they are those of all rows at once. */
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { withItems } from '../../../activities/evaluation/sources.ts';
import { toJsonLines } from '../../../activities/json-lines.ts';
import { listRows } from '../../../activities/rows.ts';
import { commitFiles } from '../../../activities/store/commit.ts';
import type { ArtifactRef } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { BenchmarkItem } from '../../../domain/benchmarks/benchmark.ts';
import { benchmarks } from '../../../domain/benchmarks/catalogue/index.ts';
import type { Case } from '../../../domain/cases/case.ts';
import { skinToneField } from '../../../domain/cases/skin-tone.ts';
import type { ReadyCase } from '../../../domain/cases/undiagnosed.ts';
import type { BenchmarkChoice } from '../../../domain/contracts/benchmarks.ts';
import { evaluationProfile } from '../../../domain/prompts/prompts.ts';
import { questionTasks } from '../../../domain/questions/question.ts';
import { byFiles } from '../../support/by-files.ts';
import { makeCase, melanomaQuestion } from '../../support/cases.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const profile = evaluationProfile('paper');
/** More than are in memory at once, and no multiple of it. */
const count = 1300;
const places = Array.from({ length: count }, (_, i) => i);
const cases = places.map((i): Case => {
  const tone = i % 3 === 0 ? { provenance: { [skinToneField]: String(1 + (i % 6)) } } : {};
  const source = i % 2 === 0 ? 'skincon/ddi' : 'derm7pt';
  return makeCase(`case-${i}`, i % 5 === 0 ? 'melanoma' : 'blue nevus', {
    ...{ source, split: 'test', ...(i % 4 === 0 ? { concepts: { Papule: 'Papule' } } : {}), ...tone },
  });
});
// In another order than the cases.
const questions = places.toReversed().map((i) => {
  const task = questionTasks[i % questionTasks.length] ?? 'diagnosis';
  return melanomaQuestion({ ...{ id: `case-${i}/${task}`, caseId: `case-${i}`, group: `p${i >> 1}`, task } });
});
const ready = places.map((i): ReadyCase => {
  const { diagnosis: _, path: __, siblings: ___, malignancy: ____, ...picture } = makeCase(`item-${i}`, 'melanoma');
  return { ...picture, question: { text: 'Which?', options: ['nevus', 'wart'], answer: 1 } };
});

async function stored(end = '') {
  const store = createMemoryStore();
  const about = { key: 'all', method: 'test/1', inputs: {}, params: {}, facts: {} } as const;
  const train = makeCase('seen', 'melanoma', { split: 'train', concepts: { Papule: 'Papule' } });
  const dataset: ArtifactRef = await commitFiles(
    store,
    { kind: 'dataset', ...about },
    {
      [artifactFiles.dataset.cases.name]: { data: toJsonLines([train, ...cases]) },
      [artifactFiles.dataset.ood.name]: { data: toJsonLines(ready) },
    },
  );
  const asked = { [artifactFiles.questions.test.name]: { data: `${toJsonLines(questions)}${end}` } };
  const data = { questions: await commitFiles(store, { kind: 'questions', ...about }, asked), dataset };
  return (choice: BenchmarkChoice, limit: number | null = null): Promise<BenchmarkItem[]> =>
    withItems({ store: byFiles(store), scratch: tmpdir() }, choice, data, profile, limit, ({ items }) =>
      listRows(items),
    );
}

describe('items of a benchmark', () => {
  it.each(benchmarks.map((benchmark) => [benchmark.name, benchmark] as const))(
    'are those of all rows: %s',
    async (name, benchmark) => {
      const itemsOf = await stored();
      const all = benchmark.items({ questions, ready, cases }, profile);
      expect(all.length).toBeGreaterThan(30);
      expect(await itemsOf(name)).toEqual(all);
      expect(await itemsOf(name, 20)).toEqual(all.slice(0, 20));
    },
  );

  it('are made of no more rows than are asked for', async () => {
    const itemsOf = await stored('no question\n');
    await expect(itemsOf('id-diagnosis')).rejects.toThrow(/test\.jsonl: line 1301 is not JSON/);
    expect(await itemsOf('id-diagnosis', 20)).toHaveLength(20);
  });
});
