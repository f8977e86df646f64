/**
 * DermBench's public release (arXiv 2511.09195): a manifest of 4,000 certified texts on DermNet's test pictures, which the
 * release does not hold. Each text is checked by its digest.
 */
import { z } from 'zod';
import { sha256Schema } from '../../artifact.ts';
import { candidatePrompt } from '../../dermeval/rubric.ts';
import { userMistake } from '../../failures.ts';
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
  return text
    .replace(/^\ufeff/, '')
    .split('\n')
    .flatMap((line, i) => {
      if (line.trim() === '') return [];
      const where = `${file}: row ${i + 1}`;
      const parsed = rowSchema.safeParse(parseJson(line));
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        throw userMistake(`${where}: ${issue?.path.join('.') || 'the line'}: ${issue?.message ?? 'is not valid'}`);
      }
      const before = seen.get(parsed.data.id);
      if (before !== undefined) throw userMistake(`${where}: id "${parsed.data.id}" stands in row ${before} already`);
      seen.set(parsed.data.id, i + 1);
      return [parsed.data];
    });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
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
