/** A judge's text without what marks it up, so that one grammar reads it. */
import { withoutThinking } from '../../replies/thinking.ts';
import { dimensionNamed } from './names.ts';

/** Halves and quarters, before NFKC makes "1⁄2" of them and "41⁄2" of four and a half. */
const fractions: typeof rewrites = [
  [/(?<=\d)\s?½|(?<=(?<![\d.,/])\d) 1[/⁄]2(?![\d/])/g, '.5'],
  [/(?<=\d)\s?¼|(?<=(?<![\d.,/])\d) 1[/⁄]4(?![\d/])/g, '.25'],
  [/(?<=\d)\s?¾|(?<=(?<![\d.,/])\d) 3[/⁄]4(?![\d/])/g, '.75'],
  [/½/g, '0.5'],
  [/¼/g, '0.25'],
  [/¾/g, '0.75'],
];

/** Replaced in this order. Each says the same to a reader with or without it. */
const rewrites: readonly (readonly [pattern: RegExp, by: string])[] = [
  [/\u200b|\u200c|\u200d|\u2060|\ufeff|\ufe0e|\ufe0f|\u20e3/g, ''],
  [/&nbsp;|&#160;|\u00a0/gi, ' '],
  [/&#124;/g, '|'],
  [/<\/t[dh]>\s*<t[dh][^>]*>/gi, ' | '],
  [/<\/?(?:table|thead|tbody|tr|td|th)\b[^>]*>/gi, '\n'],
  [/<br\s*\/?>/gi, '\n'],
  [/<\/?(?:p|li|ul|ol|h[1-6]|div)\b[^>]*>/gi, '\n'],
  [/<\/?(?:b|i|u|em|strong|span|code)\b[^>]*>/gi, ''],
  // Tags that name a field.
  [/<[a-z]+\s[a-z]+="([^"<>\n]{2,40})"\s*>([^<>\n]{0,40})<\/[a-z]+>/gi, '\n$1: $2\n'],
  [/<([a-z_ -]{2,40})>([^<>\n]{0,40})<\/\1>/gi, '\n$1: $2\n'],
];

const afterNormalisation: readonly (readonly [pattern: RegExp, by: string])[] = [
  // What is struck out was taken back.
  [/~~[^~\n]*~~/g, ''],
  [/\$\\?(?:frac\{(\d+(?:\.\d+)?)\}\{(\d+)\})\$?/g, '$1/$2'],
  [/\\boxed\{([^{}]*)\}/g, '$1'],
  [/[‐‑‒–—―−﹣]/g, '-'],
  [/--+>|->|=+>|➜|➔|⇒/g, '→'],
  [/[“”„«»「」『』]/g, '"'],
  [/【|〔/g, '['],
  [/】|〕/g, ']'],
  [/\.{2,}|…+|_{4,}/g, ' : '],
  [/(?<=[^\s|:-][^\S\n]+)--+(?=[^\S\n])/g, '-'],
  [/^[ \t]*(?:[>#]+[ \t]*)+/gm, ''],
  [/^[ \t]*[*+•·●▪◦‣⁃✓✔✅-][ \t]+/gmu, ''],
  [/[*`$]+/g, ''],
  [/。/g, '. '],
  [/__+/g, ''],
  [/(?<![\p{L}\p{N}])_(?=[\p{L}\p{N}])|(?<=[\p{L}\p{N}:.])_(?![\p{L}\p{N}])/gu, ''],
];

const apply = (text: string, list: typeof rewrites): string =>
  list.reduce((rest, [pattern, by]) => rest.replaceAll(pattern, by), text);

/** NFKC takes full-width digits, slashes and colons to their plain forms. */
export const normalised = (text: string): string => apply(text, fractions).normalize('NFKC');

/** `<accuracy>` with further tags in it heads a section. */
const headings = (text: string): string =>
  text.replaceAll(/<(\/?)([a-z_ -]{2,40})>/gi, (tag, closing: string, name: string) =>
    dimensionNamed(name) ? (closing ? '\n' : `\n${name}\n`) : tag,
  );

export function plainText(output: string): string {
  return apply(normalised(headings(apply(withoutThinking(output), rewrites))), afterNormalisation);
}
