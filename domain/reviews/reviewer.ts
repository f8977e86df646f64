/** Who a reviewer is: two people count as two only where their names differ to a reader. */

/** Blanks: also a tab or a line's end, and Braille's empty cell, which Unicode has for a picture. */
const blanks = /[\s\p{Cc}\u2800]+/gu;
/** Also the fillers and selectors that Unicode has for letters and marks. */
const invisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** As it is kept and shown: blanks at the ends and twice in a row are nobody's name. Empty where nothing can be seen. */
export const reviewerName = (typed: string): string =>
  typed.normalize('NFC').replaceAll(invisible, '').replaceAll(blanks, ' ').trim();

/** Equal for "Dr Ada", "dr  ada", "DR ADA" and the same letters in other characters; "Strauß" is "STRAUSS". */
export const reviewerKey = (name: string): string => reviewerName(name.normalize('NFKC')).toUpperCase().toLowerCase();

/** Names of the programs that stand in for people. */
export const scriptedReviewer = (number: number): string => `script-${number}`;

/** A person may not go by a program's name. */
export const isScriptName = (name: string): boolean => /^script\b/.test(reviewerKey(name));

/** Why a person's review under a program's name is refused. */
export const scriptNameRefusal = 'a name that begins with "script" is a program\'s';

export const longestName = 80;

/** Why a person cannot review under this name; null where one can. */
export function nameRefusal(typed: string): string | null {
  const name = reviewerName(typed);
  if (name === '') return 'a name is needed, of letters that can be seen';
  if (name.length > longestName) return `the name is longer than ${longestName} characters; shorten it`;
  return isScriptName(name) ? `${scriptNameRefusal}; give your own` : null;
}
