/** Scores in prose and lists: behind the name of a dimension, or in the section that the name heads. */
import { type Mention, mentionsIn } from './names.ts';
import { noScore, type Reading, scaleSaid } from './reading.ts';
import { readValue, type Value } from './value.ts';

/** What may stand before a name that begins a line. */
const lineBegin =
  /(?:^|\n)[\s"'([{|]*(?:(?:\(?\d{1,2}\s*[.):、]?|[a-f][.)]|[ivx]{1,4}[.)]|[一二三四五六]\s*[、.]|(?:dimension|criterion|metric|维度|指标)\s*\d*\s*[:.]?|(?:score|rating)\s+(?:for|of))\s*)*["'([]*$/iu;
const scoreWord = '(?:scores?|ratings?|grades?|marks?|评分|得分|分数|打分|评级)';
const linked = new RegExp(
  String.raw`^[\s_-]*(?:${scoreWord})?\s*(?:(?:is|was|gets?|receives?|received|earns?|earned|scores?|scored|rated|deserves?|merits|warrants|should\s+be|would\s+be|at|为|是|给|得|打|评为|評為)\s*(?:rated|scored|given|assigned|as|at)?\s*)?`,
  'iu',
);
const separator = /^\s*(?::|=|→|\||-(?!\d))\s*/u;
/** Of a line of values: elsewhere what follows a comma belongs to the next name. */
const comma = /^[,;](?=\S)/;
const bracketed = /^\s*[([]([^()[\]\n]{0,60})[)\]]/u;
/** A bare number is a score where it ends there, or a reason follows; `3 lesions` counts something. */
const reasonFollows =
  /^\s*(?:$|[\n,;.:!)\]|"'}(/→>+-]|and\b(?!\s*\d)|und\b|(?:because|as|since|for|overall|while|with|but|though|although|given|due|based|owing|weil|da)\b|\p{Lu}|(?![个個处處种種项項例张張次岁月年天])\p{Script=Han})/u;
const standsAlone = /^\s*(?:$|[\n,;.:!)\]|"'}])/u;
const negative = /^\s*-\s?\d/;
/** Several numbers for one dimension. */
const list = /^\d+(?:\.\d+)?,\s\d+(?:\.\d+)?\s*[\]})]/;
/** `Safety and accuracy: 4` says which of the two? */
const joined = /^\s*(?:and|&|\/|\+|und|和|及|与)\s*(?:the\s+)?$/iu;
/** What is no dimension's any more. */
const conclusion =
  /^[\s"'([]*(?:overall|total|average|mean|summary|sum|conclusion|final\s+(?:thoughts|remarks)|总分|總分|总体|總體|综合|綜合|平均|总评|合计)/imu;

type Given = Value | 'none' | null;

interface Heading extends Mention {
  given: Given;
}

/** Scores that stand behind a name, and with `isSure` false those that its section leads to. */
export interface LineReading extends Reading {
  isSure: boolean;
}

/** @param text without mark-up */
export function readLines(text: string): LineReading[] {
  const mentions = mentionsIn(text);
  const headings = mentions.flatMap((mention, i): Heading[] => {
    const isJoint = joined.test(text.slice(mentions[i - 1]?.end ?? 0, mention.start));
    const rest = text.slice(mention.end, mention.end + 400);
    const begins = lineBegin.test(text.slice(Math.max(0, mention.start - 60), mention.start));
    const given = isJoint ? 'none' : givenBehind(rest, begins);
    const heads = begins && /^["'\])]*\s*(?:$|\n|[:=([|-])/u.test(rest);
    return given !== null || heads ? [{ ...mention, given }] : [];
  });
  const readings = headings.flatMap(({ dimension, start, end, given }, i): LineReading[] => {
    if (given !== null) return [{ dimension, at: start, value: given === 'none' ? null : given, isSure: true }];
    const section = text.slice(end, headings[i + 1]?.start ?? text.length);
    const value = valueOfSection(section.slice(0, conclusion.exec(section)?.index ?? section.length));
    return value ? [{ dimension, at: start, value, isSure: false }] : [];
  });
  const known = new Set(readings.map(({ dimension }) => dimension));
  return [
    ...readings,
    ...mentions.filter(({ dimension }) => !known.has(dimension)).flatMap((own) => before(text, own)),
  ];
}

/** `none`: it is said that there is no score. Null: nothing is said there. */
function givenBehind(text: string, begins: boolean): Given {
  let rest = text.replace(/^["'\])]+/, '');
  let scale: number | null = null;
  let inBrackets: Value | null = null;
  const inner = bracketed.exec(rest);
  if (inner) {
    const [all, content = ''] = inner;
    inBrackets = readValue(content.replace(new RegExp(`^\\s*${scoreWord}\\s*[:=]?`, 'iu'), ''));
    if (inBrackets && (Number.isNaN(inBrackets.raw) || !standsAlone.test(inBrackets.rest))) inBrackets = null;
    if (inBrackets?.scale != null) return inBrackets;
    scale = scaleSaid(content);
    rest = rest.slice(all.length);
  }
  const link = linked.exec(rest)?.[0] ?? '';
  const isLinked = link.trim() !== '';
  rest = rest.slice(link.length);
  const sign = separator.exec(rest)?.[0] ?? (begins ? comma.exec(rest)?.[0] : undefined) ?? '';
  rest = rest.slice(sign.length).replace(/^["'([{<]+/, '');
  const isSaid = isLinked || sign !== '';
  if (sign.trim() !== '' && negative.test(rest)) return 'none';
  if (isSaid && (noScore.test(rest) || list.test(rest))) return 'none';
  const announced = new RegExp(`^\\s*${scoreWord}\\s*(?:[:=]|is|of|为|是)?\\s*`, 'iu').exec(rest)?.[0] ?? '';
  const value = readValue(rest.slice(announced.length));
  const ends = isSaid ? reasonFollows : standsAlone;
  const isScore =
    value !== null &&
    (value.scale !== null || ends.test(value.rest)) &&
    (isSaid || begins || value.scale !== null || standsAlone.test(value.rest));
  if (!isScore) return inBrackets;
  // "Accuracy (5): 4" tells the most that there is.
  return {
    ...value,
    scale: value.scale ?? scale ?? (inBrackets && [10, 100].includes(inBrackets.raw) ? inBrackets.raw : null),
  };
}

const announcedIn = new RegExp(
  String.raw`(?<![a-z])${scoreWord}\s*(?:given|assigned|awarded)?\s*(?:[:=→]|is|of|as|at|为|是|-(?!\d))?\s*(?=[\d★⭐零一二两三四五zotf~≈约a(])\(?`,
  'giu',
);
const candidate = /(?<![\d.,/-])(?:\d{1,3}|[★⭐]|\b(?:zero|one|two|three|four|five)\b)/giu;

/** The one score of a section: what is called a score, else what names its scale, else a number on a line of its own. */
function valueOfSection(section: string): Value | null {
  const called = [...section.matchAll(announcedIn)].flatMap(({ 0: all, index }) => {
    const value = readValue(section.slice(index + all.length));
    return value && (value.scale !== null || reasonFollows.test(value.rest)) ? [value] : [];
  });
  if (called.length > 0) return onlyOne(called);
  const scaled = [...section.matchAll(candidate)].flatMap(({ index }) => {
    const value = readValue(section.slice(index));
    return value?.scale != null ? [value] : [];
  });
  if (scaled.length > 0) return onlyOne(scaled);
  const alone = section.split('\n').flatMap((line) => {
    const value = readValue(line.replace(/^[\s:=→-]+/, ''));
    return value && value.rest.trim() === '' ? [value] : [];
  });
  return onlyOne(alone);
}

function onlyOne(values: readonly Value[]): Value | null {
  const [first] = values;
  return first && values.every(({ raw, scale }) => raw === first.raw && scale === first.scale) ? first : null;
}

/** `4/5 for accuracy`, `a 4 in Safety`. */
function before(text: string, { dimension, start }: Mention): LineReading[] {
  const line = text.slice(Math.max(text.lastIndexOf('\n', start - 1) + 1, start - 60), start);
  const found = [...line.matchAll(candidate)].flatMap(({ index }) => {
    const value = readValue(line.slice(index));
    // "Reasoning: 4 - precision" is about reasoning.
    const joins = line.slice(0, index).trim() === '' ? headed : named;
    return value && joins.test(value.rest) ? [{ dimension, at: start, value, isSure: false }] : [];
  });
  return found.slice(0, 1);
}

const named = /^\s*(?:for|on|in|regarding)\s+(?:the\s+|its\s+)?["']?$/iu;
const headed = /^\s*(?:(?:for|on|in|regarding)\s+(?:the\s+|its\s+)?|[-:|]\s*|\s)["']?$/iu;
