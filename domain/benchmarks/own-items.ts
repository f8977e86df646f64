/**
 * A user's own benchmark: JSON lines, an item each. With options it is read and scored as multiple choice, without them
 * as an open question whose answer is a diagnosis.
 */
import { z } from 'zod';
import type { ImageRef } from '../cases/case.ts';
import { userMistake } from '../failures.ts';
import { malignancySchema } from '../knowledge/malignancy.ts';
import type { EvaluationProfile } from '../prompts/profile.ts';
import { itemPrompt } from '../prompts/prompts.ts';
import { checkedLine, givenLines } from '../rows/given-lines.ts';
import type { Benchmark, BenchmarkItem } from './benchmark.ts';
import { answeredAs } from './scoring/answer-rules.ts';
import { synonymsOf } from './scoring/disease-names.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A line of the file. */
export const ownItemSchema = z
  .strictObject({
    /** Unique in the file. */
    id: z.string().min(1),
    /** Path of the picture, relative to the file. */
    image: z.string().min(1),
    question: z.string().min(1),
    /** In the order of the letters A, B, …; absent: an open question. */
    options: z.array(z.string().min(1)).min(2).max(letters.length).optional(),
    /** The right option, word for word, or the diagnosis of an open question. */
    answer: z.string().min(1),
    /** A certified narrative of the picture, with which `--judge` compares answers to an open question. */
    reference: z.string().min(1).optional(),
    /** Patient or lesion; absent: the item stands for itself. */
    group: z.string().min(1).optional(),
    /** The column in which it is counted; absent: the benchmark's name. */
    source: z.string().min(1).optional(),
    malignancy: malignancySchema.optional(),
    /** By which results may be broken down. */
    attributes: z.record(z.string(), z.string()).optional(),
    /** In place of the profile's wording: the complete text, in which `{question}` and `{options}` are not replaced. */
    prompt: z.string().min(1).optional(),
    system: z.string().min(1).optional(),
  })
  .refine(({ options, reference }) => options === undefined || reference === undefined, {
    path: ['reference'],
    message: 'is for open questions; leave out the options',
  })
  .refine(({ options, answer }) => options === undefined || options.includes(answer), {
    path: ['answer'],
    message: 'is not one of the options; write it as it stands there',
  })
  .refine(({ options }) => options === undefined || new Set(options).size === options.length, {
    path: ['options'],
    message: 'two options are the same',
  });
export type OwnItem = z.infer<typeof ownItemSchema>;

/**
 * Reads the lines; empty ones are passed over. The first that is wrong is a user's mistake that names file, row, field
 * and remedy.
 *
 * @param file shown in messages
 */
export function parseOwnItems(text: string, file: string): OwnItem[] {
  const seen = new Map<string, number>();
  const items = Array.from(givenLines(text, file), (given) => {
    const item = checkedLine(ownItemSchema, given);
    const before = seen.get(item.id);
    if (before !== undefined) throw userMistake(`${given.where}: id "${item.id}" stands in row ${before} already`);
    seen.set(item.id, given.row);
    return item;
  });
  if (items.length === 0) throw userMistake(`${file}: holds no item; give one JSON object per line`);
  return items;
}

/**
 * The benchmark of a file's items. Its name is that of the file, which with the digests of items and pictures tells it
 * from another of the same name.
 *
 * @param images the stored pictures by the paths of the items
 */
export function ownBenchmark(
  name: string,
  items: readonly OwnItem[],
  images: ReadonlyMap<string, ImageRef>,
): Benchmark {
  const isOpen = items.every(({ options }) => options === undefined);
  return {
    name,
    title: name,
    description: `${items.length} items of one's own.`,
    reads: [],
    choosesAmongAll: true,
    prompt: 'its own questions',
    needs: 'items; give one JSON object per line',
    items: (_, profile) => items.map((item) => asItem(name, item, images, profile)),
    ...answeredAs(isOpen ? 'open' : 'ready', name),
    published: [],
  };
}

function asItem(
  name: string,
  own: OwnItem,
  images: ReadonlyMap<string, ImageRef>,
  profile: EvaluationProfile,
): BenchmarkItem {
  const image = images.get(own.image);
  if (!image) throw userMistake(`item ${own.id}: the picture ${own.image} was not stored`);
  const labels = own.options ?? [own.answer];
  const options = labels.map((label, i) => ({
    letter: letters.charAt(i),
    label,
    synonyms: own.options ? [] : synonymsOf(label),
    value: 0,
  }));
  const kind = own.options ? ('ready' as const) : ('open' as const);
  // Templates of open questions ask the paper's; an own open question is asked as it is.
  const prompt = kind === 'open' ? own.question : itemPrompt(profile, kind, { question: own.question, options });
  return {
    id: own.id,
    caseId: own.id,
    group: own.group ?? own.id,
    source: own.source ?? name,
    image,
    system: own.system ?? profile.system,
    prompt: own.prompt ?? prompt,
    kind,
    options,
    answer: own.options ? letters.charAt(own.options.indexOf(own.answer)) : null,
    diagnosis: own.options ? null : own.answer,
    malignancy: own.malignancy ?? null,
    concepts: [],
    attributes: own.attributes ?? {},
    ...(own.reference === undefined ? {} : { reference: own.reference }),
  };
}
