/** What was planned, beside what was measured. */
import type { RunPlan } from '../../domain/methods/skin-r1/plan.ts';
import { grouped } from '../../domain/words.ts';
import { median } from '../common/median.ts';
import { messagesOf } from './log.ts';
import { librariesOf, peakBetween } from './memory.ts';
import type { Rehearsed } from './run.ts';

export interface Row {
  what: string;
  planned: number | null;
  measured: number;
  unit: 'bytes' | 'count' | 'seconds' | 'tokens';
  /** Whether the plan states this number; else it states a limit, or nothing. */
  judged: boolean;
}

/** How far an estimate may be off. */
export const allowed = 0.2;

export const isOff = ({ planned, measured, judged }: Row): boolean =>
  judged && planned !== null && Math.abs(measured / planned - 1) > allowed;

const trainedStages = ['sft', 'grpo'] as const;

/**
 * @param weights parameters in the model's files
 * @param wide whether the model outweighs the libraries, so that a plan of its memory can be judged
 */
export function rehearsedRows(plan: RunPlan, rehearsed: Rehearsed, weights: number, wide: boolean): Row[] {
  const { lines, memory, checkpoints, tokens, result, evaluatedFromMs, endedAtMs } = rehearsed;
  const { parameters, storage } = plan;
  if (!parameters || !storage || !plan.memory) throw new RangeError('a plan of an unknown model');
  const row = (what: string, unit: Row['unit'], planned: number | null, measured: number, judged = true): Row => ({
    ...{ what, unit, planned, measured, judged: judged && planned !== null },
  });
  const libraries = librariesOf(memory);
  const answers = result.evaluations.flatMap(({ scores }) => scores.map(({ items }) => items));
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const rows = [
    row('parameters', 'count', parameters.total, weights),
    row(
      'trainable parameters',
      'count',
      parameters.trainable,
      messagesOf(lines, 'trainer started')[0]?.trainableParameters ?? 0,
    ),
    row('steps of SFT', 'count', plan.sft === 'unknown' ? null : (plan.sft?.steps ?? 0), lastStep(rehearsed, 'sft')),
    row('steps of GRPO', 'count', plan.grpo?.steps ?? 0, lastStep(rehearsed, 'grpo')),
    row('answers in evaluations', 'count', plan.evaluations.answers, sum(answers)),
  ];
  for (const stage of trainedStages) {
    const begun = messagesOf(lines, 'training', stage)[0]?.time ?? 0;
    const ended = messagesOf(lines, 'trainer ended', stage).at(-1)?.time ?? 0;
    const started = messagesOf(lines, 'trainer started', stage)[0]?.time ?? 0;
    const most = peakBetween(memory, started, ended);
    rows.push(row(`${stage}: memory without libraries`, 'bytes', plan.memory[stage].peak, most - libraries, wide));
    rows.push(row(`${stage}: memory while loading`, 'bytes', null, peakBetween(memory, begun, started) - libraries));
  }
  rows.push(
    row(
      'evaluation: memory without libraries',
      'bytes',
      null,
      peakBetween(memory, evaluatedFromMs, endedAtMs) - libraries,
    ),
  );
  rows.push(row('libraries of a trainer', 'bytes', null, libraries));
  rows.push(row('all processes together', 'bytes', null, Math.max(0, ...memory.map(({ total }) => total ?? 0))));
  for (const stage of trainedStages) {
    const checkpoint = checkpoints.findLast((each) => each.stage === stage);
    const stored = messagesOf(lines, 'checkpoint stored', stage);
    rows.push(row(`${stage}: a checkpoint`, 'bytes', storage.checkpoint, checkpoint?.own ?? 0));
    if (stage === 'grpo')
      rows.push(row('grpo: its reference, stored once', 'bytes', storage.reference, checkpoint?.reference ?? 0));
    else rows.push(row('tokenizer in it, stored once', 'bytes', null, checkpoint?.tokenizer ?? 0));
    rows.push(row(`${stage}: upload of a checkpoint`, 'seconds', null, median(stored.map(({ seconds }) => seconds))));
  }
  for (const stage of trainedStages) {
    const { image, prompt, completion } = tokens[stage];
    const limits = plan.memory[stage].tokens;
    const limit = (what: string, planned: number, measured: number): Row =>
      row(`${stage}: ${what}`, 'tokens', planned, measured, false);
    rows.push(limit('image, longest', limits.image, image.longest));
    rows.push(limit('prompt with image, longest', limits.image + limits.instruction, prompt.longest));
    rows.push(row(`${stage}: prompt with image, median`, 'tokens', null, prompt.median));
    if (completion.longest > 0) {
      rows.push(limit('completion, longest', limits.completion, completion.longest));
      rows.push(row(`${stage}: completion, median`, 'tokens', null, completion.median));
    }
  }
  for (const stage of trainedStages)
    for (const { step, seconds } of stepsOf(rehearsed, stage))
      rows.push(row(`${stage}: step ${step}`, 'seconds', null, seconds));
  return rows;
}

const lastStep = ({ lines }: Rehearsed, stage: 'sft' | 'grpo'): number =>
  messagesOf(lines, 'checkpoint stored', stage).at(-1)?.step ?? 0;

/** From the step before, or the start of its trainer, to the end of each step. */
function stepsOf({ lines }: Rehearsed, stage: 'sft' | 'grpo'): { step: number; seconds: number }[] {
  const marks = lines.filter(
    (line) => line.stage === stage && (line.msg === 'trainer started' || line.msg === 'step done'),
  );
  return marks.flatMap((mark, i) => {
    const before = marks[i - 1];
    return mark.msg === 'step done' && before ? [{ step: mark.step, seconds: (mark.time - before.time) / 1000 }] : [];
  });
}

const written: Record<Row['unit'], (value: number) => string> = {
  bytes: (value) =>
    Math.abs(value) < 2 ** 30 ? `${(value / 2 ** 20).toFixed(1)} MiB` : `${(value / 2 ** 30).toFixed(2)} GiB`,
  count: grouped,
  tokens: grouped,
  seconds: (value) => `${value.toFixed(1)} s`,
};

/** As Markdown. */
export function renderRehearsal(rows: readonly Row[]): string {
  const cells = rows.map((row) => {
    const { what, planned, measured, unit, judged } = row;
    const ratio = planned === null || planned === 0 ? '' : `${(100 * (measured / planned - 1)).toFixed(1)} %`;
    const plannedWords = planned === null ? '' : `${judged ? '' : 'at most '}${written[unit](planned)}`;
    return [what, plannedWords, written[unit](measured), judged ? `${ratio}${isOff(row) ? ' (off)' : ''}` : ''];
  });
  const all = [['', 'planned', 'measured', 'difference'], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  const line = (parts: readonly string[]): string =>
    `| ${parts.map((part, i) => part.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = all;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
