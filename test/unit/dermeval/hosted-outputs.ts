/** What hosted judges write beside the form that is asked for, by what went wrong with it before: a mistake or a gap. */
import type { Six } from './judge-outputs.ts';

const N = null;
const six: Six = [4, 3, 5, 2, 4, 3];
const none: Six = [N, N, N, N, N, N];
const names = [
  ...[
    'Accuracy',
    'Safety',
    'Medical Groundedness',
    'Clinical Coverage',
    'Reasoning Coherence',
    'Description Precision',
  ],
];
const six0 = [4, 3, 5, 2, 4, 3];
const rows = (row: (name: string, score: number) => string): string =>
  names.map((name, i) => row(name, six0[i] ?? 0)).join('\n');
const table = (head: string, row: (name: string, score: number) => string): string =>
  `${head}\n|---|---|---|\n${rows(row)}`;
const columns = (lines: readonly string[]): string =>
  [`| Text | ${names.join(' | ')} |`, '|---|---|---|---|---|---|---|', ...lines].join('\n');
/** A first line, and five that are plain. */
const first = (line: string): string =>
  [
    line,
    ...rows((name, score) => `${name}: ${score}`)
      .split('\n')
      .slice(1),
  ].join('\n');
const object = (of: (score: number) => unknown): string =>
  JSON.stringify(Object.fromEntries(names.map((name, i) => [name, of(six0[i] ?? 0)])));
const tagOf = (name: string): string => name.toLowerCase().replace(' ', '_');

