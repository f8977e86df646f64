/** Signs found: which of the concepts that experts noted in a picture an answer names (SkinCon: a closed list of 48). */
import type { ScoredItem } from '../evaluation/scored.ts';
import type { Benchmark, BenchmarkItem } from './benchmark.ts';
import { openItems } from './items.ts';
import { namedConcepts } from './scoring/concept-names.ts';
import { identityOf } from './scoring/scorers.ts';
import { summariseOpen } from './summarise.ts';

/** F1 of the concepts named; 1 where none is there and none is named. */
export function conceptF1(expected: readonly string[], named: readonly string[]): number {
  if (expected.length + named.length === 0) return 1;
  const hits = named.filter((concept) => expected.includes(concept)).length;
  return (2 * hits) / (expected.length + named.length);
}

function scoreConcepts(item: BenchmarkItem, output: string): ScoredItem {
  const { strict, lenient } = namedConcepts(output);
  const reading = (named: readonly string[]) => ({
    letter: null,
    predicted: named.join('; ') || null,
    correct: conceptF1(item.concepts, named) === 1,
    score: conceptF1(item.concepts, named),
  });
  return {
    ...identityOf(item),
    output,
    expected: item.concepts.join('; '),
    strict: reading(strict),
    lenient: reading(lenient),
    unreadable: strict.length > 0 ? null : output.trim() === '' ? 'empty' : 'no option named',
    conditionCorrect: null,
    concepts: { expected: item.concepts, strict, lenient },
  };
}

export const concepts: Benchmark = {
  name: 'concepts',
  title: 'Signs found',
  description:
    'Which of the signs that experts noted a model names. The number is the mean over pictures of F1; strict counts the lines "sign: how it looks" that are asked for, lenient every sign that the text names and does not deny.',
  reads: ['cases'],
  prompt: 'the prompt of the alignment of concepts',
  needs: 'test cases of SkinCon; add { adapter: skincon } to data.sources (pictures of `use: concepts` are trained on)',
  items: (sources, profile) => {
    const noted = (sources.cases ?? []).filter((c) => c.concepts !== undefined);
    const pictures = noted.filter(({ source }) => source.startsWith('skincon/'));
    return openItems(pictures, 'concepts', profile);
  },
  score: scoreConcepts,
  summarise: (items) => summariseOpen('concepts', items),
  published: [],
};
