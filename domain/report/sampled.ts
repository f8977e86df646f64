/** Vote and pass@k in one line, for pages. */
import type { SampledScores } from '../contracts/sampled.ts';
import { percent, percentRange } from './words.ts';

export function sampledWords({ answers, vote, passAt }: SampledScores, reader: 'strict' | 'lenient'): string {
  const shares = [
    { name: `vote of ${answers} answers`, ...vote[reader] },
    ...passAt.map((own) => ({ name: `pass@${own.k}`, ...own[reader] })),
  ];
  return shares.map(({ name, ...own }) => `${name} ${percent(own.value)} (${percentRange(own)})`).join(', ');
}
