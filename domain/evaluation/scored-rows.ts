/** Of scored items what their sums are made of, read again and again: some fifty bytes for each, whatever its texts are. */
import { unreadableForms } from '../questions/extract.ts';
import { Column, Texts } from '../rows/columns.ts';
import type { BenchmarkReading, ReaderName, ScoredRow } from './scored.ts';

export class ScoredRows implements Iterable<ScoredRow> {
  private readonly groups = new Column();
  private readonly texts = new Texts();
  private readonly sources = new Column();
  /** As JSON: pictures of a kind have the same. */
  private readonly attributes = new Column();
  private readonly expected = new Column();
  private readonly unreadable = new Column();
  /** -1 where there is none. */
  private readonly confidence = new Column();
  private readonly readings: Record<ReaderName, ReadingColumns> = {
    strict: new ReadingColumns(this.texts),
    lenient: new ReadingColumns(this.texts),
  };

  /** A number stands for the group. */
  add(item: Omit<ScoredRow, 'group'> & { group: number }): void {
    this.groups.push(item.group);
    this.sources.push(this.texts.numberOf(item.source));
    this.attributes.push(this.texts.numberOf(JSON.stringify(item.attributes)));
    this.expected.push(this.texts.numberOf(item.expected));
    this.unreadable.push(item.unreadable === null ? -1 : unreadableForms.indexOf(item.unreadable));
    this.confidence.push(item.confidence ?? -1);
    this.readings.strict.push(item.strict);
    this.readings.lenient.push(item.lenient);
  }

  *[Symbol.iterator](): Generator<ScoredRow> {
    const attributes = new Map<number, ScoredRow['attributes']>();
    const attributesAt = (at: number): ScoredRow['attributes'] => {
      const number = this.attributes.at(at);
      const known = attributes.get(number) ?? JSON.parse(this.texts.textOf(number) ?? '{}');
      attributes.set(number, known);
      return known;
    };
    for (let at = 0; at < this.groups.length; at += 1) {
      const confidence = this.confidence.at(at);
      yield {
        group: this.groups.at(at),
        source: this.texts.textOf(this.sources.at(at)) ?? '',
        attributes: attributesAt(at),
        expected: this.texts.textOf(this.expected.at(at)) ?? '',
        unreadable: unreadableForms[this.unreadable.at(at)] ?? null,
        strict: this.readings.strict.at(at),
        lenient: this.readings.lenient.at(at),
        ...(confidence < 0 ? {} : { confidence }),
      };
    }
  }
}

class ReadingColumns {
  private readonly texts: Texts;
  private readonly letter = new Column();
  private readonly predicted = new Column();
  private readonly correct = new Column();
  private readonly score = new Column();

  constructor(texts: Texts) {
    this.texts = texts;
  }

  push({ letter, predicted, correct, score }: BenchmarkReading): void {
    this.letter.push(this.texts.numberOf(letter));
    this.predicted.push(this.texts.numberOf(predicted));
    this.correct.push(Number(correct));
    this.score.push(score);
  }

  at(index: number): BenchmarkReading {
    return {
      letter: this.texts.textOf(this.letter.at(index)),
      predicted: this.texts.textOf(this.predicted.at(index)),
      correct: this.correct.at(index) === 1,
      score: this.score.at(index),
    };
  }
}
