import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { renderScoreLines } from '../../../cli/data/score.ts';
import { parseScoreLines, scoreOutput } from '../../../domain/evaluation/score.ts';
import { DermflowError, exitCodeOf, exitCodes } from '../../../domain/failures.ts';
import { questionTasks } from '../../../domain/questions/question.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';

const options = [
  { letter: 'A', label: 'vitiligo', value: 0 },
  { letter: 'B', label: 'basal cell carcinoma', value: 0.75 },
  { letter: 'C', label: 'melanocytic nevus', value: 0 },
];
const question = { task: 'diagnosis', malignancy: 'malignant', options };
const line = (more: object = {}): string => JSON.stringify({ question, output: 'B', ...more });
const scores = (...lines: string[]) =>
  parseScoreLines(lines.join('\n'), 'f.jsonl').map((each) => scoreOutput(each, shippedKnowledge.taxonomy));
const inForm = (content: string): string => `<thinking>x</thinking><final diagnosis>${content}</final diagnosis>`;

describe('scoreOutput', () => {
  it('gives both readings and the rewards by the settings of the paper', () => {
    const read = { format: true, letter: 'B', malignancy: 'malignant' };
    expect(scores(line({ output: inForm('B: basal cell carcinoma, malignant') }))).toEqual([
      { strict: read, lenient: read, rewards: { format: 1, granularity: 0.75, malignancy: 0.25 }, unreadable: null },
    ]);
    expect(scores(line({ output: 'Answer: B, malignant' }))).toEqual([
      {
        strict: { format: false, letter: null, malignancy: null },
        lenient: { format: false, letter: 'B', malignancy: 'malignant' },
        rewards: { format: 0, granularity: 0, malignancy: 0 },
        unreadable: 'no tags',
      },
    ]);
  });

  it('knows the names of the taxonomy where the line gives none', () => {
    for (const name of ['BCC', 'basalioma', 'basal-cell carcinomas'])
      expect(scores(line({ output: inForm(name) }))[0]?.strict.letter).toBe('B');
    expect(scores(line({ output: inForm('naevi') }))[0]?.strict.letter).toBe('C');
  });

  it('lets a name that the line gives to one option be no other option’s', () => {
    const own = options.map((option) => (option.letter === 'A' ? { ...option, synonyms: ['bcc'] } : option));
    expect(scores(line({ question: { ...question, options: own }, output: inForm('BCC') }))[0]?.strict.letter).toBe(
      'A',
    );
  });

  it.each(questionTasks)('takes questions of the task %s', (task) => {
    const conditions = ['benign', 'malignant', 'precancerous in situ'].map((label, i) => ({
      ...{ letter: 'ABC'.charAt(i), label, value: i === 1 ? 0.75 : 0 },
    }));
    const asked = { ...question, task, options: task === 'lesion-condition' ? conditions : options };
    const malignancy = task === 'lesion-condition' ? 'malignant' : null;
    expect(scores(line({ question: asked, output: inForm('B') }))[0]?.strict).toEqual({
      format: true,
      letter: 'B',
      malignancy,
    });
  });

  it('passes over empty lines, further fields, a byte-order mark and Windows line ends', () => {
    const stored = { ...question, id: 'q', image: {}, answer: 'B' };
    expect(scores(`\ufeff${line({ question: stored, id: 7 })}\r`, '', `${line()}\r`, '')).toHaveLength(2);
  });
});

describe('docs/scoring.md', () => {
  it('gives a line that can be pasted, and what comes out of it', async () => {
    const page = await readFile(new URL('../../../docs/scoring.md', import.meta.url), 'utf8');
    const [given = '', out = ''] = [...page.matchAll(/```jsonl?\n(.*?)```/gs)].map(([, block]) => block ?? '');
    expect(scores(given)).toEqual([{ ...JSON.parse(out), unreadable: null }]);
  });
});

describe('parseScoreLines names file, row, field and remedy on one line', () => {
  const changed = (at: number, more: object) =>
    options.map((option, i) => (i === at ? { ...option, ...more } : option));
  const ask = (more: object): string => line({ question: { ...question, ...more } });
  const rows: [text: string, message: RegExp][] = [
    ['', /^f\.jsonl: holds no line; give /],
    [`${line()}\n{"question":`, /^f\.jsonl: row 2: is not JSON \(.*\); write one object per line$/],
    ['[]', /^f\.jsonl: row 1: the line is \[\]: /],
    ['7', /^f\.jsonl: row 1: the line is 7: /],
    ['{"output":"B"}', /^f\.jsonl: row 1: question is missing: /],
    [JSON.stringify({ question }), /^f\.jsonl: row 1: output is missing: .*string/],
    [line({ output: null }), /row 1: output is null: .*string/],
    [`${line()}\n\n${ask({ task: 'guess' })}`, /row 3: question\.task is "guess": .*"diagnosis"\|"lesion-condition"/],
    [
      ask({ options: changed(1, { label: 'Vitiligo.' }) }),
      /row 1: question\.options .*: two options have the same label/,
    ],
    [
      ask({ options: changed(1, { label: '' }) }),
      /row 1: question\.options\.1\.label is "": the label is empty; give /,
    ],
    [ask({ options: changed(1, { label: ' - ' }) }), /row 1: question\.options\.1\.label is " - ": the label is empty/],
    [ask({ malignancy: 'bad' }), /row 1: question\.malignancy is "bad": .*"benign"\|"malignant"/],
    [ask({ options: [] }), /question\.options is \[\]: expected at least 2 options/],
    [ask({ options: changed(1, { letter: 'b' }) }), /question\.options\.1\.letter is "b": expected one capital letter/],
    [ask({ options: changed(1, { letter: 'A' }) }), /question\.options is .*: two options have the same letter; /],
    [ask({ options: changed(2, { label: undefined }) }), /question\.options\.2\.label is missing: /],
    [ask({ options: changed(0, { value: 1 }) }), /question\.options\.0\.value is 1: .*0\.75/],
    [ask({ options: changed(0, { synonyms: 'x' }) }), /question\.options\.0\.synonyms is "x": .*array/],
  ];
  it.each(rows)('%.60j', (text, message) => {
    let thrown: unknown;
    try {
      parseScoreLines(text, 'f.jsonl');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(DermflowError);
    if (!(thrown instanceof DermflowError)) return;
    expect(thrown.message).toMatch(message);
    expect(thrown.message).not.toContain('\n');
    expect(exitCodeOf(thrown.type)).toBe(exitCodes.userMistake);
  });
});

it('the table counts what was read, what was right and why the rest was not read', () => {
  const lines = parseScoreLines(
    [line({ output: inForm('B') }), line({ output: 'B' }), line({ output: inForm('A') })].join('\n'),
    'f',
  );
  const table = renderScoreLines(
    lines,
    lines.map((each) => scoreOutput(each, shippedKnowledge.taxonomy)),
  );
  expect(table).toMatch(
    /strict +2 of 3 read, 1 right\nlenient +3 of 3 read, 2 right\nreward +0\.917 on average\nnot read no tags 1$/,
  );
});
