/** The report of a simulated run, made by the real code out of cases and questions in memory. */
import { digestOf } from '../../domain/artifact.ts';
import type { Case, Split } from '../../domain/cases/case.ts';
import { createCaseTally } from '../../domain/cases/data-report.ts';
import { createDealer, dealOrder, stratumOf } from '../../domain/cases/splits.ts';
import { demoDiagnoses } from '../../domain/demo/findings.ts';
import { summariseItems } from '../../domain/evaluation/summary.ts';
import { fitTextOnly, textOnlyItem } from '../../domain/evaluation/text-only.ts';
import { buildReport, finalOf, type ReportSources } from '../../domain/methods/skin-r1/report/build.ts';
import { orderModels } from '../../domain/methods/skin-r1/report/models.ts';
import type { Report } from '../../domain/methods/skin-r1/report/report.ts';
import type { LineageEntry } from '../../domain/report/parts.ts';
import { makeCase } from './cases.ts';
import { benchmarkResult } from './fake-activities.ts';
import { shippedKnowledge } from './knowledge.ts';
import { buildQuestions } from './questions.ts';
import { demoRecipe } from './recipes.ts';
import {
  demoModels,
  type SimulatedModel,
  simulateAnswers,
  simulateCompletions,
  simulateGrpoLog,
  simulateSftLog,
} from './simulated-run.ts';

const recipe = demoRecipe();

/** 160 cases, two per patient; each diagnosis as often as another. */
export function sampleCases(): Case[] {
  const cases = demoDiagnoses.flatMap(({ name }, d) =>
    Array.from({ length: 20 }, (_, i) => {
      const image = { sha256: `${d}${i % 10}`.padEnd(64, String(i % 9)), bytes: 100, width: 112, height: 112 };
      return makeCase(`case-${d}-${i}`, name, { group: `patient-${d}-${i >> 1}`, images: [image] });
    }),
  );
  return withSplits(cases);
}

/** Whole patients, dealt within each diagnosis. */
function withSplits(cases: readonly Case[]): Case[] {
  const dealer = createDealer(recipe.data.split);
  const splitOf = new Map<string, Split>();
  for (const [, own] of [...Map.groupBy(cases, stratumOf)].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    dealer.beginStratum();
    const patients = [...Map.groupBy(own, ({ group }) => group)].map(([group, members]) => ({
      ...{ group, size: members.length, order: dealOrder(recipe.seed, group) },
    }));
    for (const { group, size } of patients.toSorted((a, b) => (a.order < b.order ? -1 : 1)))
      splitOf.set(group, dealer.deal(size));
  }
  return cases.map((c) => ({ ...c, split: splitOf.get(c.group) ?? 'train' }));
}

export function sampleSources(models: readonly SimulatedModel[] = demoModels): ReportSources {
  const cases = sampleCases();
  const settings = {
    seed: recipe.seed,
    granularity: recipe.rewards.granularity,
    distractors: recipe.questions.distractors,
    tasks: recipe.evaluation.tasks,
  };
  const splitOf = new Map(cases.map((c) => [c.id, c.split]));
  const all = buildQuestions(cases, shippedKnowledge, { ...settings, trainingTasks: recipe.evaluation.tasks });
  const questions = all.filter(({ caseId }) => splitOf.get(caseId) === 'test');
  const train = all.filter(({ caseId }) => splitOf.get(caseId) === 'train');
  const rule = fitTextOnly(train, shippedKnowledge.taxonomy);
  const answers = models.map((model) => ({ ...model, items: simulateAnswers(questions, model) }));
  const tally = createCaseTally();
  for (const c of cases) tally.add(c);
  const summaries = answers.map(({ label, step, image, items }) => ({
    ...{ label, step, image },
    tasks: summariseItems(items),
  }));
  const { label } = finalOf(orderModels(summaries), { recipe });
  const final = answers.find((model) => model.label === label);
  const count = (split: string): number => cases.filter((c) => c.split === split).length;
  const ref = (kind: 'dataset' | 'questions' | 'trajectories') => ({ kind, key: kind, sha256: digestOf(kind) });
  return {
    input: {
      run: 'demo-5f2a9c0d1e3b',
      recipe,
      model: { base: 'tiny', sha256: digestOf('model') },
      data: {
        dataset: ref('dataset'),
        textbook: ref('dataset'),
        questions: ref('questions'),
        counts: {
          train: count('train'),
          validation: count('validation'),
          test: count('test'),
          textbook: 1400,
          quarantined: 3,
        },
      },
      trajectories: {
        trajectories: ref('trajectories'),
        counts: { train: 610, validation: 30, llmCalls: 60, rejected: 2 },
      },
      probes: {
        rows: ['Nearest neighbour, tiny', 'Linear probe, tiny'].map((label) => benchmarkResult(label, 'id-diagnosis')),
        remarks: [
          'lesion-condition: nearest neighbour and linear probe: absent: no option of its items was seen in training',
        ],
      },
    },
    cases: tally,
    funnel: [
      { name: 'all images', images: 19_559, classes: 210 },
      { name: 'skin cancers and their differential diagnoses', images: 5_120, classes: 61 },
      { name: 'classes of at least 20 images', images: 4_870, classes: 44 },
    ],
    questions: new Map(questions.map((question) => [question.id, question])),
    textOnly: new Map(questions.map((question) => [question.id, textOnlyItem(question, rule(question))])),
    summaries,
    items: new Map(answers.map(({ label, items }) => [label, items])),
    shown: new Map(questions.map((question, i) => [question.id, { question, output: final?.items[i]?.output ?? '' }])),
    logs: {
      concepts: [],
      sft: [...simulateSftLog(0, 24, 48), ...simulateSftLog(24, 48, 48)],
      grpo: [20, 40, 60].flatMap((end) => simulateGrpoLog(end - 20, end, { total: 60, start: 1.6, end: 1.85 })),
      'rl-only': simulateGrpoLog(0, 60, { total: 60, start: 1.2, end: 1.25 }),
    },
    completions: simulateCompletions(train, 0, 60, recipe.rewards),
    lineage: sampleLineage(),
    software: { dermflow: '0.1.0', torch: '2.15.0' },
  };
}

