/** The score that stands behind the name of a dimension: `: 4`, ` (4/5)`, ` is rated 4`, `（0-5分）：4分`. */
import { noScore, scaleSaid } from './reading.ts';
import { readValue, type Value } from './value.ts';

/** `none`: it is said that there is no score. Null: nothing is said there. */
export type Given = Value | 'none' | null;

export const scoreWord = '(?:scores?|ratings?|grades?|marks?|评分|得分|分数|打分|评级)';
/** Blanks, but no line break: what stands below a name is its section. */
const gap = String.raw`[^\S\n]*`;
const linked = new RegExp(
  String.raw`^(?:[^\S\n]|[_-](?=${scoreWord}))*(?:${scoreWord})?${gap}(?:(?:is|was|gets?|receives?|received|earns?|earned|scores?|scored|rated|deserves?|merits|warrants|should be|would be|at|a(?=\s\d)|,?\s*I\s+(?:would\s+|will\s+)?(?:give|assign|award)|为|是|给|得|打|评为|評為)${gap}(?:rated|scored|given|assigned|as|at)?${gap})?`,
  'iu',
);
const separator = new RegExp(String.raw`^${gap}(?::|=|→|\||-(?!\d))${gap}`, 'u');
/** Of a line of values: elsewhere what follows a comma belongs to the next name. */
const comma = /^[,;](?=\S)/;
const bracketed = new RegExp(String.raw`^${gap}[([]([^()[\]\n]{0,60})[)\]]`, 'u');
const announced = new RegExp(`^${gap}${scoreWord}${gap}(?:[:=]|is|of|为|是)?${gap}`, 'iu');
/** A bare number is a score where it ends there, or a reason follows; `3 lesions` counts something. */
export const reasonFollows =
  /^\s*(?:$|[\n,;.:!)\]|"'}(/→>+]|=(?!\s*\d)|(?<=\s)-|-(?!\p{L})|and\b(?!\s*\d)|und\b|(?:because|as|since|for|overall|while|with|but|though|although|given|due|based|owing|weil|da)\b|\p{Lu}|(?![个個处處种種项項例张張次岁月年天])\p{Script=Han})/u;
const standsAlone = /^\s*(?:$|[\n,;.:!)\]|"'}])/u;
const dashFollows = /^[^\S\n]+-\s/;
const negative = /^-\s?\d/;
/** Several numbers for one dimension. */
const list = /^\d+(?:\.\d+)?(?:\s*,\s\d+(?:\.\d+)?)+\s*(?:[\]})]|\.?\s*(?:$|\n))/;
/** A verdict in words with its number: `good (4)`. */
const verdict =
  /^(?:(?:very|rather|mostly|quite)\s+)?(?:excellent|outstanding|strong|good|fair|moderate|average|adequate|acceptable|satisfactory|sufficient|insufficient|limited|weak|bad|poor|high|medium|low|perfect|partial|minimal|none)\s*\(\s*(?=[\d.]+\s*\))/iu;

/** @param begins whether the name begins its line, where less is needed to take a number for a score */
export function givenBehind(text: string, begins: boolean): Given {
  const { inBrackets, scale, rest: afterBrackets } = readBrackets(text.replace(/^["'\])]+/, ''));
  if (inBrackets?.scale === 5 || inBrackets?.scale === 10) return inBrackets;
  const link = linked.exec(afterBrackets)?.[0] ?? '';
  const behindLink = afterBrackets.slice(link.length);
  const sign = separator.exec(behindLink)?.[0] ?? (begins ? comma.exec(behindLink)?.[0] : undefined) ?? '';
  const rest = behindLink
    .slice(sign.length)
    .replace(/^(?:["'([{]|<(?=[^<\n]*>))+/, '')
    .replace(verdict, '');
  const isSaid = link.trim() !== '' || sign.trim() !== '';
  if (rest.startsWith('\n')) return inBrackets;
  if (isSaid && (noScore.test(rest) || list.test(rest) || (sign.trim() !== '' && negative.test(rest)))) return 'none';
  const value = readValue(rest.slice(announced.exec(rest)?.[0].length ?? 0));
  if (!value || !isScore(value, isSaid, begins)) return inBrackets;
  // "Accuracy (5): 4" names the highest score that there is.
  const most = inBrackets && [10, 100].includes(inBrackets.raw) ? inBrackets.raw : null;
  return { ...value, scale: value.scale ?? scale ?? most };
}

function isScore({ scale, rest }: Value, isSaid: boolean, begins: boolean): boolean {
  if (scale !== null) return true;
  if (isSaid) return reasonFollows.test(rest);
  return standsAlone.test(rest) || (begins && dashFollows.test(rest));
}

/** What brackets behind the name say: a score, or the scale of the one that follows. */
function readBrackets(text: string): { inBrackets: Value | null; scale: number | null; rest: string } {
  const found = bracketed.exec(text);
  if (!found) return { inBrackets: null, scale: null, rest: text };
  const [all, content = ''] = found;
  const value = readValue(content.replace(announced, ''));
  const isValue = value !== null && !Number.isNaN(value.raw) && standsAlone.test(value.rest);
  return { inBrackets: isValue ? value : null, scale: scaleSaid(content), rest: text.slice(all.length) };
}
