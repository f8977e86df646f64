/** A score as it is written: `4`, `4.5/5`, `8/10`, `3-4`, `four out of five`, `4分`, `★★★★☆`. */

export interface Value {
  /** On its own scale. */
  raw: number;
  /** 5, 10 or 100 where it is said; null for a bare number. */
  scale: number | null;
  /** What follows it. */
  rest: string;
}

const words: Readonly<Record<string, number>> = {
  ...{ zero: 0, one: 1, two: 2, three: 3, four: 4, five: 5, eins: 1, zwei: 2, drei: 3, vier: 4, fünf: 5 },
  ...{ 零: 0, 〇: 0, 一: 1, 二: 2, 两: 2, 兩: 2, 三: 3, 四: 4, 五: 5 },
};
const number = String.raw`\d{1,3}(?:[.,]\d{1,3})?(?![\d%]|[.,]\d)`;
const unit = String.raw`(?:\s*(?:分|点|점|points?\b|pts?\b\.?|stars?\b|punkte\b))?`;
const of = String.raw`\s*(?:/|out\s+of|von|of|sur|de|su|\(\s*(?:满分|滿分|out\s+of|max(?:imum)?\.?|of|/|von|总分)(?:\s*为|:)?)\s*(?:a\s+(?:possible|maximum|total)\s+(?:of\s+)?)?`;
const most = String.raw`(\d{1,3}|five|ten|五|十)(?:[.,]0+)?\s*(?:分|点|points?\b|stars?\b)?\s*\)?(?![\d/]|[.,]\d)`;

const about =
  /^\s*(?:(?:about|around|approximately|roughly|approx\.?|circa|ca\.?|a|an|约|約|大约|≈|~|etwa)\s*(?=[\d零〇一二两兩三四五zotf])|\+(?=\d))/iu;
const scaleAfter = new RegExp(`^${unit}${of}${most}`, 'iu');
const sum = new RegExp(String.raw`^${number}(?:\s*[-+]\s*${number})+\s*=\s*(?=\d)`, 'u');
const revised = new RegExp(String.raw`^${number}${unit}(?:\s*/\s*(?:5|10|100))?\s*→\s*(?=\d)`, 'iu');
const range = new RegExp(
  String.raw`^(?:between\s+)?(${number})${unit}(\s*)(-|~|to|and|bis|到|至|或)(\s*)(${number})`,
  'iu',
);
const single = new RegExp(`^(${number})`, 'u');
const share = /^(\d{1,3}(?:[.,]\d+)?)\s*%/;
const stars = /^([★⭐🌟]{1,5})([☆✩✰]{0,5})/u;
const word = /^(zero|one|two|three|four|five|eins|zwei|drei|vier|fünf)\b(?:\s+and\s+a\s+half|[\s-]point[\s-]five)?/iu;
const characters = /^([零〇一二两兩三四五])(?:点([零〇一二三四五]))?分/u;
/** A number with a plus or minus behind it, `4 ± 0.5`. */
const spread = new RegExp(String.raw`^\s*(?:±|\+/-)\s*${number}`, 'u');

const scales: Readonly<Record<string, number>> = { five: 5, ten: 10, 五: 5, 十: 10 };
const toNumber = (text: string): number => Number(text.replace(',', '.'));

/** The value with which the text begins; null where it begins with none, or with one of a scale that nobody asked for. */
export function readValue(given: string): Value | null {
  const text = given.trimStart().replace(about, '').trimStart();
  const before = sum.exec(text)?.[0] ?? revised.exec(text)?.[0];
  if (before !== undefined) return readValue(text.slice(before.length));
  return readStars(text) ?? readShare(text) ?? readWord(text) ?? readRange(text) ?? readNumber(text);
}

/** With the scale that is said behind it. Null where that is none of ours, e.g. `2 of 3` or the date `4/5/2024`. */
function scaled(raw: number, rest: string): Value | null {
  const found = scaleAfter.exec(rest);
  if (!found) {
    if (new RegExp(`^${unit}\\s*(?:/|out\\s+of|(?:of|sur|de|su)\\s+(?=\\d))\\s*\\d`, 'iu').test(rest)) return null;
    return { raw, scale: null, rest: rest.replace(new RegExp(`^${unit}`, 'iu'), '').replace(spread, '') };
  }
  const [all, said = ''] = found;
  const scale = scales[said.toLowerCase()] ?? Number(said);
  return scale === 5 || scale === 10 || scale === 100 ? { raw, scale, rest: rest.slice(all.length) } : null;
}

function readStars(text: string): Value | null {
  const found = stars.exec(text);
  if (!found) return null;
  const [all, full = '', empty = ''] = found;
  const [given, of5] = [[...full].length, [...full].length + [...empty].length];
  return of5 === 5 || empty === '' ? { raw: given, scale: 5, rest: text.slice(all.length) } : null;
}

function readShare(text: string): Value | null {
  const found = share.exec(text);
  return found ? { raw: toNumber(found[1] ?? ''), scale: 100, rest: text.slice(found[0].length) } : null;
}

function readWord(text: string): Value | null {
  const chinese = characters.exec(text);
  if (chinese) {
    const [all, whole = '', tenth = '零'] = chinese;
    return scaled((words[whole] ?? 0) + (words[tenth] ?? 0) / 10, text.slice(all.length));
  }
  const found = word.exec(text);
  if (!found) return null;
  const [all, name = ''] = found;
  return scaled((words[name.toLowerCase()] ?? 0) + (all.length > name.length ? 0.5 : 0), text.slice(all.length));
}

/** The middle of it. `4 - 5 lesions` is a score and its reason, and `0-5` is the scale. */
function readRange(text: string): Value | null {
  const found = range.exec(text);
  if (!found) return null;
  const [all, first = '', before = '', sign = '', after = '', second = ''] = found;
  const rest = text.slice(all.length);
  const [low, high] = [toNumber(first), toNumber(second)];
  const isApart = sign === '-' && before !== '' && after !== '' && !/^\s*(?:[,;:.)|\]]|$|\n|\/|out\b|分)/u.test(rest);
  if (isApart || (sign === 'and' && !/^between/i.test(text)) || low === high) return null;
  // "4-3" is a range given from above; "5 - 1" takes something off, and does not say what is left.
  if (low > high && before !== '' && !/^\s*(?:$|\n)/.test(rest)) return null;
  if (low > high && before !== '') return sign === '-' ? { raw: Number.NaN, scale: null, rest } : null;
  const value = scaled((low + high) / 2, rest);
  const isScale = (low === 0 || low === 1) && (high === 5 || high === 10 || high === 100);
  return value && isScale ? { ...value, raw: Number.NaN } : value;
}

function readNumber(text: string): Value | null {
  const found = single.exec(text);
  return found ? scaled(toNumber(found[1] ?? ''), text.slice(found[0].length)) : null;
}