export interface Made {
  name: string;
  kind: LineageEntry['kind'];
  method: string;
  from: string[];
}

/** Each made from others by their names; a name that no entry has is no artifact. */
export const lineageOf = (made: readonly Made[]): LineageEntry[] =>
  made.map(({ name, kind, method, from }) => ({
    kind,
    method,
    key: name,
    sha256: digestOf(name),
    files: 2,
    bytes: 1_234_567,
    inputs: from.map((input) => ({
      name: input,
      sha256: digestOf(input),
      artifact: made.some((other) => other.name === input),
    })),
  }));

const sampleLineage = (): LineageEntry[] =>
  lineageOf([
    { name: 'imported', kind: 'dataset', method: 'import/1', from: ['contents', 'knowledge'] },
    { name: 'split', kind: 'dataset', method: 'split/1', from: ['imported'] },
    { name: 'asked', kind: 'questions', method: 'questions/1', from: ['split', 'knowledge'] },
    { name: 'written', kind: 'trajectories', method: 'trajectories/1', from: ['imported', 'knowledge'] },
    { name: 'epoch-1', kind: 'checkpoint', method: 'sft/1', from: ['model', 'written'] },
    { name: 'epoch-2', kind: 'checkpoint', method: 'sft/1', from: ['model', 'written'] },
    { name: 'policy', kind: 'checkpoint', method: 'grpo/1', from: ['model', 'asked', 'epoch-2'] },
    { name: 'scores', kind: 'evaluation', method: 'evaluate/1', from: ['model', 'asked', 'policy'] },
    { name: 'weights', kind: 'adapter', method: 'adapter/1', from: ['policy'] },
  ]);

/** A picture of one pixel. */
export const pixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Opens a dialog in any page that takes it for markup, in text or in an attribute. */
export const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>'`;

/** A report in which every text that comes from outside is hostile. */
export function hostileReport(): Report {
  const report = sampleReport();
  const labels = (task: Report['evaluations'][number]['tasks'][number]) =>
    task.confusion.labels.map((l) => l + hostile);
  return {
    ...report,
    run: hostile,
    model: { ...report.model, base: hostile },
    summary: [hostile],
    baselines: report.baselines.map(({ textOnly, ...b }) => ({
      ...b,
      majority: { ...b.majority, label: hostile },
      ...(textOnly
        ? { textOnly: { ...textOnly, sets: textOnly.sets.map((set) => ({ ...set, source: hostile })) } }
        : {}),
    })),
    evaluations: report.evaluations.map((model) => ({
      ...model,
      title: `${model.title} ${hostile}`,
      tasks: model.tasks.map((task) => ({ ...task, confusion: { ...task.confusion, labels: labels(task) } })),
    })),
    completions: report.completions.map((line) => ({ ...line, completion: hostile, components: { [hostile]: 1 } })),
    samples: report.samples.map((sample) => ({
      ...sample,
      diagnosis: hostile,
      options: sample.options.map((option) => ({ ...option, label: hostile })),
      output: hostile,
      others: [{ label: hostile, predicted: hostile, correct: false }],
    })),
    data: { ...report.data, diagnoses: report.data.diagnoses.map((d) => ({ ...d, diagnosis: d.diagnosis + hostile })) },
    lineage: report.lineage.map((entry) => ({
      ...entry,
      method: `${entry.method} ${hostile}`,
      inputs: entry.inputs.map((input) => ({ ...input, name: hostile })),
    })),
    software: { [hostile]: hostile },
  };
}

const built = await buildReport(sampleSources());

export const sampleReport = (): Report => structuredClone(built);
