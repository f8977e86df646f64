/** Scores that a judge gives as JSON, alone or among words, whatever it calls its fields. */
import { parseReplyJson } from '../../replies/json.ts';
import { reasonFollows } from './behind.ts';
import { dimensionNamed } from './names.ts';
import type { ScoreReading } from './reading.ts';
import { counting, isForeign } from './roles.ts';
import { readValue } from './value.ts';

const nameFields = /^(?:dimension|name|metric|criterion|aspect|category|title|key|维度|指标|名称)$/i;
const scoreFields = /^(?:score|scores?_?value|rating|value|grade|mark|points?|numeric_?score|分数|评分|得分|打分)$/i;
const scaleFields = /^(?:max|max_?score|max_?points|maximum|out_?of|scale|满分)$/i;

/** Objects tried at most, so that a text of braces costs no more than one of letters. */
const mostTried = 100;
/** Objects within one another that are looked into. */
const deepest = 20;

/**
 * @param text as the judge wrote it, thinking taken out
 * @returns what was found, and the text without the objects that said it
 */
export function readJsonScores(text: string): { readings: ScoreReading[]; rest: string } {
  const readings: ScoreReading[] = [];
  let rest = '';
  let from = 0;
  let tried = 0;
  for (const { index } of text.matchAll(/[{[]/g)) {
    if (index < from || tried >= mostTried) continue;
    tried += 1;
    const end = endOf(text, index);
    if (end === null) continue;
    const found = readingsIn(parse(text.slice(index, end)), index);
    if (found.length === 0) continue;
    readings.push(...found);
    rest += `${text.slice(from, index)}\n`;
    from = end;
  }
  return { readings, rest: rest + text.slice(from) };
}

/** Behind the bracket that closes the one at `start`; null where none does. */
function endOf(text: string, start: number): number | null {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quoted && character === '\\') at += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && '{['.includes(character)) depth += 1;
    else if (!quoted && '}]'.includes(character)) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return null;
}

/** Also with commas too many, comments, and as Python prints a dictionary. */
function parse(text: string): unknown {
  const plain = text.replaceAll(/^\s*\/\/.*$/gm, '').replaceAll(/,(\s*[}\]])/g, '$1');
  const python = plain.includes('"') ? plain : plain.replaceAll("'", '"').replaceAll(/\bNone\b/g, 'null');
  for (const candidate of [text, plain, python]) {
    try {
      return parseReplyJson(candidate);
    } catch {
      // The next form may parse; a text of none is no JSON.
    }
  }
  return null;
}

function readingsIn(value: unknown, at: number, depth = 0): ScoreReading[] {
  if (depth > deepest) return [];
  const inner = (each: unknown): ScoreReading[] => readingsIn(each, at, depth + 1);
  if (typeof value === 'string') return /^\s*[{[]/.test(value) ? inner(parse(value)) : [];
  if (Array.isArray(value)) return value.flatMap(inner);
  if (typeof value !== 'object' || value === null) return [];
  const all = Object.entries(value);
  const named = all.find(([field, own]) => nameFields.test(field) && typeof own === 'string');
  const own = named && dimensionNamed(String(named[1]));
  if (own) return [{ dimension: own.dimension, at, value: givenScore(value) }];
  const listed = readLists(Object.values(value), at);
  if (listed.length > 0) return listed;
  const read = all.map(([field, inside]) => {
    const key = dimensionNamed(field);
    const score = key && givenScore(inside);
    const isGroup = !key || (key.isLoose && !score);
    return { field, isGroup, readings: isGroup ? inner(inside) : [{ ...key, at, value: score }] };
  });
  return thatCount(read).flatMap(({ readings }) =>
    readings.map(({ dimension, value: own }) => ({ dimension, at, value: own })),
  );
}

interface Field {
  field: string;
  isGroup: boolean;
  readings: ScoreReading[];
}

/** Of objects beside one another those of the candidate, and of its drafts the last. Reasons may be such an object, too. */
function thatCount(fields: readonly Field[]): readonly Field[] {
  const groups = fields.filter(({ isGroup, readings }) => isGroup && readings.some(({ value }) => value !== null));
  const counted = counting(groups, ({ field }) => field);
  if (counted.length > 0) return fields.filter((each) => !each.isGroup || counted.includes(each));
  // Said to be missing, so that nobody looks for it in the text of the object.
  const withoutScores = (readings: readonly ScoreReading[]): ScoreReading[] =>
    readings.map((each) => ({ ...each, value: null }));
  return fields.map((each) =>
    each.isGroup && isForeign(each.field) ? { ...each, readings: withoutScores(each.readings) } : each,
  );
}

/** A list of names, and one of as many scores. */
function readLists(lists: readonly unknown[], at: number): ScoreReading[] {
  const names = lists.find(
    (list) => Array.isArray(list) && list.length > 1 && list.every((each) => dimensionNamed(String(each))),
  );
  if (!Array.isArray(names)) return [];
  const scores = lists.filter(
    (list) => list !== names && Array.isArray(list) && list.length === names.length && list.some(givenScore),
  );
  const [only] = scores;
  if (scores.length !== 1 || !Array.isArray(only)) return [];
  return names.flatMap((name, i) => {
    const own = dimensionNamed(String(name));
    return own ? [{ dimension: own.dimension, at, value: givenScore(only[i]) }] : [];
  });
}

function givenScore(given: unknown): ScoreReading['value'] {
  if (typeof given === 'number') return { raw: given, scale: null };
  if (typeof given === 'string') {
    const value = readValue(given.replace(/^[^:=\d]{0,20}[:=]\s*/, ''));
    // "2 more differential diagnoses" counts something.
    return value && (value.scale !== null || reasonFollows.test(value.rest)) ? value : null;
  }
  // `[4, "names two of three"]`
  if (Array.isArray(given)) {
    const [raw, ...others] = given.filter((each) => typeof each === 'number');
    return raw === undefined || others.length > 0 ? null : { raw, scale: null };
  }
  if (typeof given !== 'object' || given === null) return null;
  const fields = Object.entries(given);
  const score = fields.find(([field]) => scoreFields.test(field));
  const most = fields.find(([field, own]) => scaleFields.test(field) && Number(own) > 0);
  const value = score ? givenScore(score[1]) : null;
  return value && most ? { ...value, scale: value.scale ?? Number(most[1]) } : value;
}
