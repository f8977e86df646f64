/** Open questions, to be read by people (App. E): a small seeded choice of test cases, answered in prose. */
import { createRandom } from '../../random.ts';
import type { Benchmark } from '../benchmark.ts';
import { openItems } from '../items.ts';
import { answeredAs } from '../scoring/answer-rules.ts';

/** As many as a person reads. Of each diagnosis in turn, so that rare ones are among them. */
const mostCases = 40;

export const openCases: Benchmark = {
  name: 'open-cases',
  title: 'Open questions',
  description:
    'Diagnosis, signs and lesion condition in prose, without options. The number counts conclusions that are the diagnosis (lenient: any label that is true of the case); the texts are there to be read.',
  reads: ['cases'],
  choosesAmongAll: true,
  prompt: 'P9',
  needs: 'test cases; import a data set with a test split',
  items: ({ cases = [] }, profile) => {
    const byDiagnosis = Map.groupBy(
      createRandom('open-cases').shuffle(cases.toSorted((a, b) => (a.id < b.id ? -1 : 1))),
      ({ diagnosis }) => diagnosis,
    );
    const turns = [...byDiagnosis].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, own]) => own);
    const longest = Math.max(0, ...turns.map(({ length }) => length));
    const inTurn = Array.from({ length: longest }, (_, i) => turns.flatMap((own) => own.slice(i, i + 1))).flat();
    return openItems(inTurn.slice(0, mostCases), 'open', profile);
  },
  ...answeredAs('open', 'open-cases'),
  published: [],
};
