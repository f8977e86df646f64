/** JSON out of a reply that wraps it in a code fence or in words. */

const fence = /```[\w-]*\s*([\s\S]*?)```/g;

/** The one JSON object in the text, else the text as it is: whoever reads it then says that it is no JSON. */
export function jsonWithin(text: string): string {
  const fenced = [...text.matchAll(fence)].map(([, inside = '']) => inside.trim());
  const braced = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1);
  const [found, ...more] = [...new Set([text.trim(), ...fenced, braced].filter(isJsonObject))];
  // Where there are several answers, none is the answer.
  return found !== undefined && more.length === 0 ? found : text.trim();
}

/**
 * The value of a reply that is JSON. Throws a SyntaxError for what is none. Half of a character, which a model may write
 * as an escape (`\\ud83d`), becomes U+FFFD: no digest can hold it.
 */
export const parseReplyJson = (text: string): unknown =>
  JSON.parse(text, (_, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value));

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
