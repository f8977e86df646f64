/** A verdict in one line. */
import { percent, points } from '../report/words.ts';
import type { NightPoint } from './record.ts';

export function nightWords({ benchmark, verdict, measured }: NightPoint): string {
  const score = measured ? `${percent(measured.score.value)}, ` : '';
  return `${benchmark}: ${score}${verdictWords(verdict)}`;
}

function verdictWords(verdict: NightPoint['verdict']): string {
  switch (verdict.verdict) {
    case 'not measured':
      return `not measured: ${verdict.reason}`;
    case 'new line':
      return verdict.changed.length === 0 ? 'the first night' : `a new line: other ${verdict.changed.join(', ')}`;
    case 'judge drift': {
      const { difference, items } = verdict.anchors;
      return `judge drift: ${items} fixed answers score ${points(difference)} points against ${verdict.since}; the model is not compared`;
    }
    default: {
      const { difference, low, high, detectable } = verdict.test;
      const interval = `95 % interval ${points(low)} to ${points(high)}`;
      const p = verdict.correctedP < 0.001 ? 'p < 0.001' : `p = ${verdict.correctedP.toFixed(3)}`;
      const seen =
        detectable < 1
          ? `a true difference of ${(100 * detectable).toFixed(1)} would be seen in 80 of 100 nights`
          : 'too few patients to see any difference in 80 of 100 nights';
      return `${verdict.verdict}: ${points(difference)} points against ${verdict.since} (${interval}, ${p}; ${seen})`;
    }
  }
}
