/** The files of a `questions` artifact, written one question at a time. */
import { join } from 'node:path';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { Case } from '../../../domain/cases/case.ts';
import { createTextOnlyRule } from '../../../domain/evaluation/text-only.ts';
import type { Knowledge } from '../../../domain/knowledge/knowledge.ts';
import { type QuestionSettings, questionMaker } from '../../../domain/questions/build.ts';
import { createLabelCensus } from '../../../domain/questions/distractors.ts';
import { type Question, questionTasks } from '../../../domain/questions/question.ts';
import { createRandom } from '../../../domain/random.ts';
import type { Made } from '../../commit-once.ts';
import { writeLineFiles } from '../../json-lines.ts';
import type { Rows } from '../../rows.ts';
import { inTurns, openScratchDatabase } from '../../scratch-database.ts';
import { createDiskCounts } from './disk-counts.ts';
import { createMatchedBlocks } from './matched-blocks.ts';

const files = artifactFiles.questions;

/** Writes them below `folder`. Memory holds four bytes per test question, and what is known of labels. */
export async function writeQuestions(
  cases: Rows<Case>,
  knowledge: Knowledge,
  settings: Omit<QuestionSettings, 'trainingTasks'>,
  folder: string,
): Promise<Made> {
  const { seed, distractors } = settings;
  const labels = createLabelCensus();
  using blocks = createMatchedBlocks(knowledge, seed);
  // First all labels: wrong options come from the whole set's.
  for await (const c of cases) {
    labels.add(c);
    if (distractors === 'matched') blocks.add(c);
  }
  await blocks.deal();
  let at = 0;
  // Training cases are asked everything for the rule's sake.
  const make = questionMaker({ labels, matched: (_, task) => blocks.of(at, task) }, knowledge, {
    ...settings,
    trainingTasks: questionTasks,
  });
  using among = createDiskCounts();
  const rule = createTextOnlyRule(knowledge.taxonomy, among);
  using test = openScratchDatabase('create table question (number integer primary key, line text)');
  const insert = test.prepare('insert into question values (?, ?)');
  const paths = {
    train: join(folder, files.train.name),
    validation: join(folder, files.validation.name),
    test: join(folder, files.test.name),
    textOnly: join(folder, files.textOnly.name),
  };
  const facts = await writeLineFiles(paths, async (writers) => {
    let tested = 0;
    for await (const c of cases) {
      for (const question of make(c)) {
        if (c.split === 'train') rule.learn(question);
        if (c.split === 'validation' || (c.split === 'train' && question.task === 'diagnosis'))
          await writers[c.split].write(question);
        if (c.split === 'test') insert.run(tested++, JSON.stringify(question));
      }
      at += 1;
    }
    await among.sum();
    // Tables are often sorted by diagnosis, and `evaluation.maxItems` asks the first ones.
    const select = test.prepare('select line from question where number = ?');
    for await (const number of inTurns(createRandom(`questions/${seed}/order`).order(tested))) {
      const question: Question = JSON.parse(String(select.get(number)?.line)); // as it was written above
      await writers.test.write(question);
      await writers.textOnly.write({ id: question.id, letter: rule.answer(question) });
    }
    return { train: writers.train.count(), validation: writers.validation.count(), test: tested };
  });
  const sources = Object.entries(paths).map(([name, path]) => [files[name as keyof typeof paths].name, { path }]); // its own keys
  return { facts, files: Object.fromEntries(sources) };
}
