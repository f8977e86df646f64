/** Scores in prose and lists: behind the name of a dimension, or in the section that the name heads. */
import { type Given, givenBehind, reasonFollows, scoreWord } from './behind.ts';
import { type Mention, mentionsIn } from './names.ts';
import type { ScoreReading } from './reading.ts';
import { readValue, type Value } from './value.ts';

/** What may stand before a name that begins a line. */
const lineBegin =
  /(?:^|\n)[\s"'([{|]*(?:(?:\(?\d{1,2}\s*[.):、]?|[a-f][.)]|[ivx]{1,4}[.)]|[一二三四五六]\s*[、.]|(?:dimension|criterion|metric|维度|指标)\s*\d*\s*[:.]?|(?:score|rating)\s+(?:for|of))\s*)*["'([]*$/iu;
/** `Safety and accuracy: 4` says which of the two? */
const joined = /^\s*(?:and|,|、|&|\/|\+|und|和|及|与)\s*(?:the\s+)?$/iu;
/** What no longer belongs to a dimension. */
const conclusion =
  /^[\s"'([]*(?:overall|total|average|mean|summary|sum|conclusion|final\s+(?:thoughts|remarks)|总分|總分|总体|總體|综合|綜合|平均|总评|合计)/imu;

/** `Safety: 3 - though Accuracy is 4.5 elsewhere`: between two scores of one list stand no words but these. */
const ofList = /^(?:[^\p{L}\n]|out of|points?|stars?|and|the|its|scores?|ratings?|is|an?)*$/iu;

interface Heading extends Mention {
  given: Given;
  begins: boolean;
  isAside: boolean;
}

/** Scores that stand behind a name, and with `isSure` false those that its section leads to. */
interface LineReading extends ScoreReading {
  isSure: boolean;
}

/** @param text without mark-up */
export function readLines(text: string): LineReading[] {
  const mentions = mentionsIn(text);
  const found = mentions.flatMap((mention, i): Heading[] => {
    const isJoint = joined.test(text.slice(mentions[i - 1]?.end ?? 0, mention.start));
    const rest = text.slice(mention.end, mention.end + 400);
    const begins = lineBegin.test(text.slice(Math.max(0, mention.start - 60), mention.start));
    const said = givenBehind(rest, begins);
    const given = isJoint && said ? 'none' : said;
    const last = text.lastIndexOf('\n', mention.start - 1);
    const ownLine = mentions.slice(0, i).filter(({ start }) => start > last);
    const behind = text.slice(ownLine.at(-1)?.end ?? mention.start, mention.start);
    const isAside = !begins && (!ofList.test(behind) || ownLine.at(-1)?.dimension === mention.dimension);
    const heading = { ...mention, given, begins, isAside };
    if (mention.isLoose) return given === null || given === 'none' ? [] : [heading];
    const heads = begins && /^["'\])]*\s*(?:$|\n|[:=([|-])/u.test(rest);
    return given !== null || heads ? [heading] : [];
  });
  const stated = new Set(found.flatMap(({ dimension, begins, given }) => (begins && given ? [dimension] : [])));
  const headings = found.filter(({ isAside, dimension }) => !isAside || !stated.has(dimension));
  const readings = headings.flatMap(({ dimension, start, end, given }, i): LineReading[] => {
    if (given !== null) return [{ dimension, at: start, value: given === 'none' ? null : given, isSure: true }];
    const section = text.slice(end, headings[i + 1]?.start ?? text.length);
    const value = valueOfSection(section.slice(0, conclusion.exec(section)?.index ?? section.length));
    return value ? [{ dimension, at: start, value, isSure: false }] : [];
  });
  const known = new Set(readings.map(({ dimension }) => dimension));
  const others = mentions.filter(({ dimension }) => !known.has(dimension));
  return [...readings, ...others.flatMap((own) => before(text, own))];
}

const announced = new RegExp(
  String.raw`(?<![a-z])${scoreWord}\s*(?:given|assigned|awarded)?\s*(?:[:=→]|is|of|as|at|为|是|-(?!\d))?\s*(?=[\d★⭐零一二两三四五zotf~≈约a(])\(?`,
  'giu',
);
const candidate = /(?<![\d.,/-])(?:\d{1,3}|[★⭐]|\b(?:zero|one|two|three|four|five)\b)/giu;

/** The one score of a section: what is called a score, else what names its scale, else a number on a line of its own. */
function valueOfSection(section: string): Value | null {
  const called = [...section.matchAll(announced)].flatMap(({ 0: all, index }) => {
    const value = readValue(section.slice(index + all.length));
    return value && (value.scale !== null || reasonFollows.test(value.rest)) ? [value] : [];
  });
  if (called.length > 0) return onlyOne(called);
  const scaled = [...section.matchAll(candidate)].flatMap(({ index }) => {
    const value = readValue(section.slice(index));
    return value?.scale != null ? [value] : [];
  });
  if (scaled.length > 0) return onlyOne(scaled);
  const lines = section.split('\n').filter((line) => line.trim() !== '');
  const alone = lines.flatMap((line, i) => {
    const value = readValue(line.replace(/^[\s:=→(["'-]+/, ''));
    // The first line may give its reason: "4 - misses two". "1. The diagnosis" is a list's.
    const ends = i === 0 ? /^\s*(?:$|[)\]"']|[-:(]\s)/u : /^[\s)\]"'.]*$/u;
    return value && ends.test(value.rest) ? [value] : [];
  });
  return onlyOne(alone);
}

function onlyOne(values: readonly Value[]): Value | null {
  const [first] = values;
  return first && values.every(({ raw, scale }) => raw === first.raw && scale === first.scale) ? first : null;
}

const named = /^\s*(?:for|on|in|regarding)\s+(?:the\s+|its\s+)?["']?$/iu;
const headed = /^\s*(?:(?:for|on|in|regarding)\s+(?:the\s+|its\s+)?|[-:|]\s*)?[("'[]?$/iu;

/** `4/5 for accuracy`, `a 4 in Safety`, `4/5 (accuracy)`. */
function before(text: string, { dimension, start }: Mention): LineReading[] {
  const line =
    text
      .slice(Math.max(0, start - 60), start)
      .split('\n')
      .at(-1) ?? '';
  const found = [...line.matchAll(candidate)].flatMap(({ index }) => {
    const value = readValue(line.slice(index));
    // "Reasoning: 4 - precision" is about reasoning.
    const joins = line.slice(0, index).trim() === '' ? headed : named;
    return value && joins.test(value.rest) ? [{ dimension, at: start, value, isSure: false }] : [];
  });
  return found.slice(0, 1);
}
