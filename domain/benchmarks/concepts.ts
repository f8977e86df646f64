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
  reads: ['concepts', 'cases'],
  prompt: 'the prompt of the alignment of concepts',
  needs: 'pictures with concepts; add { adapter: skincon, use: concepts } to data.sources',
  items: (sources, profile) => {
    const noted = (sources.cases ?? []).filter((c) => c.concepts !== undefined);
    const pictures = [...(sources.concepts ?? []), ...noted].filter(({ source }) => source.startsWith('skincon/'));
    const unique = new Map(pictures.map((picture) => [picture.id, picture]));
    return openItems([...unique.values()], 'concepts', profile);
  },
  score: scoreConcepts,
  summarise: (items) => summariseOpen('concepts', items),
  published: [],
};
