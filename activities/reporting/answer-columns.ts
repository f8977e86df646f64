/**
 * Test questions, and the answers of each model to them, in columns on disk: some 25 bytes per question and 16 per
 * answer, of which memory holds a part. The number of a question stands for its id, that of a patient or lesion for its
 * name.
 */

import { type EvaluationItem, leniently } from '../../domain/evaluation/item.ts';
import { type TextOnlyItem, textOnlyItem } from '../../domain/evaluation/text-only.ts';
import { corrupt } from '../../domain/failures.ts';
import { type Question, type QuestionTask, questionTasks } from '../../domain/questions/question.ts';
import type { ReportedItem, ReportedItems, ReportedQuestion } from '../../domain/report/compare.ts';
import { type Key, Texts } from '../../domain/rows/columns.ts';
import { createDiskNumbers } from '../answers/disk-numbers.ts';
import { DiskColumn } from './disk-column.ts';

const noAnswer = -2;

/** The questions by number, in the order in which they were added. */
export class QuestionColumns {
  private readonly ids = createDiskNumbers();
  private readonly groups = createDiskNumbers();
  /** Labels and names of sets: few, and the same for all models. */
  readonly texts = new Texts();
  /** Of options, from A to Z. */
  readonly letters = new Texts();
  private readonly task: DiskColumn;
  private readonly group: DiskColumn;
  private readonly source: DiskColumn;
  private readonly diagnosis: DiskColumn;
  private readonly options: DiskColumn;
  private readonly answer: DiskColumn;
  private readonly expected: DiskColumn;
  private readonly ruleCorrect: DiskColumn;
  private readonly rulePredicted: DiskColumn;

  /** @param folder on this machine's disk, which stands as long as the columns are read */
  constructor(folder: string) {
    this.task = new DiskColumn(folder, Uint8Array);
    this.group = new DiskColumn(folder, Int32Array);
    this.source = new DiskColumn(folder, Int32Array);
    this.diagnosis = new DiskColumn(folder, Int32Array);
    this.options = new DiskColumn(folder, Uint8Array);
    this.answer = new DiskColumn(folder, Int8Array);
    this.expected = new DiskColumn(folder, Int32Array);
    this.ruleCorrect = new DiskColumn(folder, Uint8Array);
    this.rulePredicted = new DiskColumn(folder, Int32Array);
  }

  /** @param letter what the rule of labels alone answers; null where that was not measured */
  add(question: Question, letter: string | null): void {
    const { correct, predicted, expected } = textOnlyItem(question, letter ?? question.answer);
    if (this.ids.of(question.id) !== this.task.length) throw corrupt(`two test questions have the id ${question.id}`);
    this.task.push(questionTasks.indexOf(question.task));
    this.group.push(this.groups.of(question.group));
    this.source.push(this.texts.numberOf(question.source));
    this.diagnosis.push(this.texts.numberOf(question.diagnosis));
    this.options.push(question.options.length);
    this.answer.push(this.letters.numberOf(question.answer));
    this.expected.push(this.texts.numberOf(expected));
    this.ruleCorrect.push(Number(correct));
    this.rulePredicted.push(letter === null ? noAnswer : this.texts.numberOf(predicted));
  }

  /** -1 where no question has this id. */
  find(id: string): number {
    return this.ids.find(id);
  }

  get(id: Key): ReportedQuestion | undefined {
    if (!this.has(id)) return undefined;
    return { diagnosis: this.text(this.diagnosis.at(id)), options: { length: this.options.at(id) } };
  }

  taskOf(number: number): QuestionTask {
    return questionTasks[this.task.at(number)] ?? 'diagnosis';
  }

  /** What every answer to a question shares. */
  sharedOf(number: number): Pick<ReportedItem, 'id' | 'group' | 'source' | 'task' | 'answer' | 'expected'> {
    return {
      id: number,
      group: this.group.at(number),
      source: this.text(this.source.at(number)),
      task: this.taskOf(number),
      answer: this.letters.textOf(this.answer.at(number)) ?? '',
      expected: this.text(this.expected.at(number)),
    };
  }

  /** The rule's answers by question. */
  readonly textOnly = {
    get: (id: Key): TextOnlyItem | undefined => {
      if (!this.has(id) || this.rulePredicted.at(id) === noAnswer) return undefined;
      const { answer: _, ...shared } = this.sharedOf(id);
      const predicted = this.texts.textOf(this.rulePredicted.at(id));
      return { ...shared, correct: this.ruleCorrect.at(id) === 1, predicted };
    },
  };

  close(): void {
    this.ids.close();
    this.groups.close();
  }

  private has(id: Key): id is number {
    return typeof id === 'number' && id < this.task.length;
  }

  private text(number: number): string {
    return this.texts.textOf(number) ?? '';
  }
}

/** The answers of one model, in the order in which they were added. */
export class AnswerColumns implements ReportedItems {
  private readonly questions: QuestionColumns;
  private readonly question: DiskColumn;
  private readonly correct: DiskColumn;
  private readonly letter: DiskColumn;
  private readonly predicted: DiskColumn;
  private readonly lenientLetter: DiskColumn;
  private readonly lenientPredicted: DiskColumn;
  private readonly lenientCorrect: DiskColumn;

  constructor(questions: QuestionColumns, folder: string) {
    this.questions = questions;
    this.question = new DiskColumn(folder, Int32Array);
    this.correct = new DiskColumn(folder, Uint8Array);
    this.letter = new DiskColumn(folder, Int8Array);
    this.predicted = new DiskColumn(folder, Int32Array);
    this.lenientLetter = new DiskColumn(folder, Int8Array);
    this.lenientPredicted = new DiskColumn(folder, Int32Array);
    this.lenientCorrect = new DiskColumn(folder, Uint8Array);
  }

  add(number: number, item: Pick<EvaluationItem, 'correct' | 'letter' | 'predicted' | 'lenient' | 'expected'>): void {
    const { correct, letter, predicted, lenient } = item;
    this.question.push(number);
    this.correct.push(Number(correct));
    this.letter.push(this.questions.letters.numberOf(letter));
    this.predicted.push(this.questions.texts.numberOf(predicted));
    this.lenientLetter.push(this.questions.letters.numberOf(lenient.letter));
    this.lenientPredicted.push(this.questions.texts.numberOf(leniently(item)));
    this.lenientCorrect.push(Number(lenient.correct));
  }

  *[Symbol.iterator](): Generator<ReportedItem> {
    for (let at = 0; at < this.question.length; at += 1) yield this.itemAt(at);
  }

  ofTask(task: QuestionTask): Iterable<ReportedItem> {
    return { [Symbol.iterator]: () => this.itemsOf(task) };
  }

  private *itemsOf(task: QuestionTask): Generator<ReportedItem> {
    for (let at = 0; at < this.question.length; at += 1)
      if (this.questions.taskOf(this.question.at(at)) === task) yield this.itemAt(at);
  }

  private itemAt(at: number): ReportedItem {
    const { letters, texts } = this.questions;
    return {
      ...this.questions.sharedOf(this.question.at(at)),
      correct: this.correct.at(at) === 1,
      letter: letters.textOf(this.letter.at(at)),
      predicted: texts.textOf(this.predicted.at(at)),
      lenient: {
        letter: letters.textOf(this.lenientLetter.at(at)),
        correct: this.lenientCorrect.at(at) === 1,
        predicted: texts.textOf(this.lenientPredicted.at(at)),
      },
    };
  }
}
