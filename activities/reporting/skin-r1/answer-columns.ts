/**
 * Test questions, and the answers of each model to them, in columns on disk: some 25 bytes per question and 16 per
 * answer, of which memory holds a part. The number of a question stands for its id, that of a patient or lesion for its
 * name.
 */

import { type EvaluationItem, leniently } from '../../../domain/evaluation/item.ts';
import { type TextOnlyItem, textOnlyItem } from '../../../domain/evaluation/text-only.ts';
import { corrupt } from '../../../domain/failures.ts';
import type { ReportedItem, ReportedItems, ReportedQuestion } from '../../../domain/methods/skin-r1/report/compare.ts';
import { type Question, type QuestionTask, questionTasks } from '../../../domain/questions/question.ts';
import { type Key, Texts } from '../../../domain/rows/columns.ts';
import { createDiskNumbers } from '../../answers/disk-numbers.ts';
import { DiskColumn } from '../../disk/disk-column.ts';

const noAnswer = -2;

const questionColumns = (folder: string) => ({
  task: new DiskColumn(folder, Uint8Array),
  group: new DiskColumn(folder, Int32Array),
  source: new DiskColumn(folder, Int32Array),
  diagnosis: new DiskColumn(folder, Int32Array),
  options: new DiskColumn(folder, Uint8Array),
  answer: new DiskColumn(folder, Int8Array),
  expected: new DiskColumn(folder, Int32Array),
  ruleCorrect: new DiskColumn(folder, Uint8Array),
  rulePredicted: new DiskColumn(folder, Int32Array),
});

/** The questions by number, in the order in which they were added. */
export class QuestionColumns {
  private readonly ids = createDiskNumbers();
  private readonly groups = createDiskNumbers();
  /** Labels and names of sets: few, and the same for all models. */
  readonly texts = new Texts();
  /** Of options, from A to Z. */
  readonly letters = new Texts();
  private readonly columns: ReturnType<typeof questionColumns>;

  /** @param folder on this machine's disk, which stands as long as the columns are read */
  constructor(folder: string) {
    this.columns = questionColumns(folder);
  }

  /** @param letter what the rule of labels alone answers; null where that was not measured */
  add(question: Question, letter: string | null): void {
    const { correct, predicted, expected } = textOnlyItem(question, letter ?? question.answer);
    if (this.ids.of(question.id) !== this.columns.task.length)
      throw corrupt(`two test questions have the id ${question.id}`);
    this.columns.task.push(questionTasks.indexOf(question.task));
    this.columns.group.push(this.groups.of(question.group));
    this.columns.source.push(this.texts.numberOf(question.source));
    this.columns.diagnosis.push(this.texts.numberOf(question.diagnosis));
    this.columns.options.push(question.options.length);
    this.columns.answer.push(this.letters.numberOf(question.answer));
    this.columns.expected.push(this.texts.numberOf(expected));
    this.columns.ruleCorrect.push(Number(correct));
    this.columns.rulePredicted.push(letter === null ? noAnswer : this.texts.numberOf(predicted));
  }

  /** -1 where no question has this id. */
  find(id: string): number {
    return this.ids.find(id);
  }

  get(id: Key): ReportedQuestion | undefined {
    if (!this.has(id)) return undefined;
    return { diagnosis: this.text(this.columns.diagnosis.at(id)), options: { length: this.columns.options.at(id) } };
  }

  taskOf(number: number): QuestionTask {
    return questionTasks[this.columns.task.at(number)] ?? 'diagnosis';
  }

  /** What every answer to a question shares. */
  sharedOf(number: number): Pick<ReportedItem, 'id' | 'group' | 'source' | 'task' | 'answer' | 'expected'> {
    return {
      id: number,
      group: this.columns.group.at(number),
      source: this.text(this.columns.source.at(number)),
      task: this.taskOf(number),
      answer: this.letters.textOf(this.columns.answer.at(number)) ?? '',
      expected: this.text(this.columns.expected.at(number)),
    };
  }

  /** The rule's answers by question. */
  readonly textOnly = {
    get: (id: Key): TextOnlyItem | undefined => {
      if (!this.has(id) || this.columns.rulePredicted.at(id) === noAnswer) return undefined;
      const { answer: _, ...shared } = this.sharedOf(id);
      const predicted = this.texts.textOf(this.columns.rulePredicted.at(id));
      return { ...shared, correct: this.columns.ruleCorrect.at(id) === 1, predicted };
    },
  };

  close(): void {
    this.ids.close();
    this.groups.close();
  }

  private has(id: Key): id is number {
    return typeof id === 'number' && id < this.columns.task.length;
  }

  private text(number: number): string {
    return this.texts.textOf(number) ?? '';
  }
}

const answerColumns = (folder: string) => ({
  question: new DiskColumn(folder, Int32Array),
  correct: new DiskColumn(folder, Uint8Array),
  letter: new DiskColumn(folder, Int8Array),
  predicted: new DiskColumn(folder, Int32Array),
  lenientLetter: new DiskColumn(folder, Int8Array),
  lenientPredicted: new DiskColumn(folder, Int32Array),
  lenientCorrect: new DiskColumn(folder, Uint8Array),
});

/** The answers of one model, in the order in which they were added. */
export class AnswerColumns implements ReportedItems {
  private readonly questions: QuestionColumns;
  private readonly columns: ReturnType<typeof answerColumns>;

  constructor(questions: QuestionColumns, folder: string) {
    this.questions = questions;
    this.columns = answerColumns(folder);
  }

  add(number: number, item: Pick<EvaluationItem, 'correct' | 'letter' | 'predicted' | 'lenient' | 'expected'>): void {
    const { correct, letter, predicted, lenient } = item;
    this.columns.question.push(number);
    this.columns.correct.push(Number(correct));
    this.columns.letter.push(this.questions.letters.numberOf(letter));
    this.columns.predicted.push(this.questions.texts.numberOf(predicted));
    this.columns.lenientLetter.push(this.questions.letters.numberOf(lenient.letter));
    this.columns.lenientPredicted.push(this.questions.texts.numberOf(leniently(item)));
    this.columns.lenientCorrect.push(Number(lenient.correct));
  }

  *[Symbol.iterator](): Generator<ReportedItem> {
    for (let at = 0; at < this.columns.question.length; at += 1) yield this.itemAt(at);
  }

  ofTask(task: QuestionTask): Iterable<ReportedItem> {
    return { [Symbol.iterator]: () => this.itemsOf(task) };
  }

  private *itemsOf(task: QuestionTask): Generator<ReportedItem> {
    for (let at = 0; at < this.columns.question.length; at += 1)
      if (this.questions.taskOf(this.columns.question.at(at)) === task) yield this.itemAt(at);
  }

  private itemAt(at: number): ReportedItem {
    const { letters, texts } = this.questions;
    return {
      ...this.questions.sharedOf(this.columns.question.at(at)),
      correct: this.columns.correct.at(at) === 1,
      letter: letters.textOf(this.columns.letter.at(at)),
      predicted: texts.textOf(this.columns.predicted.at(at)),
      lenient: {
        letter: letters.textOf(this.columns.lenientLetter.at(at)),
        correct: this.columns.lenientCorrect.at(at) === 1,
        predicted: texts.textOf(this.columns.lenientPredicted.at(at)),
      },
    };
  }
}
