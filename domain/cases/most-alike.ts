/** The few most alike of any number of candidates that come in any order. */

interface Candidate {
  position: number;
  orientation: number;
  /** True where the window is of the asked picture, not of the indexed one. */
  reversed: boolean;
  /** Number of the window where alignment starts; -1 for the whole picture. */
  window: number;
  cosine: number;
  /** Of two equal ones in all else the lower one is taken. */
  tie: number;
}

export interface MostAlike {
  /** Of several with one position, orientation and direction the most alike counts. */
  offer(candidate: Candidate): void;
  /** One with a lower cosine is not taken any more. */
  least(): number;
  /** The most alike first; of equal ones that of the lower position, then of the earlier orientation. */
  list(): readonly Candidate[];
}

const turnOf = ({ orientation, reversed }: Candidate): number => 2 * orientation + Number(reversed);

const compare = (a: Candidate, b: Candidate): number =>
  b.cosine - a.cosine || a.position - b.position || turnOf(a) - turnOf(b);

export function createMostAlike(count: number): MostAlike {
  const best: Candidate[] = [];
  return {
    offer: (candidate) => {
      const last = best[count - 1];
      if (last && compare(candidate, last) > 0) return;
      const same = best.findIndex(
        (other) => other.position === candidate.position && turnOf(other) === turnOf(candidate),
      );
      const known = best[same];
      if (known) {
        if (known.cosine > candidate.cosine || (known.cosine === candidate.cosine && known.tie <= candidate.tie))
          return;
        best.splice(same, 1);
      }
      const place = best.findIndex((other) => compare(candidate, other) < 0);
      best.splice(place < 0 ? best.length : place, 0, candidate);
      if (best.length > count) best.pop();
    },
    least: () => best[count - 1]?.cosine ?? -1,
    list: () => best,
  };
}
