/**
 * A ranked differential without options: is the diagnosis first, is it among the first three? The rules are those by which
 * SkinGPT-R1's repository judges open answers: synonyms and abbreviations count, a coarser label or another subtype does
 * not, and an entry of two diseases is none.
 */
import type { ScoredItem } from '../../evaluation/scored.ts';
import type { Benchmark, BenchmarkItem } from '../benchmark.ts';
import { openItems } from '../items.ts';
import { answeredAs } from '../scoring/answer-rules.ts';
import { rankedEntries } from '../scoring/ranked/entries.ts';
import { identityOf, scoreOpen } from '../scoring/scorers.ts';

const prompt = [
  'Which disease does the picture show? Think first, then end with a list of the three most likely diagnoses, the most',
  'likely first, one disease per line with its number:\n1. …\n2. …\n3. …\nName each as finely as the picture allows.',
  'If the picture cannot be evaluated, write "Not evaluable" in place of the list.',
].join(' ');

/** Entries of the list that count. */
const most = 3;

function scoreRanked(item: BenchmarkItem, output: string): ScoredItem {
  const { entries, abstains } = rankedEntries(output);
  const counted = entries.slice(0, most);
  const place = counted.findIndex((entry) => scoreOpen(item, entry).strict.correct);
  const reading = (predicted: string | null, correct: boolean) => ({
    ...{ letter: null, predicted, correct },
    score: Number(correct),
  });
  return {
    ...identityOf(item),
    output,
    expected: item.diagnosis ?? '',
    strict: reading(counted[0] ?? null, place === 0),
    lenient: reading(counted.join('; ') || null, place >= 0),
    unreadable: counted.length > 0 ? null : abstains ? 'abstained' : 'empty',
    conditionCorrect: null,
  };
}

export const rankedDifferential: Benchmark = {
  name: 'ranked-differential',
  title: 'Ranked differential, open',
  description:
    'The three most likely diagnoses without options. Strict counts those that are right in the first place, lenient those that have the diagnosis among the first three. "Not evaluable" is an abstention: no answer, and no unreadable one; it is counted by itself.',
  reads: ['cases'],
  choosesAmongAll: false,
  prompt: 'its own',
  needs: 'test cases; import a data set with a test split',
  items: ({ cases = [] }, profile) =>
    openItems(cases, 'open', profile).map((item) => ({ ...item, id: `${item.caseId}/ranked`, prompt })),
  ...answeredAs('open', 'ranked-differential'),
  score: scoreRanked,
  published: [],
};
