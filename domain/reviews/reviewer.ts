/** Who a reviewer is: two people count as two only where their names differ to a reader. */

/** As it is kept and shown: blanks at the ends and twice in a row are nobody's name. */
export const reviewerName = (typed: string): string =>
  typed
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
    .replaceAll(/\s+/gu, ' ')
    .trim();

/** Equal for "Dr Ada", "dr  ada" and what looks the same in other characters. */
export const reviewerKey = (name: string): string => reviewerName(name.normalize('NFKC')).toLowerCase();

/** Names of the programs that stand in for people. */
export const scriptedReviewer = (number: number): string => `script-${number}`;

/** A person may not go by a program's name. */
export const isScriptName = (name: string): boolean => /^script\b/.test(reviewerKey(name));
