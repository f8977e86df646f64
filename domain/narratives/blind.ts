/** Whether a description keeps to what is seen: one that names a diagnosis was not written blindly, or says more than it saw. */
import { normaliseLabel, rewordings } from '../knowledge/label.ts';
import { diseaseNamed, signs } from '../questions/reading/diseases.ts';
import { type Word, wordsOf } from '../questions/reading/words.ts';

/** By their first word, longest first. */
const names = Map.groupBy(
  [...diseaseNamed].map(([name, node]) => ({ name, node, words: name.split(' ') })),
  ({ words }) => words[0] ?? '',
);
for (const own of names.values()) own.sort((a, b) => b.words.length - a.words.length);

/** Nodes of the taxonomy that anybody sees without knowing the cause. */
const seen: ReadonlySet<string> = new Set(
  `hair loss, alopecia, dry skin, stretch mark, freckle, tattoo, clubbing, nail clubbing, onycholysis, koilonychia,
   leukonychia, melanonychia, trachyonychia, granulation tissue, erythroderma, livedo reticularis, thrombosed capillary,
   hirsutism`
    .split(',')
    .map((sign) => normaliseLabel(sign)),
);

/** Whoever writes "aid" or "ka" means a word; the disease is written in capitals. */
const isAbbreviated = (name: string): boolean => /^[a-z]{1,3}$/.test(name);

/** What is said of a disease without its name: a picture shows no malignancy, only what speaks for it. */
const verdict = /^(?:cancer|cancerous|precancerous|carcinoma|sarcoma|malignant|malignancy|malignancies)$/;

/** What shows that a description was not written blindly: diagnoses, and words of malignancy. */
export const verdictsIn = (text: string): string[] => [
  ...diagnosesNamed(text),
  ...wordsOf(text)
    .map((word) => word.text)
    .filter((word) => verdict.test(word)),
];

/**
 * Nodes of the taxonomy that a text names, also those that it denies. Signs that are diseases elsewhere (telangiectasia, a
 * scar) are findings here, and so is what anybody sees, such as hair loss.
 */
export function diagnosesNamed(text: string): string[] {
  const words = wordsOf(text).map((word) =>
    isPluralOfInitials(word) ? { ...word, text: word.text.slice(0, -1) } : word,
  );
  const found = new Set<string>();
  for (let at = 0; at < words.length; ) {
    const own = names.get(words[at]?.text ?? '')?.find((name) => stands(name.words, words, at));
    if (own && !signs.has(own.name) && !seen.has(own.name) && (!isAbbreviated(own.name) || isCapital(words[at])))
      found.add(own.node);
    at += own?.words.length ?? 1;
  }
  return [...found];
}

/** "AKs": labels lose the s of longer words alone. */
const isPluralOfInitials = ({ raw, text }: Word): boolean => /^[A-Z]{2,3}s$/.test(raw) && text.endsWith('s');

const isCapital = (word: Word | undefined): boolean => /^[A-Z]+s?$/.test(word?.raw ?? '');

/** Within one sentence. */
const stands = (wanted: readonly string[], words: readonly Word[], at: number): boolean =>
  wanted.every((text, i) => words[at + i]?.text === text && (i === 0 || words[at + i]?.before !== 'sentence'));

/** The same disease, by whatever of its names: also "basal cell carcinoma (BCC)" and "eczema (dermatitis)". */
export function isSameDisease(one: string, other: string): boolean {
  const parts = one.split(/[()]/).filter((part) => part.trim() !== '');
  return (
    [one, ...rewordings(one)].some((name) => isSameName(name, other)) ||
    (parts.length > 1 && parts.every((part) => isSameName(part, other)))
  );
}

function isSameName(one: string, other: string): boolean {
  const [a = '', b = ''] = [one, other].map(spelled);
  return a === b || (diseaseNamed.has(a) && diseaseNamed.get(a) === diseaseNamed.get(b));
}

const spelled = (label: string): string =>
  wordsOf(label)
    .map(({ text }) => text)
    .join(' ');
