/**
 * DermBench's public release (arXiv 2511.09195): a manifest of 4,000 certified texts on DermNet's test pictures, which the
 * release does not hold. Each text is checked by its digest.
 */
import { z } from 'zod';
import { sha256Schema } from '../../artifact.ts';
import { candidatePrompt } from '../../dermeval/rubric.ts';
import { userMistake } from '../../failures.ts';
import { checkedLine, givenLines } from '../../rows/given-lines.ts';
import type { OwnItem } from '../own-items.ts';

/** The name of the benchmark, whatever the file is called. */
export const releaseName = 'dermbench';
/** Texts of the release. */
export const releaseSize = 4000;

const rowSchema = z.object({
  id: z.string().min(1),
  category: z.string().min(1),
  diagnosis: z.string().min(1),
  /** Below the folder of DermNet's test pictures. */
  dermnet_image_path: z.string().min(1),
  /** Path of the text, below the release's folder. */
  cot: z.string().min(1),
  cot_sha256: sha256Schema,
});
export type ReleaseRow = z.infer<typeof rowSchema>;

/** Whether a file of JSON lines is the release's manifest: its rows name texts by digest. */
export const isRelease = (text: string): boolean => /^\ufeff?\s*\{[^\n]*"cot_sha256"/.test(text);

/**
 * Reads the manifest. The first row that is wrong is a user's mistake that names file, row and field.
 *
 * @param file shown in messages
 */
export function parseRelease(text: string, file: string): ReleaseRow[] {
  const seen = new Map<string, number>();
  return Array.from(givenLines(text, file), (given) => {
    const row = checkedLine(rowSchema, given);
    const before = seen.get(row.id);
    if (before !== undefined) throw userMistake(`${given.where}: id "${row.id}" stands in row ${before} already`);
    seen.set(row.id, given.row);
    return row;
  });
}

/** A row as an item: the picture asks for a narrative, which is judged against the certified one. */
export const releaseItem = (row: ReleaseRow, certified: string): OwnItem => ({
  id: row.id,
  image: row.dermnet_image_path,
  question: candidatePrompt,
  answer: row.diagnosis,
  reference: certified,
  source: releaseName,
  attributes: { category: row.category },
});
