/** `dermflow score`: how the outputs in a file are read, and what they would earn. Needs no service. */
import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { loadKnowledge } from '../../activities/knowledge.ts';
import { parseScoreLines, type Score, type ScoreLine, scoreOutput } from '../../domain/evaluation/score.ts';
import { userMistake } from '../../domain/failures.ts';
import { renderTable } from '../table.ts';

export const scoreCommand = (): Command =>
  new Command('score')
    .description('how outputs are read, strictly and leniently, and what they would earn')
    .argument('<file>', 'JSON lines of { question: { task, malignancy, options }, output }; docs/scoring.md')
    .option('--json', 'one JSON object per line, in the order of the file')
    .action(score);

async function score(file: string, { json = false }: { json?: boolean }): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw userMistake(`${file}: cannot be read (${String(error)}); give a file of JSON lines`, error);
  });
  const lines = parseScoreLines(text, file);
  const { taxonomy } = await loadKnowledge();
  const scores = lines.map((line) => scoreOutput(line, taxonomy));
  console.log(json ? scores.map(jsonLine).join('\n') : renderScoreLines(lines, scores));
}

const jsonLine = ({ strict, lenient, rewards }: Score): string => JSON.stringify({ strict, lenient, rewards });

/** One row per output, then how many were read, and how many are right. */
export function renderScoreLines(lines: readonly ScoreLine[], scores: readonly Score[]): string {
  const rows = scores.map(({ strict, lenient, rewards, unreadable }, i) => [
    String(i + 1),
    strict.format ? 'yes' : 'no',
    strict.letter ?? '-',
    strict.malignancy ?? '-',
    lenient.letter ?? '-',
    lenient.malignancy ?? '-',
    String(rewards.format),
    rewards.granularity.toFixed(3),
    rewards.malignancy.toFixed(2),
    unreadable ?? '',
  ]);
  const head = [
    'row',
    'form',
    'strict',
    'condition',
    'lenient',
    'condition',
    'R_form',
    'R_gran',
    'R_mal',
    'unreadable',
  ];
  return [renderTable(head, rows), '', ...countScores(lines, scores)].join('\n');
}

function countScores(lines: readonly ScoreLine[], scores: readonly Score[]): string[] {
  const right = (reader: 'strict' | 'lenient'): number =>
    scores.filter((score, i) => score[reader].letter !== null && score[reader].letter === bestOption(lines[i])).length;
  const read = (reader: 'strict' | 'lenient'): number => scores.filter((score) => score[reader].letter !== null).length;
  const mean = scores.reduce((sum, { rewards: r }) => sum + r.format + r.granularity + r.malignancy, 0) / scores.length;
  const forms = Map.groupBy(scores, ({ unreadable }) => unreadable ?? '');
  forms.delete('');
  const counted = [...forms].map(([form, own]) => `${form} ${own.length}`).join(', ');
  const line = (reader: 'strict' | 'lenient'): string =>
    `${reader.padEnd(8)} ${read(reader)} of ${scores.length} read, ${right(reader)} right`;
  return [
    line('strict'),
    line('lenient'),
    `reward   ${mean.toFixed(3)} on average`,
    ...(counted ? [`not read ${counted}`] : []),
  ];
}

/** The right answer: the option of the highest value; none where all are 0. */
const bestOption = (line: ScoreLine | undefined): string | undefined =>
  line?.question.options.filter(({ value }) => value > 0).toSorted((a, b) => b.value - a.value)[0]?.letter;
