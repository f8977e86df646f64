/** Evaluations that have one name, and items that have one id, and are not the same. */
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluateBenchmark, type OpenedModel } from '../../../../activities/evaluation/evaluate-benchmark.ts';
import { toJsonLines } from '../../../../activities/json-lines.ts';
import { commitFiles } from '../../../../activities/store/commit.ts';
import { type BoardRow, readBoard } from '../../../../cli/evaluate/board.ts';
import { compareRows, findRow } from '../../../../cli/evaluate/compare.ts';
import { readPageSources } from '../../../../cli/evaluate/page-sources.ts';
import { chooseRows } from '../../../../cli/evaluate/report.ts';
import { artifactFiles } from '../../../../domain/artifact-files.ts';
import { buildPage } from '../../../../domain/pages/build.ts';
import { explorerOf } from '../../../../domain/pages/explorer.ts';
import { evaluationProfile } from '../../../../domain/prompts/prompts.ts';
import type { Question } from '../../../../domain/questions/question.ts';
import { melanomaQuestion, testImage } from '../../../support/cases.ts';
import { answeringModel, benchmarkContext, localModel, requestOf } from '../../../support/evaluations.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';

const store = createMemoryStore();
const tagged = (letter: string): string => `<thinking> seen </thinking> <final diagnosis> ${letter} </final diagnosis>`;
let board: BoardRow[];

/** Questions of 8 cases; of the last `changed` the options stand in another order. */
async function storeQuestions(key: string, changed: number) {
  const questions = await Promise.all(
    Array.from({ length: 8 }, async (_, i): Promise<Question> => {
      const image = { ...testImage, ...(await store.putBlob(`picture ${i}`)) };
      const own = melanomaQuestion({ id: `case-${i}/diagnosis`, caseId: `case-${i}`, group: `patient-${i}`, image });
      if (i < 8 - changed) return own;
      const labels = own.options.toReversed();
      const options = own.options.map(({ letter }, at) => ({
        ...(labels[at] ?? own.options[0]),
        letter,
      })) as Question['options'];
      const right = own.options.find(({ letter }) => letter === own.answer)?.label;
      return { ...own, options, answer: options.find(({ label }) => label === right)?.letter ?? '' };
    }),
  );
  const description = { kind: 'questions', key, method: 'test/1', inputs: {}, params: {}, facts: {} } as const;
  return commitFiles(store, description, { [artifactFiles.questions.test.name]: { data: toJsonLines(questions) } });
}

beforeAll(async () => {
  const [first, second] = [await storeQuestions('first', 0), await storeQuestions('second', 3)];
  const ask = (label: string, questions: typeof first, weights: string, profile = 'compact') => {
    const model: OpenedModel = answeringModel(weights, () => tagged('A'));
    return evaluateBenchmark(
      {
        tested: localModel({ label, profile: evaluationProfile(profile) }),
        ...{ benchmark: 'id-diagnosis', data: { questions, dataset: null }, asking: requestOf().asking },
      },
      model,
      benchmarkContext(store),
    );
  };
  await ask('adapter:mine', first, 'monday');
  await ask('adapter:mine', first, 'tuesday');
  await ask('one', first, 'one');
  await ask('one', first, 'one', 'paper');
  await ask('elsewhere', second, 'elsewhere');
  board = await readBoard(store, 'default');
});

describe('a name that two models have', () => {
  it('is refused with the keys of both, whatever their number of items', () => {
    expect(() => findRow(board, 'adapter:mine', undefined)).toThrow(
      /^adapter:mine: names 2 evaluations; give the key of one: [0-9a-f]{12} \(prompts compact, 1 per item, answers of [0-9a-f]{8}\), [0-9a-f]{12}/,
    );
  });

  it('stands on pages with what differs, so that each can be looked at', async () => {
    const { chosen } = chooseRows(board, [], 'id-diagnosis', () => false);
    const { sources, benchmark, data, asked } = await readPageSources(store, chosen, board, 'default');
    const labels = sources.map(({ label }) => label);
    expect(new Set(labels).size).toBe(5);
    expect(labels.filter((label) => label.startsWith('one')).toSorted()).toEqual([
      'one (prompts compact)',
      'one (prompts paper)',
    ]);
    expect(labels.filter((label) => /^adapter:mine \([0-9a-f]{8}\)$/.test(label))).toHaveLength(2);
    expect(buildPage(benchmark, sources, data).rows.map(({ label }) => label)).toEqual(labels);
    expect(explorerOf(sources, asked).data.models.map(({ label }) => label)).toEqual(labels);
  });
});

describe('an id under which something else was asked', () => {
  it('is no pair: what differs is counted and not compared', async () => {
    const [a, b] = [
      findRow(board, board.find(({ profile }) => profile === 'paper')?.evaluation.key ?? '', undefined),
      findRow(board, 'elsewhere', undefined),
    ];
    const { comparison } = await compareRows(store, a, b);
    expect(comparison).toMatchObject({ all: { items: 5 }, onlyFirst: 3, onlySecond: 3 });
  });

  it('of every item is refused', async () => {
    const questions = await storeQuestions('third', 8);
    await evaluateBenchmark(
      {
        tested: localModel({ label: 'other' }),
        ...{ benchmark: 'id-diagnosis', data: { questions, dataset: null }, asking: requestOf().asking },
      },
      answeringModel('other', () => tagged('A')),
      benchmarkContext(store),
    );
    const more = await readBoard(store, 'default');
    const compared = compareRows(store, findRow(more, 'elsewhere', undefined), findRow(more, 'other', undefined));
    // Three of `elsewhere` were asked in that order too.
    expect((await compared).comparison.all.items).toBe(3);
  });

  it('is an item of its own on pages, with its own options', async () => {
    const keys = ['one', 'elsewhere'].map(
      (label) => board.find((row) => row.label === label && row.profile === 'compact')?.evaluation.key ?? '',
    );
    const { chosen } = chooseRows(board, keys, 'id-diagnosis', () => false);
    const { sources, asked } = await readPageSources(store, chosen, board, 'default');
    const { data } = explorerOf(sources, asked);
    expect(data.ids).toHaveLength(11);
    const at = data.ids.indexOf('case-7/diagnosis (question 2)');
    const optionsAt = (i: number) => data.optionLists[data.options[i] ?? -1]?.map(([, label]) => label);
    expect(optionsAt(at)).toEqual(optionsAt(data.ids.indexOf('case-7/diagnosis'))?.toReversed());
    expect(data.models.map((model) => model.output[at] ?? -1)).toEqual([-1, expect.any(Number)]);
  });
});
