/** JSON as Python writes it: NaN and Infinity may stand where numbers do. */

/** A string, or a number that JSON does not have. */
const token = /"(?:\\.|[^"\\])*"|-?\bInfinity\b|\bNaN\b/g;

/** Parses one value; NaN and Infinity become null. Throws a SyntaxError for what is no JSON. */
export const parsePythonJson = (text: string): unknown =>
  JSON.parse(text.replaceAll(token, (found) => (found.startsWith('"') ? found : 'null')));
