/** Whether a passage that is to conclude with a diagnosis does so. */
import { diseaseNamed, isKind } from '../questions/reading/diseases.ts';
import { wordsOf } from '../questions/reading/words.ts';
import { abstains } from '../replies/abstention.ts';
import { diagnosesNamed } from './blind.ts';

/**
 * Why a passage does not conclude with the diagnosis; null where nothing speaks against it. It need not name the diagnosis
 * ("this makes it the most likely"), but must not name others alone, deny it, leave it open between it and another, or
 * decline one ("a diagnosis cannot be determined"). That a diagnosis is not final takes nothing from the most likely one.
 */
export function faultOfConclusion(passage: string, diagnosis: string): string | null {
  const plain = spelled(passage);
  const names = namesOf(diagnosis).filter((name) => ` ${plain} `.includes(` ${name} `));
  const node = diseaseNamed.get(spelled(diagnosis));
  const named = diagnosesNamed(passage);
  const isRelated = (other: string): boolean => node !== undefined && (isKind(other, node) || isKind(node, other));
  if (names.length === 0 && named.length > 0 && !named.some(isRelated)) return 'concludes with another diagnosis';
  if (abstains(passage) && !mostLikely.test(plain)) return 'leaves the diagnosis open';
  // By sentences, for what stands in the next one is another statement.
  for (const sentence of passage.split(/(?<=[.!?;])\s/)) {
    const masked = masking(spelled(sentence), names);
    if (denials.some((denial) => denial.test(masked))) return 'denies the diagnosis';
    if (undecided.some((open) => open.test(masked))) return 'leaves the diagnosis open';
    const other = /\bX (?:or|versus|vs) (?:an? |the )?(.+)/.exec(masked)?.[1] ?? '';
    const before = /(.+) (?:or|versus|vs) (?:an? |the )?X\b/.exec(masked)?.[1] ?? '';
    if (isOther(other, 'start') || isOther(before, 'end')) return 'leaves the diagnosis open';
  }
  return null;

  function isOther(words: string, at: 'start' | 'end'): boolean {
    const all = words.split(' ');
    const near = at === 'start' ? all.slice(0, 5) : all.slice(-5);
    const runs = near.map((_, i) => (at === 'start' ? near.slice(0, i + 1) : near.slice(i)).join(' '));
    return runs.some((run) => {
      const found = diseaseNamed.get(run);
      return found !== undefined && !isRelated(found);
    });
  }
}

/** Settles on something; that it is the diagnosis is looked for elsewhere. */
const mostLikely =
  /\b(?:most|more) (?:likely|probable|consistent|compatible|plausible|suggestive)\b|\b(?:best|leading|working|clinical|favou?red|likeliest) (?:explanation|diagnosis|fit|impression)\b|\bfavou?rs?\b|\bstrongly suggest/;

/** Settles on none of two. */
const undecided: readonly RegExp[] = [
  /\bequally (?:likely|probable|plausible|possible)\b/,
  /\bX cannot (?:\w+ )?be (?:\w+ )?(?:distinguished|differentiated|separated|told apart)\b/,
  /\b(?:cannot|not) (?:\w+ )?be (?:\w+ )?(?:distinguished|differentiated|separated|told apart) from (?:an? |the )?X\b/,
  /\b(?:lies?|is|remains?|stays?|undecided|open|torn) between (?:an? |the )?(?:X|.{1,40} and (?:an? |the )?X)\b/,
];

/** Behind "X" for the diagnosis. Words are without the "s" of plurals, so verbs are, too. */
const denials: readonly RegExp[] = [
  /(?:^|\b(?:is|was|be|are) )not (?:an? |the )?X\b(?! alone| only)/,
  /\b(?:excludes?|rules? out|ruled out|argues? against|speaks? against) (?:an? |the )?X\b/,
  /\bX (?:is|was|seems?|appears?) (?:very |highly |rather |quite |most |therefore |thus )?(?:unlikely|improbable|excluded|ruled out|not likely|less likely|the least likely|not the (?:most likely )?diagnosis)\b/,
  /\bnot (?:an? |the )?X (?:is|was)\b|\b(?:over|rather than|instead of) (?:an? |the )?X\b/,
  /\bX (?:can|should|must|may) be (?:excluded|ruled out|rejected|discarded|dismissed|abandoned)\b/,
  /\bX (?:is|was) not (?:supported|favou?red|confirmed|established|convincing|plausible|probable|likely)\b/,
  /\bX (?:was|is|had been|has been) (?:also |initially |first )?(?:considered|suspected|entertained)\b.*\bbut\b/,
  /\bX (?:do|doe|does|did|would) not (?:fit|explain|account|match)\b/,
  /\b(?:do|doe|does|did) not (?:fit|support|suggest|favou?r|match|indicate|point to|speak for) (?:an? |the )?(?:diagnosis of |picture of )?X\b/,
  /\b(?:inconsistent|incompatible|not (?:consistent|compatible|in keeping)) with (?:an? |the )?(?:diagnosis of )?X\b/,
  /\bno (?:evidence|sign|feature|indication|support|basis)s? (?:of|for) (?:an? |the )?(?:diagnosis of )?X\b/,
  /(?<!\b(?:no|little|without|any|beyond) )\bdoubt (?:that|whether|if) .{0,30}\bX\b/,
  /\bmore (?:likely|probable|plausible|consistent) than (?:an? |the )?X\b/,
  /\S not (?:an? |the )?X$/,
  /\b(?:unsure|uncertain|unclear|not certain|not sure|impossible to say) (?:whether|if)\b.*\bX\b/,
];

const spelled = (text: string): string =>
  wordsOf(text)
    .map((word) => word.text)
    .join(' ');

/** All names of its node, longest first, and the label itself. */
function namesOf(diagnosis: string): string[] {
  const own = spelled(diagnosis);
  const node = diseaseNamed.get(own);
  const all = node === undefined ? [] : [...diseaseNamed].filter(([, other]) => other === node).map(([name]) => name);
  return [...new Set([own, ...all])].toSorted((a, b) => b.length - a.length);
}

/** Of names within one another the longest is masked. */
const masking = (text: string, names: readonly string[]): string =>
  names.reduce((masked, name) => ` ${masked} `.replaceAll(` ${name} `, ' X ').trim(), text);
