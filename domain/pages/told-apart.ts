/**
 * Items of several evaluations, told apart by what they ask. Data that were made a second time, and a file of items that was
 * changed, may ask something else under an id that an earlier evaluation has: such items are no pair.
 */
import type { BenchmarkItem } from '../benchmarks/benchmark.ts';

type Asked = ReadonlyMap<string, BenchmarkItem>;

/** Picture, options and right answer. The wording is none of it: a model is compared under two of them. */
const contentOf = ({ image, options, answer, diagnosis, concepts }: BenchmarkItem): string =>
  JSON.stringify([image.sha256, options.map(({ letter, label }) => [letter, label]), answer, diagnosis, concepts]);

/**
 * A function that is given one evaluation after another and returns the id under which each of its items is compared:
 * its own, and of an item that asks something else than an earlier one of that id another. What is not known to have
 * been asked keeps its id.
 */
export function itemNames(): (asked: Asked) => (id: string) => string {
  const seen = new Map<string, string[]>();
  return (asked) => (id) => {
    const item = asked.get(id);
    if (!item) return id;
    const contents = seen.get(id) ?? [];
    seen.set(id, contents);
    const content = contentOf(item);
    const known = contents.indexOf(content);
    const place = known < 0 ? contents.push(content) - 1 : known;
    return place === 0 ? id : `${id} (question ${place + 1})`;
  };
}
