/** Whose scores a column, a row or a field holds, by its name: the candidate's, or what stands beside them. */

/** No score of the candidate, whatever number is there. */
const beside =
  /\b(?:reference|gold|ground[\s_-]*truth|certified|expected|weight(?:s|ed|ing)?|confidence|normali[sz]ed|deduct\w*|initial|draft|previous|before|example|rationales?|reasons?|reasoning|comments?|suggestions?|critiques?|strengths|weaknesses|justifications?|explanations?|notes?|why|feedback|improvements?)\b|^\s*(?:#|no\.?)\s*$|理由|说明|說明|参考|參考|权重|權重/iu;
const most = /^\s*(?:max(?:imum)?|highest|possible|full|out\s+of)\b|\bpossible\b|^满分/iu;
const own = /\b(?:final|revised|adjusted|corrected|updated|candidate)\b|最终|最終|候选/iu;

/** A score, but of another text. */
const foreign = /\b(?:reference|gold|ground[\s_-]*truth|certified|expected|weights?)\b|参考|參考|权重|權重/iu;

/** As one name for the words of a field: `initial_scores`, `initialScores`. */
const spaced = (name: string): string => name.replaceAll(/(?<=[a-z])(?=[A-Z])|_/g, ' ');

/** The most that there is. */
export const isMost = (name: string): boolean => most.test(spaced(name));

export const isForeign = (name: string): boolean => foreign.test(spaced(name));

/** Of several that hold scores those that count: the candidate's, and of these the last thought where one is named so. */
export function counting<T>(all: readonly T[], nameOf: (each: T) => string): T[] {
  const kept = all.filter((each) => !beside.test(spaced(nameOf(each))) && !isMost(nameOf(each)));
  const named = kept.filter((each) => own.test(spaced(nameOf(each))));
  return named.length > 0 ? named : kept;
}
