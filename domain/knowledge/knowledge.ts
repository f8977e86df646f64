/** What the method knows of skin diseases: taxonomy and differential diagnoses, with the digest of their contents. */
import { parse } from 'yaml';
import type { z } from 'zod';
import { canonicalJson, digestOf } from '../artifact.ts';
import { userMistake } from '../failures.ts';
import { buildDdxGraph, type DdxGraph, ddxSchema } from './ddx.ts';
import { buildTaxonomy, type Taxonomy, taxonomySchema } from './taxonomy.ts';

export interface Knowledge {
  readonly taxonomy: Taxonomy;
  readonly ddx: DdxGraph;
  /** SHA-256 over both, an input of everything made with them. */
  readonly digest: string;
}

/** Parses both YAML texts; an ill-formed row is a user's mistake that names the file and the row. */
export function parseKnowledge(taxonomyYaml: string, ddxYaml: string): Knowledge {
  const rows = parseRows(taxonomySchema, taxonomyYaml, 'taxonomy.yaml');
  const pairs = parseRows(ddxSchema, ddxYaml, 'ddx.yaml');
  const taxonomy = buildTaxonomy(rows);
  return { taxonomy, ddx: buildDdxGraph(pairs, taxonomy), digest: digestOf(canonicalJson({ rows, pairs })) };
}

function parseRows<T>(schema: z.ZodType<T>, text: string, file: string): T {
  const result = schema.safeParse(parse(text));
  if (result.success) return result.data;
  throw userMistake(
    result.error.issues.map((issue) => `${file}: row ${issue.path.join('.')}: ${issue.message}`).join('\n'),
  );
}
