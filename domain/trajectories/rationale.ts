/** The rationale r of a textbook-style case, "Presence of X indicates Y." */

/** Writes a rationale from findings and the diagnosis they indicate. */
export const writeRationale = (findings: readonly string[], diagnosis: string): string =>
  `Presence of ${joinFindings(findings)} indicates ${diagnosis}.`;

/** The findings of a rationale in this form; null for any other text. */
export function findingsOf(rationale: string): string[] | null {
  const list = /^Presence of (.+) indicates [^.]+\.$/.exec(rationale)?.[1];
  return list === undefined ? null : list.split(/, | and /);
}

/** `a`, `a and b`, `a, b and c`. */
export function joinFindings(findings: readonly string[]): string {
  const last = findings.at(-1) ?? '';
  return findings.length < 2 ? last : `${findings.slice(0, -1).join(', ')} and ${last}`;
}
