/** JSON as Python writes it: NaN and Infinity may stand where numbers do, and whole numbers have any length. */
import { parseGivenJson } from '../../rows/json-text.ts';

/** A string, a number, or a number that JSON does not have. */
const token = /"(?:\\.|[^"\\])*"|-?\bInfinity\b|\bNaN\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Parses one value. NaN and Infinity become null, and a whole number that JavaScript cannot hold its digits as a string.
 * Throws a SyntaxError for what is no JSON.
 */
export const parsePythonJson = (text: string): unknown =>
  parseGivenJson(
    text.replaceAll(token, (found) => {
      if (/^-?\d/.test(found))
        return /^-?\d{16,}$/.test(found) && String(Number(found)) !== found ? `"${found}"` : found;
      return found.startsWith('"') ? found : 'null';
    }),
  );
