/** A run as a person reads it in a terminal: the stages, what each is doing, and the table of results at the end. */
import pc from 'picocolors';
import prettyMs from 'pretty-ms';
import type { EvaluationResult, StageProgress, TaskScore, TrainingHeartbeat } from '../domain/contracts.ts';
import { taskTitles } from '../domain/report/words.ts';
import type { KnownStatus } from './recorded.ts';
import type { PendingActivity, RunStatus } from './run-status.ts';

const marks: Record<StageProgress['state'], string> = {
  waiting: pc.dim('·'),
  running: pc.cyan('›'),
  done: pc.green('✓'),
  failed: pc.red('✗'),
};

/** The same of a run that Temporal may have forgotten. */
export function renderKnown(status: KnownStatus): string {
  if (!status.forgotten) return renderStatus(status);
  const { run, closedAt } = status;
  const told =
    closedAt === null
      ? `its end is not recorded; "dermflow resume ${run}" continues it`
      : 'this is its record in the store';
  return `${renderStatus(status)}\n${pc.dim(`  Temporal has forgotten it; ${told}`)}`;
}

/** Some ten lines, without an end of line. */
export function renderStatus(status: RunStatus): string {
  const { run, state, progress, pending } = status;
  const until = status.closedAt === null ? Date.now() : Date.parse(status.closedAt);
  const age = prettyMs(Math.max(0, until - Date.parse(status.startedAt)), { secondsDecimalDigits: 0 });
  const lines = [`${pc.bold(run)}  ${state.toLowerCase().replace('_', ' ')}, ${age}`];
  if (!progress && state === 'RUNNING')
    lines.push('  no orchestrator worker answers: start one ("dermflow up" or "npm run worker -- orchestrator")');
  if (status.stuck !== null) lines.push(`  ${pc.red(status.stuck)}`);
  for (const { stage, state: own, detail } of progress?.stages ?? []) {
    lines.push(`  ${marks[own]} ${stage.padEnd(13)} ${own === 'failed' ? pc.red(detail) : detail}`);
    for (const activity of pending.filter((each) => own === 'running' && stageOf(each) === stage)) {
      lines.push(`      ${describeActivity(activity)}`);
    }
  }
  for (const { activity, reason } of progress?.waitsFor ?? []) {
    lines.push(`  ${pc.yellow(`waits for you (${activity}): ${reason}`)}`);
  }
  if (progress?.checkpoint) {
    lines.push(pc.dim(`  last finished stretch: ${progress.checkpoint.stage}, step ${progress.checkpoint.step}`));
  }
  if (status.failure !== null) lines.push(`  ${pc.red(status.failure)}`);
  return lines.join('\n');
}

const stagesOfActivities: Record<string, string> = {
  prepareData: 'data',
  synthesiseTrajectories: 'trajectories',
  explainConcepts: 'trajectories',
  trainSft: 'sft',
  trainGrpo: 'grpo',
  exportForInference: 'evaluation',
  evaluateModel: 'evaluation',
  exportAdapter: 'report',
  writeReport: 'report',
};
const stageOf = ({ id }: PendingActivity): string | undefined => stagesOfActivities[id.replace(/-\d+$/, '')];

function describeActivity(activity: PendingActivity): string {
  const { state, attempt, lastFailure, nextAttemptIn, training, work } = activity;
  const parts: string[] = [];
  if (training) parts.push(describeTraining(training));
  else if (work) parts.push(`${work.phase}${work.total > 0 ? ` ${work.done}/${work.total}` : ''}`);
  else parts.push(state === 'waiting' ? 'waits for a worker' : state);
  if (attempt > 1) parts.push(pc.yellow(`attempt ${attempt}`));
  if (nextAttemptIn !== null) parts.push(pc.yellow(`next in ${Math.ceil(nextAttemptIn)} s`));
  if (lastFailure !== null) parts.push(pc.yellow(lastFailure));
  const name = activity.workflow.includes('/') ? `${activity.workflow.split('/').at(-1)}: ` : '';
  return name + parts.join('  ');
}

const shownValues = ['loss', 'reward', 'kl'] as const;

function describeTraining({
  phase,
  step,
  maxSteps,
  stopAt,
  checkpoint,
  values,
  secondsPerStep,
  waitsFor,
}: TrainingHeartbeat): string {
  const parts = [phase === 'training' ? `step ${step}/${maxSteps}` : `${phase}, step ${step}/${maxSteps}`];
  for (const name of shownValues) {
    const value = values[name];
    if (typeof value === 'number') parts.push(`${name} ${value.toPrecision(3)}`);
  }
  if (checkpoint !== null) parts.push(`saved ${checkpoint}`);
  if (secondsPerStep !== null && stopAt > step) {
    parts.push(`${prettyMs(1000 * secondsPerStep * (stopAt - step), { secondsDecimalDigits: 0 })} to step ${stopAt}`);
  }
  if (waitsFor !== null) parts.push(pc.yellow(`checkpoint waits: ${waitsFor}`));
  return parts.join('  ');
}

/**
 * Accuracy with its 95 % interval and macro-F1, a row a model and task; then what the options' labels alone earn, and the
 * models that are not above that.
 */
export function renderResults(evaluations: readonly EvaluationResult[], textOnly: readonly TaskScore[] = []): string {
  const all = [...evaluations, ...(textOnly.length > 0 ? [{ label: 'text only', scores: textOnly }] : [])];
  const rows = all.flatMap(({ label, scores }) =>
    scores.map((s) => [
      label,
      taskTitles[s.task],
      `${s.accuracy.toFixed(3)} (${s.low.toFixed(3)} to ${s.high.toFixed(3)})`,
      s.macroF1.toFixed(3),
      String(s.items),
      s.unparsed.toFixed(3),
    ]),
  );
  const results = renderTable(['model', 'task', 'accuracy (95 % interval)', 'macro-F1', 'items', 'unreadable'], rows);
  const below = textOnly.flatMap(({ task, accuracy }) => {
    const labels = evaluations.flatMap(({ label, scores }) =>
      scores.some((score) => score.task === task && score.accuracy <= accuracy) ? [label] : [],
    );
    return labels.length > 0 ? [pc.yellow(`below text only in ${taskTitles[task]}: ${labels.join(', ')}`)] : [];
  });
  return [results, ...below].join('\n');
}

/** Columns as wide as their widest cell. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [pc.dim(line(head)), ...rows.map(line)].join('\n');
}
