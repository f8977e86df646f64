/** What the method knows of skin diseases: taxonomy and differential diagnoses, with the digest of their contents. */
import { parse } from 'yaml';
import type { z } from 'zod';
import { canonicalJson, digestOf } from '../artifact.ts';
import { userMistake } from '../failures.ts';
import { buildDdxGraph, type DdxGraph, ddxSchema } from './ddx.ts';
import { buildTaxonomy, type Taxonomy } from './taxonomy.ts';
import { taxonomySchema } from './taxonomy-row.ts';

export interface Knowledge {
  readonly taxonomy: Taxonomy;
  readonly ddx: DdxGraph;
  /** SHA-256 over both, an input of everything made with them. */
  readonly digest: string;
}

/** What a diagnosis is mistaken for: its neighbours in G_DDx, else its parent's (Algorithm 4). Without itself. */
export function differentialsOf(diagnosis: string, { taxonomy, ddx }: Knowledge): string[] {
  const own = ddx.neighbours(diagnosis);
  const parent = taxonomy.parent(diagnosis);
  const candidates = own.length > 0 || parent === null ? own : ddx.neighbours(parent);
  return candidates.filter((name) => name !== diagnosis);
}

/** The shipped files, relative to this folder; the taxonomy is split by family. */
export const knowledgeFiles = {
  taxonomy: [
    'melanocytic',
    'epidermal',
    'adnexal',
    'soft-tissue',
    'hematolymphoid',
    'inflammatory',
    'infectious',
    'other',
  ].map((family) => `taxonomy/${family}.yaml`),
  ddx: 'ddx.yaml',
} as const;

export interface KnowledgeFile {
  /** Shown in messages. */
  file: string;
  text: string;
}

/** Parses the YAML texts; an ill-formed row is a user's mistake that names the file and the row. */
export function parseKnowledge(texts: { taxonomy: readonly KnowledgeFile[]; ddx: KnowledgeFile }): Knowledge {
  const rows = texts.taxonomy.flatMap((family) => parseFile(taxonomySchema, family));
  const ddx = parseFile(ddxSchema, texts.ddx);
  const taxonomy = buildTaxonomy(rows);
  return { taxonomy, ddx: buildDdxGraph(ddx, taxonomy), digest: digestOf(canonicalJson({ rows, ddx })) };
}

function parseFile<T>(schema: z.ZodType<T>, { file, text }: KnowledgeFile): T {
  const result = schema.safeParse(parse(text));
  if (result.success) return result.data;
  throw userMistake(
    result.error.issues.map((issue) => `${file}: row ${issue.path.join('.')}: ${issue.message}`).join('\n'),
  );
}
