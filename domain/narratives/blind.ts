/** Whether a description keeps to what is seen: one that names a diagnosis was not written blindly, or says more than it saw. */
import { normaliseLabel } from '../knowledge/label.ts';
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
   leukonychia, melanonychia, trachyonychia`
    .split(',')
    .map((sign) => normaliseLabel(sign)),
);

/** Whoever writes "aid" or "ka" means a word; the disease is written in capitals. */
const isAbbreviated = (name: string): boolean => /^[a-z]{1,3}$/.test(name);

/**
 * Nodes of the taxonomy that a text names, also those that it denies. Signs that are diseases elsewhere (telangiectasia, a
 * scar) are findings here, and so is what anybody sees, such as hair loss.
 */
export function diagnosesNamed(text: string): string[] {
  const words = wordsOf(text);
  const found = new Set<string>();
  for (let at = 0; at < words.length; ) {
    const own = names.get(words[at]?.text ?? '')?.find((name) => stands(name.words, words, at));
    if (own && !signs.has(own.name) && !seen.has(own.name) && (!isAbbreviated(own.name) || isCapital(words[at])))
      found.add(own.node);
    at += own?.words.length ?? 1;
  }
  return [...found];
}

const isCapital = (word: Word | undefined): boolean => /^[A-Z]+s?$/.test(word?.raw ?? '');

/** Within one sentence. */
const stands = (wanted: readonly string[], words: readonly Word[], at: number): boolean =>
  wanted.every((text, i) => words[at + i]?.text === text && (i === 0 || words[at + i]?.before !== 'sentence'));

/** The same disease, by whatever of its names. */
export function isSameDisease(one: string, other: string): boolean {
  const [a, b] = [one, other].map((label) =>
    wordsOf(label)
      .map(({ text }) => text)
      .join(' '),
  );
  return a === b || (diseaseNamed.has(a ?? '') && diseaseNamed.get(a ?? '') === diseaseNamed.get(b ?? ''));
}
