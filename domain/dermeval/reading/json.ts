/** Scores that a judge gives as JSON, alone or among words, whatever it calls its fields. */
import { dimensionNamed } from './names.ts';
import type { Reading } from './reading.ts';
import { readValue } from './value.ts';

const nameFields = /^(?:dimension|name|metric|criterion|aspect|category|title|key|维度|指标|名称)$/i;
const scoreFields = /^(?:score|scores?_?value|rating|value|grade|mark|points?|numeric_?score|分数|评分|得分|打分)$/i;
const scaleFields = /^(?:max|max_?score|max_?points|maximum|out_?of|scale|满分)$/i;

/** Objects tried at most, so that a text of braces costs no more than one of letters. */
const mostTried = 100;

/**
 * @param text as the judge wrote it, thinking taken out
 * @returns what was found, and the text without the objects that said it
 */
export function readJson(text: string): { readings: Reading[]; rest: string } {
  const readings: Reading[] = [];
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
      return JSON.parse(candidate);
    } catch {
      // The next form may parse; a text of none is no JSON.
    }
  }
  return null;
}

function readingsIn(value: unknown, at: number): Reading[] {
  if (Array.isArray(value)) return value.flatMap((each) => readingsIn(each, at));
  if (typeof value !== 'object' || value === null) return [];
  const fields = Object.entries(value);
  const named = fields.find(([field, own]) => nameFields.test(field) && typeof own === 'string');
  const own = named && dimensionNamed(String(named[1]));
  if (own) return [{ dimension: own.dimension, at, value: givenScore(value) }];
  return fields.flatMap(([field, inside]) => {
    const key = dimensionNamed(spaced(field));
    const score = key && givenScore(inside);
    if (!key || (key.isLoose && !score)) return readingsIn(inside, at);
    return [{ dimension: key.dimension, at, value: score }];
  });
}

/** `medicalGroundedness` in words. */
const spaced = (field: string): string => field.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ');

function givenScore(given: unknown): Reading['value'] {
  if (typeof given === 'number') return { raw: given, scale: null };
  if (typeof given === 'string') return readValue(given.replace(/^[^:=\d]{0,20}[:=]\s*/, ''));
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return null;
  const fields = Object.entries(given);
  const score = fields.find(([field]) => scoreFields.test(field));
  const most = fields.find(([field, own]) => scaleFields.test(field) && [5, 10, 100].includes(Number(own)));
  const value = score ? givenScore(score[1]) : null;
  return value && most ? { ...value, scale: value.scale ?? Number(most[1]) } : value;
}
