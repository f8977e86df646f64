/** Scored items by the column of a table, read once: some twenty bytes for each, whatever its texts are. */
import { Column, type Key, Numbering, Texts } from '../rows/columns.ts';
import type { ReaderName, ScoredRow } from './scored.ts';
import type { Classified } from './statistics/macro-f1.ts';

/** What one reader found of an item. */
export interface ItemReading extends Classified {
  /** A number that stands for the item's group. */
  group: Key;
  score: number;
}

export class ScoredColumns {
  private readonly groupNumbers = new Numbering();
  private readonly texts = new Texts();
  private readonly group = new Column();
  private readonly expected = new Column();
  private readonly found: Record<ReaderName, { predicted: Column; score: Column }> = {
    strict: { predicted: new Column(), score: new Column() },
    lenient: { predicted: new Column(), score: new Column() },
  };
  /** Positions of the items of each column. */
  private readonly positions = new Map<string, Column>();

  add(item: Pick<ScoredRow, 'group' | 'expected' | ReaderName>, column: string): void {
    const own = this.positions.get(column) ?? new Column();
    this.positions.set(column, own);
    own.push(this.length);
    this.group.push(this.groupNumbers.of(item.group));
    this.expected.push(this.texts.numberOf(item.expected));
    for (const reader of ['strict', 'lenient'] as const) {
      this.found[reader].predicted.push(this.texts.numberOf(item[reader].predicted));
      this.found[reader].score.push(item[reader].score);
    }
  }

  get length(): number {
    return this.group.length;
  }

  get groupCount(): number {
    return this.groupNumbers.count;
  }

  /** How many different labels were right or named. */
  get labelCount(): number {
    return this.texts.count;
  }

  /** Names of the columns. */
  get names(): string[] {
    return [...this.positions.keys()];
  }

  /** In the order in which they were added; of one column, or of all. They may be read again and again. */
  readings(reader: ReaderName, column?: string): Iterable<ItemReading> {
    return { [Symbol.iterator]: () => this.read(reader, column) };
  }

  private *read(reader: ReaderName, column: string | undefined): Generator<ItemReading> {
    const own = column === undefined ? null : this.positions.get(column);
    const { predicted, score } = this.found[reader];
    for (let i = 0; i < (own ?? this.group).length; i += 1) {
      const at = own ? own.at(i) : i;
      yield {
        group: this.group.at(at),
        expected: this.texts.textOf(this.expected.at(at)) ?? '',
        predicted: this.texts.textOf(predicted.at(at)),
        score: score.at(at),
      };
    }
  }
}
