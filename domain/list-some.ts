/** The first few names of a list, for messages. */
export const listSome = (names: readonly string[], count = 5): string =>
  names.length > count ? `${names.slice(0, count).join(', ')}, … (${names.length} in all)` : names.join(', ');
