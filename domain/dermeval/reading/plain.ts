/** A judge's text without what marks it up, so that one grammar reads it. */
import { withoutThinking } from '../../replies/thinking.ts';

/** Replaced in this order. Each says the same to a reader with or without it. */
const rewrites: readonly (readonly [pattern: RegExp, by: string])[] = [
  // Before NFKC, which makes "1⁄2" of it.
  [/(?<=\d)\s?½/g, '.5'],
  [/½/g, '0.5'],
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
  [/\.{3,}|…+|_{4,}/g, ' : '],
  [/^[ \t]*(?:[>#]+[ \t]*)+/gm, ''],
  [/^[ \t]*[*+•·●▪◦‣⁃✓✔✅-][ \t]+/gmu, ''],
  [/[*`$]+/g, ''],
  [/。/g, '. '],
  [/__+/g, ''],
  [/(?<![\p{L}\p{N}])_(?=[\p{L}\p{N}])|(?<=[\p{L}\p{N}:.])_(?![\p{L}\p{N}])/gu, ''],
];

/** NFKC takes full-width digits, slashes and colons to their plain forms. */
export function plainText(output: string): string {
  const apply = (text: string, list: typeof rewrites): string =>
    list.reduce((rest, [pattern, by]) => rest.replaceAll(pattern, by), text);
  return apply(apply(withoutThinking(output), rewrites).normalize('NFKC'), afterNormalisation);
}
