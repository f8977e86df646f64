/** A reply as its words are looked for: in lower case, with plain apostrophes for those that people and models type, and single spaces. */
export const folded = (text: string): string =>
  text
    .replaceAll(/[\u2018\u2019\u201a\u201b\u02bc\u2032\uff07\u0060\u00b4]/g, "'")
    .normalize('NFKC')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .toLowerCase();
