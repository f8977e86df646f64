/**
 * What the models of a run answered, read one row at a time. Of each test question and each answer to it the report's
 * numbers need a few fields, which stay in memory: some 300 bytes per question and 100 more per model that was asked it.
 * The long parts, options and outputs, are kept of the questions that the report shows.
 */
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { ReportInput } from '../../domain/contracts/report.ts';
import { type TextOnlyItem, textOnlyItem } from '../../domain/evaluation/text-only.ts';
import { type ReportSources, shownQuestions } from '../../domain/report/build.ts';
import type { ReportedItem, ReportedQuestion } from '../../domain/report/compare.ts';
import { finalModel, orderModels } from '../../domain/report/models.ts';
import type { ShownAnswer } from '../../domain/report/samples.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { readJson } from '../store/commit.ts';
import { fetchRows } from '../store/rows.ts';

type Answers = Pick<ReportSources, 'questions' | 'textOnly' | 'summaries' | 'items' | 'shown'>;

const files = { ...artifactFiles.evaluation, ...artifactFiles.questions };

export async function readAnswers(store: ArtifactStore, input: ReportInput, folder: string): Promise<Answers> {
  const same = createInterner();
  const { questions, textOnly } = await readQuestions(store, input, folder, same);
  const summaries: ReportSources['summaries'][number][] = [];
  const items = new Map<string, ReportedItem[]>();
  for (const { label, evaluation } of input.evaluations) {
    summaries.push({ label, ...(await readJson(store, evaluation, files.summary.name, files.summary.schema)) });
    const own: ReportedItem[] = [];
    items.set(label, own);
    for await (const item of await fetchRows(store, evaluation, files.items.name, files.items.schema, folder)) {
      const { task, correct, letter, predicted } = item;
      const [id, group, source] = [same(item.id), same(item.group), same(item.source)];
      const [answer, expected] = [same(item.answer), same(item.expected)];
      const chosen = { letter: letter && same(letter), predicted: predicted && same(predicted) };
      own.push({ id, group, source, task, correct, answer, expected, ...chosen });
    }
  }
  const answers = { questions, textOnly, summaries, items };
  return { ...answers, shown: await readShown(store, input, folder, answers) };
}

async function readQuestions(
  store: ArtifactStore,
  { data }: ReportInput,
  folder: string,
  same: (text: string) => string,
): Promise<Pick<Answers, 'questions' | 'textOnly'>> {
  const manifest = await store.manifest(data.questions);
  const letters = new Map<string, string>();
  // Questions that were made before this was measured have no such file.
  if (files.textOnly.name in manifest.files)
    for await (const { id, letter } of await fetchRows(
      store,
      manifest,
      files.textOnly.name,
      files.textOnly.schema,
      folder,
    ))
      letters.set(same(id), same(letter));
  const questions = new Map<string, ReportedQuestion>();
  const textOnly = new Map<string, TextOnlyItem>();
  for await (const question of await fetchRows(store, manifest, files.test.name, files.test.schema, folder)) {
    const id = same(question.id);
    questions.set(id, { diagnosis: same(question.diagnosis), options: { length: question.options.length } });
    const letter = letters.get(id);
    if (letter === undefined) continue;
    const { group, source, task, correct, predicted, expected } = textOnlyItem(question, letter);
    const labels = { predicted: predicted && same(predicted), expected: same(expected) };
    textOnly.set(id, { id, group: same(group), source: same(source), task, correct, ...labels });
  }
  return { questions, textOnly };
}

/** The questions that the report shows, with what the final model wrote. */
async function readShown(
  store: ArtifactStore,
  input: ReportInput,
  folder: string,
  answers: Pick<Answers, 'questions' | 'summaries' | 'items'>,
): Promise<Map<string, ShownAnswer>> {
  const ids = new Set(shownQuestions({ input, ...answers }));
  const final = finalModel(orderModels(answers.summaries), input.chosen).label;
  const evaluation = input.evaluations.find(({ label }) => label === final)?.evaluation;
  const outputs = new Map<string, string>();
  if (evaluation)
    for await (const item of await fetchRows(store, evaluation, files.items.name, files.items.schema, folder))
      if (ids.has(item.id)) outputs.set(item.id, item.output);
  const shown = new Map<string, ShownAnswer>();
  for await (const question of await fetchRows(
    store,
    input.data.questions,
    files.test.name,
    files.test.schema,
    folder,
  )) {
    const output = outputs.get(question.id);
    if (output !== undefined) shown.set(question.id, { question, output });
  }
  return shown;
}

/** Gives equal texts as one: ids, patients and labels come again with every model. */
function createInterner(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const first = known.get(text);
    if (first !== undefined) return first;
    known.set(text, text);
    return text;
  };
}
