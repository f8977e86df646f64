/**
 * What the models of a run answered, read one row at a time. Of each test question and each answer to it the report's
 * numbers need a few fields, which lie in columns on disk. The long parts, options and outputs, are kept of the
 * questions that the report shows.
 */
import type { Manifest } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { ReportInput } from '../../../domain/contracts/report.ts';
import { corrupt } from '../../../domain/failures.ts';
import { finalOf, type ReportSources, shownQuestions } from '../../../domain/methods/skin-r1/report/build.ts';
import { orderModels } from '../../../domain/methods/skin-r1/report/models.ts';
import type { ShownAnswer } from '../../../domain/methods/skin-r1/report/samples.ts';
import type { Key } from '../../../domain/rows/columns.ts';
import { pairRows } from '../../pair-rows.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { fetchJson, fetchRows } from '../../store/rows.ts';
import { AnswerColumns, QuestionColumns } from './answer-columns.ts';
import { createConfusionFiles } from './confusion-files.ts';

type ReportAnswers = Pick<ReportSources, 'questions' | 'textOnly' | 'summaries' | 'items' | 'shown'>;

const files = { ...artifactFiles.evaluation, ...artifactFiles.questions };

export async function readAnswers(store: ArtifactStore, input: ReportInput, folder: string): Promise<ReportAnswers> {
  const questions = new QuestionColumns(folder);
  try {
    for await (const [question, letter] of readQuestions(store, await store.manifest(input.data.questions), folder))
      questions.add(question, letter);
    const summaries: ReportSources['summaries'][number][] = [];
    const items = new Map<string, AnswerColumns>();
    for (const { label, evaluation } of input.evaluations) {
      const matrices = createConfusionFiles(folder);
      const { name, schema } = files.summary;
      const summary = await fetchJson(store, evaluation, name, schema, folder, matrices.take);
      summaries.push({ label, ...matrices.complete(summary) });
      const own = new AnswerColumns(questions, folder);
      items.set(label, own);
      for await (const item of await fetchRows(store, evaluation, files.items.name, files.items.schema, folder)) {
        const number = questions.find(item.id);
        if (number < 0) throw corrupt(`evaluation ${evaluation.key}: ${item.id} is not a test question of the run`);
        own.add(number, item);
      }
    }
    const answers = { questions, textOnly: questions.textOnly, summaries, items };
    return { ...answers, shown: await readShown(store, input, folder, answers) };
  } finally {
    questions.close();
  }
}

/** With what labels alone answer: null of questions that were made before this was measured. */
async function* readQuestions(store: ArtifactStore, manifest: Manifest, folder: string) {
  const questions = await fetchRows(store, manifest, files.test.name, files.test.schema, folder);
  if (!(files.textOnly.name in manifest.files)) {
    for await (const question of questions) yield [question, null] as const;
    return;
  }
  const answers = await fetchRows(store, manifest, files.textOnly.name, files.textOnly.schema, folder);
  for await (const [question, { letter }] of pairRows(questions, answers)) yield [question, letter] as const;
}

/** The questions that the report shows, with what the final model wrote. */
async function readShown(
  store: ArtifactStore,
  input: ReportInput,
  folder: string,
  answers: Pick<ReportAnswers, 'summaries' | 'items'> & { questions: QuestionColumns },
): Promise<Map<Key, ShownAnswer>> {
  const numbers = new Set(shownQuestions({ input, ...answers }));
  const final = finalOf(orderModels(answers.summaries), input).label;
  const evaluation = input.evaluations.find(({ label }) => label === final)?.evaluation;
  const outputs = new Map<number, string>();
  if (evaluation)
    for await (const item of await fetchRows(store, evaluation, files.items.name, files.items.schema, folder)) {
      const number = answers.questions.find(item.id);
      if (numbers.has(number)) outputs.set(number, item.output);
    }
  const shown = new Map<Key, ShownAnswer>();
  let number = 0;
  for await (const question of await fetchRows(
    store,
    input.data.questions,
    files.test.name,
    files.test.schema,
    folder,
  )) {
    const output = outputs.get(number);
    if (output !== undefined) shown.set(number, { question, output });
    number += 1;
  }
  return shown;
}
