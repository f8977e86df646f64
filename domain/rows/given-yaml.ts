/** A user's own file of YAML or JSON. */
import { parse } from 'yaml';
import { userMistake } from '../failures.ts';

/** @param file shown in messages */
export function readGivenYaml(text: string, file: string): unknown {
  try {
    return parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw userMistake(`${file}: is neither YAML nor JSON (${String(error).split('\n')[0]})`, error);
  }
}
