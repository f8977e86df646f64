/** Judged items in columns: twenty bytes for each, whatever its texts are, where columns are kept. */
import { unreadableForms } from '../questions/extract.ts';
import type { QuestionTask } from '../questions/question.ts';
import { type Key, type NumberList, Texts } from '../rows/columns.ts';
import { leniently } from './item.ts';
import type { SummarisedItem } from './summary.ts';

const flags = { correct: 1, format: 2, lenientCorrect: 4 } as const;

/** Items of one task, in the order in which they were added; each reading makes them again. */
export class ItemColumns implements Iterable<SummarisedItem> {
  private readonly task: QuestionTask;
  private readonly texts = new Texts();
  private readonly letters = new Texts();
  private readonly group: NumberList;
  private readonly expected: NumberList;
  private readonly predicted: NumberList;
  private readonly letter: NumberList;
  private readonly lenientLetter: NumberList;
  private readonly lenientPredicted: NumberList;
  private readonly unreadable: NumberList;
  private readonly flags: NumberList;

  /** @param newColumn where columns are kept: of numbers of so many bytes each */
  constructor(task: QuestionTask, newColumn: (bytes: 1 | 4) => NumberList) {
    this.task = task;
    [this.group, this.expected, this.predicted] = [newColumn(4), newColumn(4), newColumn(4)];
    [this.letter, this.lenientLetter, this.lenientPredicted] = [newColumn(1), newColumn(1), newColumn(4)];
    [this.unreadable, this.flags] = [newColumn(1), newColumn(1)];
  }

  /** @param group number that stands for the item's group */
  add(item: Omit<SummarisedItem, 'group' | 'task'>, group: number): void {
    this.group.push(group);
    this.expected.push(this.texts.numberOf(item.expected));
    this.predicted.push(this.texts.numberOf(item.predicted));
    this.letter.push(this.letters.numberOf(item.letter));
    this.lenientLetter.push(this.letters.numberOf(item.lenient.letter));
    this.lenientPredicted.push(this.texts.numberOf(leniently(item)));
    this.unreadable.push(item.unreadable === null ? -1 : unreadableForms.indexOf(item.unreadable));
    this.flags.push(
      (item.correct ? flags.correct : 0) |
        (item.format ? flags.format : 0) |
        (item.lenient.correct ? flags.lenientCorrect : 0),
    );
  }

  *[Symbol.iterator](): Generator<SummarisedItem & { group: Key }> {
    for (let at = 0; at < this.group.length; at += 1) {
      const has = this.flags.at(at);
      yield {
        task: this.task,
        group: this.group.at(at),
        expected: this.texts.textOf(this.expected.at(at)) ?? '',
        predicted: this.texts.textOf(this.predicted.at(at)),
        letter: this.letters.textOf(this.letter.at(at)),
        unreadable: unreadableForms[this.unreadable.at(at)] ?? null,
        correct: (has & flags.correct) !== 0,
        format: (has & flags.format) !== 0,
        lenient: {
          letter: this.letters.textOf(this.lenientLetter.at(at)),
          correct: (has & flags.lenientCorrect) !== 0,
          predicted: this.texts.textOf(this.lenientPredicted.at(at)),
        },
      };
    }
  }
}
