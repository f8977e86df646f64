/** Signs found: which of the concepts that experts noted in a picture an answer names (SkinCon: a closed list of 48). */
import type { Benchmark } from '../benchmark.ts';
import { openItems } from '../items.ts';
import { answeredAs } from '../scoring/answer-rules.ts';

export const concepts: Benchmark = {
  name: 'concepts',
  title: 'Signs found',
  description:
    'Which of the signs that experts noted a model names. The number is the mean over pictures of F1; strict counts the lines "sign: how it looks" that are asked for, lenient every sign that the text names and does not deny.',
  reads: ['cases'],
  choosesAmongAll: false,
  prompt: 'the prompt of the alignment of concepts',
  needs: 'test cases of SkinCon; add { adapter: skincon } to data.sources (pictures of `use: concepts` are trained on)',
  items: (sources, profile) => {
    const noted = (sources.cases ?? []).filter((c) => c.concepts !== undefined);
    const pictures = noted.filter(({ source }) => source.startsWith('skincon/'));
    return openItems(pictures, 'concepts', profile);
  },
  ...answeredAs('concepts', 'concepts'),
  published: [],
};
