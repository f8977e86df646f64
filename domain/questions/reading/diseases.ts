/** Diseases that an answer may name although no option does, so that a second diagnosis is seen wherever it stands. */
import table from '../../knowledge/diseases.json' with { type: 'json' };
import { normaliseLabel } from '../../knowledge/label.ts';
import type { AskedQuestion } from './asked.ts';
import { conditionNamed } from './vocabulary.ts';

const parentsOf: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(table).map(([name, { parents }]) => [name, parents]),
);

/** "melanoma metastatic" for "metastatic melanoma"; never "melanoma malignant", where a condition is stated. */
export function inverted(name: string): string[] {
  const words = name.split(' ');
  return words.slice(1).flatMap((_, i) => {
    const [qualifier, head] = [words.slice(0, i + 1), words.slice(i + 1)];
    return qualifier.some((word) => conditionNamed.has(word)) ? [] : [[...head, ...qualifier].join(' ')];
  });
}

const named = Object.entries(table).flatMap(([node, { names }]) => names.map((name) => [name, node] as const));
const names: ReadonlySet<string> = new Set(named.map(([name]) => name));

/** Inversions of a name; "melanoma (congenital nevus)" is two diseases. */
const inversionsOf = (name: string): string[] =>
  inverted(name).filter((inversion) => {
    const words = inversion.split(' ');
    return !words.some((_, i) => names.has(words.slice(0, i).join(' ')) && names.has(words.slice(i).join(' ')));
  });

/** The node of each name, normalised, and of its inversions where they are no other's name. */
export const diseaseNamed: ReadonlyMap<string, string> = new Map([
  ...named.flatMap(([name, node]) => inversionsOf(name).map((inversion) => [inversion, node] as const)),
  ...named,
]);

/** Nodes whose name is also a sign that other diseases have: "with telangiectasia". Alone between breaks it is a disease. */
export const signs: ReadonlySet<string> = new Set(
  `cyst, milium, milia, comedo, comedones, telangiectasia, telangiectases, hemorrhage, scar, cicatrix, xerosis,
   inflammatory, dermatosis, injury, trauma, abrasion, fissure, maceration, infection, infectious, normal, normal skin,
   healthy skin, hyperpigmentation, melanosis, striae, lumbar, purpura, metastasis, photodamage, sun damaged skin, callus,
   hematoma, abscess, corn, boil`
    .split(',')
    .map((sign) => normaliseLabel(sign)),
);

/** The node of an option: that of its label, else of a synonym; null for a label that the taxonomy does not know. */
export function nodeOf({ label, synonyms }: AskedQuestion['options'][number]): string | null {
  const named = [label, ...synonyms].map((name) => diseaseNamed.get(normaliseLabel(name)));
  return named.find((node) => node !== undefined) ?? null;
}

/** Whether a node is another or a kind of it. */
export function isKind(node: string, other: string): boolean {
  return node === other || (parentsOf.get(node) ?? []).some((parent) => isKind(parent, other));
}
