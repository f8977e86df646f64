/** Benchmarks of the real tables: the paper's sizes where the data allow, and answers of every form are read. */
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allBenign, baselineItems } from '../../../domain/benchmarks/baselines.ts';
import type { BenchmarkItem } from '../../../domain/benchmarks/benchmark.ts';
import { benchmarkNamed } from '../../../domain/benchmarks/catalogue/index.ts';
import { byAttribute } from '../../../domain/benchmarks/summaries/by-attribute.ts';
import type { ReadyCase } from '../../../domain/cases/undiagnosed.ts';
import { fitTextOnly } from '../../../domain/evaluation/text-only.ts';
import { evaluationProfile } from '../../../domain/prompts/prompts.ts';
import { oodSets } from '../../../domain/published/sets.ts';
import { questionTasks } from '../../../domain/questions/question.ts';
import { makeCase, testImage } from '../../support/cases.ts';
import { caseRecords, temporaryFolder } from '../../support/datasets.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';
import { buildQuestions } from '../../support/questions.ts';
import { needsSharedData, sharedData } from '../../support/shared-data.ts';

const shared = (path: string): string => join(sharedData ?? '', path);
const paper = evaluationProfile('paper');
const { id: _, diagnosis: __, path: ___, siblings: ____, malignancy: _____, ...picture } = makeCase('x', 'melanoma');

interface Record {
  question_id: string;
  question_type: string;
  question: string;
  gt_answer: string;
  option_A: string;
  option_B: string;
  option_C?: string;
  option_D?: string;
}

/** The questions of a set as its adapter would give them; real-metadata.test.ts holds the adapter. */
async function readyOf(file: string, source: string): Promise<ReadyCase[]> {
  const folder = 'omnimedvqa/reconstructed/QA_information/Open-access';
  const records: Record[] = JSON.parse(await readFile(shared(`${folder}/${file}.json`), 'utf8'));
  return records
    .filter(({ question_type }) => question_type === 'Disease Diagnosis')
    .map(({ question_id, question, gt_answer, option_A, option_B, option_C, option_D }) => {
      const options = [option_A, option_B, option_C, option_D].filter((text) => text !== undefined && text !== null);
      return {
        ...picture,
        id: `${source}/${question_id}`,
        group: question_id,
        source,
        images: [testImage],
        question: { text: question, options, answer: Math.max(0, options.indexOf(gt_answer)) },
      };
    });
}

describe.skipIf(sharedData === null)(`OmniMedVQA${needsSharedData}`, () => {
  const files = ['ISBI2016', 'ISIC2018', 'ISIC2019', 'ISIC2020', 'Monkeypox Skin Image 2022'];
  const benchmark = benchmarkNamed('ood-diagnosis');
  const itemsOf = async (): Promise<BenchmarkItem[]> => {
    const ready = await Promise.all(files.map((file, i) => readyOf(file, oodSets[i]?.source ?? '')));
    return benchmark.items({ ready: ready.flat() }, paper);
  };

  it('has the paper’s 3,652 items, a column for each of the five sets', async () => {
    const items = await itemsOf();
    expect(items).toHaveLength(3652);
    const { columns } = benchmark.summarise(items.map((item) => benchmark.score(item, '')));
    expect(columns.map(({ name, items: count }) => [name, count])).toEqual(
      oodSets.map((set) => [set.source, set.items]),
    );
  });

  it('is read in every plain form of an answer: letter, letter and label, label; never as another option', async () => {
    const unread: string[] = [];
    for (const item of await itemsOf()) {
      for (const { letter, label } of item.options) {
        const once = item.options.filter((other) => other.label.toLowerCase() === label.toLowerCase()).length === 1;
        const forms = [letter, `${letter}: ${label}`, ...(once ? [label] : [])];
        for (const form of forms) {
          const { strict, lenient } = benchmark.score(
            item,
            `<thinking>x</thinking> <final diagnosis>${form}</final diagnosis>`,
          );
          if (strict.letter !== letter || lenient.letter !== letter)
            unread.push(`${form} | ${item.options.map((own) => own.label).join(' | ')} -> ${strict.letter}`);
        }
      }
    }
    expect([...new Set(unread)].slice(0, 20)).toEqual([]);
  });
});

describe.skipIf(sharedData === null)(`PAD-UFES-20${needsSharedData}`, () => {
  it('gives every benchmark of cases, the rows that need no model, and skin tones', async () => {
    const folder = await temporaryFolder();
    await copyFile(shared('pad_ufes_20/metadata.csv'), join(folder, 'metadata.csv'));
    const cases = (await caseRecords('pad-ufes-20', folder)).map((record) =>
      makeCase(`pad-ufes-20/${record.id}`, record.diagnosis, {
        source: record.source,
        group: record.group,
        ...(record.provenance ? { provenance: record.provenance } : {}),
        split: Number(record.group.replaceAll(/\D/g, '')) % 5 === 0 ? 'test' : 'train',
      }),
    );
    const settings = {
      seed: 1,
      granularity: 'leaf',
      distractors: 'set',
      tasks: questionTasks,
      trainingTasks: questionTasks,
    } as const;
    const isTest = new Map(cases.map((c) => [c.id, c.split === 'test']));
    const all = buildQuestions(cases, shippedKnowledge, settings);
    const [test, training] = [true, false].map((wanted) => all.filter(({ caseId }) => isTest.get(caseId) === wanted));
    const sources = { cases: cases.filter((c) => c.split === 'test'), questions: test ?? [] };

    for (const name of ['id-diagnosis', 'lesion-condition', 'ddx', 'hierarchical'])
      expect(benchmarkNamed(name).items(sources, paper).length).toBeGreaterThan(300);

    const condition = benchmarkNamed('lesion-condition');
    const benign = condition.summarise(baselineItems(condition.items(sources, paper), allBenign));
    expect(benign.average.strict.weighted.score.value).toBeLessThan(0.3); // here most are not benign: the paper's 0.23
    expect(benign.average.strict.weighted.macroF1).toBeCloseTo(0.12, 1);

    const diagnosis = benchmarkNamed('id-diagnosis');
    const items = diagnosis.items(sources, paper);
    const rule = fitTextOnly(training ?? [], shippedKnowledge.taxonomy);
    const answer = ({ options }: BenchmarkItem): string => rule({ task: 'diagnosis', options });
    const labelsAlone = diagnosis.summarise(baselineItems(items, { answer }));
    expect(labelsAlone.average.strict.weighted.score.low).toBeGreaterThan(0.5); // chance is 0.25: the other trap

    const right = items.map((item) =>
      diagnosis.score(item, `<thinking>x</thinking> <final diagnosis>${item.answer}</final diagnosis>`),
    );
    const { groups, unknown } = byAttribute(right, 'skin tone');
    expect(groups.map(({ value }) => value)).toEqual(expect.arrayContaining(['I-II', 'III-IV']));
    expect(unknown).toBeGreaterThan(50);
  });
});
