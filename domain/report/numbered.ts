/** Each reason once, by a number; many rows share theirs. */
export function numbered(lists: readonly (readonly string[])[]): {
  all: string[];
  write: (own: readonly string[]) => string;
} {
  const all = [...new Set(lists.flat())];
  const write = (own: readonly string[]): string =>
    own.length === 0 ? 'yes' : `no: ${own.map((reason) => all.indexOf(reason) + 1).join(', ')}`;
  return { all, write };
}
