/** Reads the taxonomy and the differential diagnoses that Dermflow ships. */
import { readFile } from 'node:fs/promises';
import { type Knowledge, type KnowledgeFile, knowledgeFiles, parseKnowledge } from '../domain/knowledge/knowledge.ts';

const read = async (file: string): Promise<KnowledgeFile> => ({
  file,
  text: await readFile(new URL(`../domain/knowledge/${file}`, import.meta.url), 'utf8'),
});

/** Throws a user's mistake that names the file and the row where one is ill-formed. */
export async function loadKnowledge(): Promise<Knowledge> {
  const [taxonomy, ddx] = await Promise.all([Promise.all(knowledgeFiles.taxonomy.map(read)), read(knowledgeFiles.ddx)]);
  return parseKnowledge({ taxonomy, ddx });
}
