/** Reads the taxonomy and the differential diagnoses that Dermflow ships. */
import { readFile } from 'node:fs/promises';
import { type Knowledge, parseKnowledge } from '../../domain/knowledge/knowledge.ts';

const read = (name: string): Promise<string> =>
  readFile(new URL(`../../domain/knowledge/${name}`, import.meta.url), 'utf8');

/** Throws a user's mistake that names the file and the row where one is ill-formed. */
export async function loadKnowledge(): Promise<Knowledge> {
  const [taxonomy, ddx] = await Promise.all([read('taxonomy.yaml'), read('ddx.yaml')]);
  return parseKnowledge(taxonomy, ddx);
}
