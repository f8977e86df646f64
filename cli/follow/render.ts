/** A run as a person reads it in a terminal: its parts, what each is doing, and the table of results at the end. */
import pc from 'picocolors';
import prettyMs from 'pretty-ms';
import type { EvaluationResult, TaskScore } from '../../domain/contracts/evaluation.ts';
import type { Activities, PartProgress } from '../../domain/contracts/run.ts';
import { controlOf, modelOf } from '../../domain/evaluation/model-under-test.ts';
import { taskTitles } from '../../domain/report/words.ts';
import { renderTable } from '../table.ts';
import type { KnownStatus } from './recorded.ts';
import { describeActivity } from './render-activity.ts';
import type { PendingActivity, RunStatus } from './run-status.ts';

const marks: Record<PartProgress['state'], string> = {
  waiting: pc.dim('·'),
  running: pc.cyan('›'),
  done: pc.green('✓'),
  failed: pc.red('✗'),
};

/** The same of a run that Temporal may have forgotten. */
export function renderKnown(status: KnownStatus): string {
  if (!status.forgotten) return renderStatus(status);
  const { run, closedAt } = status;
  const outcome =
    closedAt === null
      ? `its end is not recorded; "dermflow resume ${run}" continues it`
      : 'this is its record in the store';
  return `${renderStatus(status)}\n${pc.dim(`  Temporal has forgotten it; ${outcome}`)}`;
}

/** Some ten lines, without an end of line. */
export function renderStatus(status: RunStatus): string {
  const { run, method, state, progress, pending } = status;
  const until = status.closedAt === null ? Date.now() : Date.parse(status.closedAt);
  const age = prettyMs(Math.max(0, until - Date.parse(status.startedAt)), { secondsDecimalDigits: 0 });
  const lines = [`${pc.bold(run)}  ${method}  ${state.toLowerCase().replace('_', ' ')}, ${age}`];
  if (!progress && state === 'RUNNING')
    lines.push('  no orchestrator worker answers: start one ("dermflow up" or "npm run worker -- orchestrator")');
  if (status.stuck !== null) lines.push(`  ${pc.red(status.stuck)}`);
  const parts = progress?.stages ?? [];
  for (const { stage: part, state: own, detail } of parts) {
    lines.push(`  ${marks[own]} ${part.padEnd(13)} ${own === 'failed' ? pc.red(detail) : detail}`);
    for (const activity of pending.filter((each) => own === 'running' && partOf(each, parts) === part)) {
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

/** The part of a run that each activity belongs to. */
export const partsOfActivities: Record<keyof Activities, string> = {
  identifyModel: 'data',
  prepareData: 'data',
  prepareCases: 'data',
  synthesiseTrajectories: 'trajectories',
  explainConcepts: 'trajectories',
  describePictures: 'narratives',
  writeNarratives: 'narratives',
  drawForReview: 'review',
  readReviews: 'review',
  reviewByScript: 'review',
  certify: 'review',
  judgeNarratives: 'dermeval',
  evaluateNarratives: 'dermeval',
  scoreByDrawing: 'dermeval',
  chooseNarratives: 'dermeval',
  trainSft: 'sft',
  trainGrpo: 'grpo',
  openTeacher: 'data',
  encodeTeacher: 'distillation',
  trainDistilled: 'distillation',
  trainSoreb: 'dermeval',
  scoreProbes: 'evaluation',
  makeSets: 'data',
  evaluateBenchmark: 'evaluation',
  judgeAnswers: 'evaluation',
  scoreAnswersByDrawing: 'evaluation',
  exportForInference: 'evaluation',
  evaluateModel: 'evaluation',
  exportAdapter: 'report',
  writeReport: 'report',
  writeNarrativeReport: 'report',
};
/** Where no such part is at work, e.g. of a stage with a part of its own, it is shown with the first that is. */
function partOf({ id }: PendingActivity, parts: readonly PartProgress[]): string | undefined {
  const own = Object.entries(partsOfActivities).find(([activity]) => activity === id.replace(/-\d+$/, ''))?.[1];
  const running = parts.filter(({ state }) => state === 'running');
  return (running.find(({ stage }) => stage === own) ?? running[0])?.stage;
}

/**
 * Accuracy with its 95 % interval and macro-F1, one row per model and task, with what it answers rightly on grey images; then
 * what the options' labels alone earn, and the models that are not above that.
 */
export function renderResults(results: readonly EvaluationResult[], textOnly: readonly TaskScore[] = []): string {
  const evaluations = results.filter(({ label, step }) => modelOf({ label, step })?.image !== 'grey');
  const all = [
    ...evaluations.map((own) => ({ ...own, grey: controlOf(results, own)?.scores })),
    ...(textOnly.length > 0 ? [{ label: 'text only', scores: textOnly, grey: undefined }] : []),
  ];
  const rows = all.flatMap(({ label, scores, grey }) =>
    scores.map((s) => [
      label,
      taskTitles[s.task],
      `${s.accuracy.toFixed(3)} (${s.low.toFixed(3)} to ${s.high.toFixed(3)})`,
      s.macroF1.toFixed(3),
      String(s.items),
      s.unparsed.toFixed(3),
      s.lenient?.accuracy.toFixed(3) ?? '',
      grey?.find(({ task }) => task === s.task)?.accuracy.toFixed(3) ?? '',
    ]),
  );
  const head = [
    'model',
    'task',
    'accuracy (95 % interval)',
    'macro-F1',
    'items',
    'unreadable',
    'lenient',
    'grey image',
  ];
  const table = renderTable(head, rows);
  const below = textOnly.flatMap(({ task, accuracy }) => {
    const labels = evaluations.flatMap(({ label, scores }) =>
      scores.some((score) => score.task === task && score.accuracy <= accuracy) ? [label] : [],
    );
    return labels.length > 0 ? [pc.yellow(`below text only in ${taskTitles[task]}: ${labels.join(', ')}`)] : [];
  });
  return [table, ...below].join('\n');
}