export const hostedOutputs: readonly (readonly [kind: string, text: string, scores: Six])[] = [
  ['the most beside the score', table('| Dimension | Max score | Score |', (n, s) => `| ${n} | 5 | ${s} |`), six],
  ['the most of ten', table('| Dimension | Score | Max |', (n, s) => `| ${n} | ${2 * s} | 10 |`), six],
  ['the most of twenty', table('| Dimension | Score | Max |', (n, s) => `| ${n} | ${s} | 20 |`), none],
  ['the reference first', table('| Dimension | Reference | Candidate |', (n, s) => `| ${n} | 5 | ${s} |`), six],
  ['drafts in columns', table('| Dimension | Initial score | Final score |', (n, s) => `| ${n} | 1 | ${s} |`), six],
  ['two raters in columns', table('| Dimension | Judge 1 | Judge 2 |', (n, s) => `| ${n} | ${s} | ${s - 1} |`), none],
  ['two raters who agree', table('| Dimension | Judge 1 | Judge 2 |', (n, s) => `| ${n} | ${s} | ${s} |`), six],
  ['weights', table('| Dimension | Weight | Score | Weighted score |', (n, s) => `| ${n} | 2 | ${s} | 0.5 |`), six],
  [
    'a reason of the score',
    table('| Dimension | Score | Score rationale |', (n, s) => `| ${n} | ${s} | 3/5 right |`),
    six,
  ],
  ['how sure it is', table('| Dimension | Score | Confidence score |', (n, s) => `| ${n} | ${s} | 5 |`), six],
  ['a scale of one in the head', table('| Dimension | Score (0-1) |', (n, s) => `| ${n} | ${s / 5} |`), none],
  [
    'a row of the reference',
    columns(['| Candidate | 4 | 3 | 5 | 2 | 4 | 3 |', '| Reference | 5 | 5 | 5 | 5 | 5 | 5 |']),
    six,
  ],
  ['a row of the most', columns(['| Score | 8 | 6 | 10 | 4 | 8 | 6 |', '| Max | 10 | 10 | 10 | 10 | 10 | 10 |']), six],
  ['rows of two raters', columns(['| A | 4 | 3 | 5 | 2 | 4 | 3 |', '| B | 3 | 2 | 4 | 1 | 3 | 2 |']), none],
  ['a scale of one', `On a scale of 0 to 1:\n${object((s) => s / 5)}`, none],
  ['a scale of four', `On a scale from 1 to 4.\n${rows((n) => `${n}: 3`)}`, none],
  ['a scale of three behind a name', first('Accuracy (0-3): 2'), [N, 3, 5, 2, 4, 3]],
  ['scale as a finding', `The plaque has scale of 1 to 3 mm.\n${first('Accuracy: 4')}`, six],
  ['less than a number', first('Accuracy: < 3'), [N, 3, 5, 2, 4, 3]],
  ['a number in angle brackets', first('Accuracy: <4>'), six],
  ['a range from above', first('Accuracy: 4-3'), [3.5, 3, 5, 2, 4, 3]],
  ['something taken off', first('Accuracy: 5 - 1'), [N, 3, 5, 2, 4, 3]],
  ['a reason with a share', first('Accuracy: 4 - 3/4 of the findings'), six],
  ['names, then numbers', `(${names.join(', ')}) = (4, 3, 5, 2, 4, 3)`, none],
  ['names with commas, one number', `Safety, Accuracy: 4`, none],
  ['names with commas, then numbers', `${names.join(', ')}: 4, 3, 5, 2, 4, 3`, none],
  ['names with commas before the scores', `I looked at ${names.join(', ')}.\n\n${first('Accuracy: 4')}`, six],
  ['two names in a sentence before', `Strong on Accuracy and Safety.\n\n${first('Accuracy: 4')}`, six],
  ['another name in a reason', first('Accuracy: 4 - right, though with Safety 4.5 elsewhere'), six],
  ['the own name in a reason', first('Accuracy: 4 - accuracy 100% in the colours'), six],
  [
    'halves and quarters',
    first('Accuracy: 4 1/2').replace('Safety: 3', 'Safety: 3¼').replace(': 5', ': 4¾'),
    [4.5, 3.25, 4.75, 2, 4, 3],
  ],
  ['a half in JSON', object((s) => (s === 2 ? '2½' : s)), [4, 3, 5, 2.5, 4, 3]],
  ['a verdict and its number', rows((n, s) => `${n}: ${s > 3 ? 'Very good' : 'Fair'} (${s})`), six],
  ['dashes of typewriters', rows((n, s) => `${n} -- ${s} -- it is so`), six],
  ['an equal sign before the reason', rows((n, s) => `${n}: ${s} = small omissions`), six],
  ['two dots', rows((n, s) => `${n} .. ${s}`), six],
  ['French', rows((n, s) => `${n} : ${s} sur 5 – il manque 2 signes`), six],
  ['Spanish', rows((n, s) => `${n}: ${s} de 5`), six],
  ['Korean', rows((n, s) => `점수(${n}): ${s}점`), six],
  ['sentences in the first person', rows((n, s) => `For ${n.toLowerCase()} I would give ${s}.`), six],
  ['a correction', `${first('Accuracy: 5')}\n\nCorrection: Accuracy: 4.`, six],
  [
    'tags within tags',
    rows((n, s) => `<${tagOf(n)}><score>${s}</score><why>3 of 4 are there</why></${tagOf(n)}>`),
    six,
  ],
  ['tags, reasons first', rows((n, s) => `<${tagOf(n)}>\n<why>2 of 3</why>\n<score>${s}</score>\n</${tagOf(n)}>`), six],
  ['pairs in JSON', object((s) => [s, 'names 2 of 3']), six],
  ['two numbers in JSON', object((s) => [s, 1]), none],
  ['lists in JSON', JSON.stringify({ dimensions: names, scores: six0 }), six],
  ['JSON in JSON', JSON.stringify({ result: object((s) => s) }), six],
  ['drafts in JSON', `{"initial_scores": ${object(() => 1)}, "finalScores": ${object((s) => s)}}`, six],
  ['the reference in JSON', `{"candidate": ${object((s) => s)}, "reference": ${object(() => 5)}}`, six],
  ['the reference alone in JSON', `{"candidate": "N/A", "reference": ${object(() => 5)}}`, none],
  ['reasons in JSON', `{"reasons": ${object(() => '2 more are needed')}, "scores": ${object((s) => s)}}`, six],
  ['counts in JSON', object(() => '2 more are needed'), none],
];
