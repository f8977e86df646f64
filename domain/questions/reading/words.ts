/** A passage as words and what stands between them, in one pass: a long output costs no more than its length. */
import { spellWord } from '../../knowledge/label.ts';

/** What parts a word from the one before it. `slash`: "/" or "|", which also joins alternatives. */
export type Break = 'none' | 'slash' | 'clause' | 'sentence';

export interface Word {
  /** As it was written, of compatible characters: "Ａ" is "A". */
  raw: string;
  /** As labels are compared: "Naevi" is "nevus". */
  text: string;
  /** Another script than Latin. */
  foreign: boolean;
  before: Break;
  /** True where a question mark stands between this word and the next. */
  questioned: boolean;
}

const entities: Record<string, string> = { nbsp: ' ', amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", colon: ':' };
const entity = /&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|([a-z]{2,6}));/gi;

/** HTML's entities as characters; one that is unknown parts words. */
export const decodeEntities = (text: string): string =>
  text.replaceAll(entity, (_, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
    if (name !== undefined) return entities[name.toLowerCase()] ?? ' ';
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : ' ';
  });

const lineTag = /<\/?(?:br|p|div|li|ul|ol|tr|td|h[1-6])\b[^<>]{0,60}>/gi;
const inlineTag = /<\/?(?:b|i|u|em|strong|span|mark|code|font|sub|sup|s|bos|eos|pad|unk)\b[^<>]{0,60}>/gi;
const specialToken = /<\|[^<>|]{1,40}\|>/g;
const latexCommand = /\\(?:boxed|text(?:bf|it|rm)?|math(?:bf|it|rm)|bf|rm|left|right)(?![a-z])/gi;
const escapedLine = /\\[rn]/g;
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

/** Markup and escapes as what they look like. */
const plain = (passage: string): string =>
  decodeEntities(passage)
    .replaceAll(specialToken, ' ')
    .replaceAll(lineTag, '\n')
    .replaceAll(inlineTag, '')
    .replaceAll(latexCommand, ' ')
    .replaceAll(escapedLine, '\n')
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(invisible, '')
    .replaceAll(/['’‘`´]s\b|['’‘`´"“”]/gi, '') // "Kaposi's" is "Kaposi", as labels have it
    .replaceAll('&', ' and ');

/** A Latin word as `normaliseLabel` cuts it ("0.76" and "CD30+" are one), or a run of another script. */
const wordPattern = /((?:[a-z0-9]|(?<=\d)(?:\.(?=\d)|\+))+)|((?:(?![a-z])\p{L})+)/giu;

export function wordsOf(passage: string): Word[] {
  const text = plain(passage);
  const words: Word[] = [];
  let end = 0;
  for (const match of text.matchAll(wordPattern)) {
    const [raw, latin] = match;
    const between = text.slice(end, match.index);
    const last = words.at(-1);
    if (last) last.questioned = asks(between);
    words.push({
      raw,
      text: latin === undefined ? raw : spellWord(raw.toLowerCase()),
      foreign: latin === undefined,
      before: last ? breakOf(between) : 'none',
      questioned: false,
    });
    end = match.index + raw.length;
  }
  const last = words.at(-1);
  if (last) last.questioned = asks(text.slice(end));
  return words;
}

const asks = (between: string): boolean => between.includes('?');

function breakOf(between: string): Break {
  if (/[.!?\n\r\u2028。]/.test(between)) return 'sentence';
  if (/[/|\\]/.test(between)) return 'slash';
  if (/[^\s\-‐_*#$]|\s[-‐]|[-‐]\s/.test(between)) return 'clause';
  return 'none';
}
