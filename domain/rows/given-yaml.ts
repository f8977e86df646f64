/** A user's own file of YAML or JSON. */
import { parse } from 'yaml';
import { userMistake } from '../failures.ts';
import { requireWhole } from './json-text.ts';

/** @param file shown in messages */
export function readGivenYaml(text: string, file: string): unknown {
  try {
    const value: unknown = parse(text.replace(/^\ufeff/, ''));
    requireWhole(value);
    return value;
  } catch (error) {
    throw userMistake(`${file}: is neither YAML nor JSON (${String(error).split('\n')[0]})`, error);
  }
}
