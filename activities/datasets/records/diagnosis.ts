/** From a set's label to a node of the taxonomy, or why there is none. */

import { userMistake } from '../../../domain/failures.ts';
import type { Knowledge } from '../../../domain/knowledge/knowledge.ts';
import { listSome } from '../../../domain/words.ts';
import type { Diagnosed, LeftOut } from './record.ts';

/**
 * Name, path, siblings and malignancy of the first label that the taxonomy knows, so give the finest first. A label whose node
 * may be benign or malignant decides nothing and is passed over. Null where none is left.
 */
export function diagnose(labels: readonly string[], { taxonomy }: Knowledge): Diagnosed | null {
  for (const label of labels) {
    const name = label === '' ? null : (taxonomy.resolve(label)?.name ?? null);
    const malignancy = name === null ? null : taxonomy.malignancy(name);
    if (name !== null && malignancy !== null)
      return { diagnosis: name, path: taxonomy.path(name), siblings: taxonomy.siblings(name), malignancy };
  }
  return null;
}

/**
 * Diagnosis of a code of a set that has a closed list of them; names of the taxonomy are taken too. Anything else
 * is a mistake in the table, `where` naming file, row and column.
 */
export function diagnoseCode(
  code: string,
  codes: Readonly<Record<string, string>>,
  knowledge: Knowledge,
  where: string,
): Diagnosed {
  const label = codes[code] ?? codes[code.toLowerCase()] ?? codes[code.toUpperCase()] ?? code;
  const found = diagnose([label], knowledge);
  if (found) return found;
  const name = label === '' ? undefined : knowledge.taxonomy.resolve(label)?.name;
  const names = 'names of the taxonomy such as "squamous cell carcinoma"';
  const allowed = Object.keys(codes).length > 0 ? `${Object.keys(codes).join(', ')}, and ${names}` : `the ${names}`;
  if (name === undefined) throw userMistake(`${where} is "${code}": allowed are ${allowed}`);
  const finer = listSome(knowledge.taxonomy.children(name));
  throw userMistake(`${where}: "${name}" may be benign or malignant; give a finer diagnosis, e.g. one of ${finer}`);
}

/** Begins the reason of what is no picture of skin by the set's own words: nothing is lost with it. */
export const noSkinPicture = 'no picture of the skin';

export const unknownLabel = 'label unknown to the taxonomy';

/** Why `diagnose` gave nothing; `label` as the report should count it. */
export const undecided = (label: string, { taxonomy }: Knowledge): LeftOut => ({
  kind: 'left out',
  reason: taxonomy.resolve(label) ? 'label that decides no malignancy' : unknownLabel,
  detail: label,
});
