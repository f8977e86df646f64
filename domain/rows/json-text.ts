/** The value of a text that may be JSON; null where it is not, which a schema then refuses. */
export function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * The value of JSON that a user gives. Throws a SyntaxError for what is no JSON, and for half of a character (`\udce4`:
 * so Python writes what is not UTF-8 in the name of a file), which no canonical JSON and no digest can hold (RFC 8785).
 */
export function parseGivenJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (/\\u[dD][89a-fA-F]/.test(text)) requireWhole(value);
  return value;
}

/** Throws a SyntaxError for a text that has half of a character. */
export function requireWhole(value: unknown): void {
  if (typeof value === 'string' && !value.isWellFormed())
    throw new SyntaxError(`${JSON.stringify(value).slice(0, 80)} has half of a character; write it in UTF-8`);
  if (typeof value !== 'object' || value === null) return;
  for (const entry of Object.entries(value)) for (const part of entry) requireWhole(part);
}
