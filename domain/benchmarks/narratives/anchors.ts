/**
 * Texts of known quality that are judged beside every evaluation: the certified ones themselves, which are as good as can
 * be, and those of other diseases, which are as bad. They say whether the judge tells the two apart, and whether it is
 * still the judge that it was.
 */
import { meanScore } from '../../dermeval/dimensions.ts';
import { testScores } from '../../evaluation/statistics/paired-scores.ts';
import { createRandom } from '../../random.ts';
import type { BenchmarkItem } from '../benchmark.ts';
import { type JudgedKind, type Judgement, scoresOfText } from './judged.ts';

interface AnchorText {
  kind: Exclude<JudgedKind, 'answer'>;
  item: BenchmarkItem;
  narrative: string;
}

/** @param most of each kind; items without a certified text give none */
export function drawAnchors(items: readonly BenchmarkItem[], most: number): AnchorText[] {
  const certified = items.filter(({ reference }) => reference !== undefined).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const random = createRandom('anchors');
  return random
    .shuffle(certified)
    .slice(0, most)
    .flatMap((item): AnchorText[] => {
      const others = certified.filter(({ diagnosis }) => diagnosis !== item.diagnosis);
      const other = others.length === 0 ? null : random.fork(item.id).pick(others);
      return [
        { kind: 'certified', item, narrative: item.reference ?? '' },
        ...(other ? [{ kind: 'mismatched' as const, item, narrative: other.reference ?? '' }] : []),
      ];
    });
}

/** Means of the anchors by kind and item: what is kept of a judge to see later whether it is another one. */
export const anchorScores = (judgements: readonly Judgement[]): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(judgements, ({ kind, id }) => `${kind}/${id}`)].flatMap(([name, own]) => {
      const mean = own[0]?.kind === 'answer' ? null : meanScore(scoresOfText(own));
      return mean === null ? [] : [[name, mean]];
    }),
  );

/** Of judges that are the same, at most one in a thousand is called another. */
const level = 0.001;

interface Drift {
  kind: AnchorText['kind'];
  /** Mean of now less before, on the scale from 0 to 5. */
  difference: number;
  p: number;
}

/** The kind of anchor whose scores differ from those before by more than chance would have it; null where none does. */
export function driftOf(before: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>): Drift | null {
  const tests = (['certified', 'mismatched'] as const).flatMap((kind): Drift[] => {
    const differences = Object.entries(now).flatMap(([name, value]) => {
      const first = before[name];
      return first === undefined || !name.startsWith(`${kind}/`) ? [] : [{ group: name, value: (value - first) / 5 }];
    });
    if (differences.length === 0) return [];
    const { difference, p } = testScores(differences);
    return [{ kind, difference: 5 * difference, p: Math.min(1, 2 * p) }]; // Bonferroni's correction for two kinds
  });
  const [worst] = tests.toSorted((a, b) => a.p - b.p);
  return worst && worst.p < level ? worst : null;
}
