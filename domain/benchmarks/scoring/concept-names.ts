/** The 48 signs of SkinCon (Daneshjou et al. 2022) in the words in which texts name them, and those that a text names. */
import { normaliseLabel } from '../../knowledge/label.ts';

/** By the name that the set gives them, in lower case; other words for the same sign beside it. */
const wordings: Readonly<Record<string, readonly string[]>> = {
  vesicle: ['vesicular', 'blister'],
  papule: ['papular'],
  macule: ['macular'],
  plaque: [],
  abscess: [],
  pustule: ['pustular'],
  bulla: ['bullae', 'bullous'],
  patch: ['patches'],
  nodule: ['nodular'],
  ulcer: ['ulceration', 'ulcerated'],
  crust: ['crusting', 'crusted'],
  erosion: ['eroded'],
  excoriation: ['excoriated'],
  atrophy: ['atrophic'],
  exudate: ['exudation', 'exudative'],
  'purpura/petechiae': ['purpura', 'petechiae', 'petechia', 'purpuric'],
  fissure: ['fissuring', 'fissured'],
  induration: ['indurated'],
  xerosis: ['xerotic', 'dry skin'],
  telangiectasia: ['telangiectasias', 'telangiectases', 'telangiectatic'],
  scale: ['scaling', 'scaly'],
  scar: ['scarring'],
  friable: ['friability'],
  sclerosis: ['sclerotic'],
  pedunculated: [],
  'exophytic/fungating': ['exophytic', 'fungating'],
  'warty/papillomatous': ['warty', 'papillomatous', 'verrucous'],
  'dome-shaped': ['dome shaped', 'dome'],
  'flat topped': ['flat-topped'],
  'brown(hyperpigmentation)': ['brown', 'brownish', 'hyperpigmentation', 'hyperpigmented'],
  translucent: ['translucency'],
  'white(hypopigmentation)': ['white', 'whitish', 'hypopigmentation', 'hypopigmented'],
  purple: ['purplish', 'violaceous'],
  yellow: ['yellowish'],
  black: ['blackish'],
  erythema: ['erythematous', 'red', 'reddish', 'redness'],
  comedo: ['comedones', 'comedone', 'comedos'],
  lichenification: ['lichenified'],
  blue: ['bluish'],
  umbilicated: ['umbilication'],
  poikiloderma: ['poikilodermatous'],
  salmon: ['salmon-colored', 'salmon-coloured'],
  wheal: ['urticarial'],
  acuminate: ['acuminated'],
  burrow: [],
  gray: ['grey', 'grayish', 'greyish'],
  pigmented: ['pigmentation'],
  cyst: ['cystic'],
};

export const skinConConcepts: readonly string[] = Object.keys(wordings);

/** Each wording as words, the longest first, so that "dry skin" is found before a part of it. */
const phrases = Object.entries(wordings)
  .flatMap(([concept, others]) =>
    [concept, ...others].map((wording) => ({ concept, words: normaliseLabel(wording).split(' ') })),
  )
  .toSorted((a, b) => b.words.length - a.words.length);

const denials: ReadonlySet<string> = new Set(
  'no not without absent absence lack lacks lacking none neither nor never free'.split(' ').map(normaliseLabel),
);
/** What ends the reach of a denial within a sentence: "no scale, but a crust". */
const turns: ReadonlySet<string> = new Set([
  'but',
  'however',
  'although',
  'though',
  'instead',
  'only',
  'with',
  'while',
]);

interface NamedConcepts {
  strict: string[];
  lenient: string[];
}

/**
 * Strict: lines of the form "sign: how it looks". Lenient: every sign that the text names. What is denied ("no scale",
 * "ulcer: absent") is named by neither. Each sign once, in the order of the set's list.
 */
export function namedConcepts(text: string): NamedConcepts {
  const strict = new Set<string>();
  const lenient = new Set<string>();
  for (const line of text.split(/\r?\n/)) {
    const [head = '', ...look] = line.split(':');
    const listed = conceptNamed(head);
    const denied = wordsOf(look.join(' '))
      .slice(0, 3)
      .some((word) => denials.has(word));
    if (listed !== null && look.length > 0) {
      if (denied) continue;
      strict.add(listed);
    }
    for (const sentence of line.split(/[.;!?](?:\s|$)/)) for (const concept of affirmed(sentence)) lenient.add(concept);
  }
  const inOrder = (found: ReadonlySet<string>): string[] => skinConConcepts.filter((concept) => found.has(concept));
  return { strict: inOrder(strict), lenient: inOrder(lenient) };
}

const wordsOf = (text: string): string[] => normaliseLabel(text).split(' ').filter(Boolean);

/** The sign that the head of a line is, bullets and numbers aside; null for anything longer. */
function conceptNamed(head: string): string | null {
  const words = wordsOf(head.replace(/^\s*(?:[-*•]|\d+[.)])\s*/, '')).join(' ');
  return phrases.find((phrase) => phrase.words.join(' ') === words)?.concept ?? null;
}

/** Signs of one sentence that stand behind no denial. */
function affirmed(sentence: string): string[] {
  const words = wordsOf(sentence);
  const found: string[] = [];
  let denied = false;
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? '';
    if (denials.has(word)) denied = true;
    if (turns.has(word)) denied = false;
    const phrase = phrases.find((own) => own.words.every((part, i) => words[at + i] === part));
    if (phrase && !denied && !isDeniedBehind(words, at + phrase.words.length)) found.push(phrase.concept);
    at += phrase?.words.length ?? 1;
  }
  return found;
}

/** "scale is absent", "ulcer is not seen": within the next three words. */
const isDeniedBehind = (words: readonly string[], from: number): boolean =>
  ['is', 'are', 'was', 'were'].includes(words[from] ?? '') && denials.has(words[from + 1] ?? '');
