/** `dermflow schedule check`: whether the newest night is good, as an exit code for others to go by. */
import { Command } from 'commander';
import { readNights } from '../../activities/nights/nights.ts';
import { exitCodes, userMistake } from '../../domain/failures.ts';
import type { NightRecord, VerdictName } from '../../domain/nights/record.ts';
import { nightWords } from '../../domain/nights/words.ts';
import { withMomentaryServices } from '../momentary-services.ts';
import { parseScheduleName } from './schedules.ts';

export const checkCommand = (): Command =>
  new Command('check')
    .description('the verdict of the newest night; exit code 0 good, 1 a drop, 3 the model could not be compared')
    .argument('<name>', 'of the schedule')
    .option('--max-age <hours>', 'an older night says nothing', '36')
    .option('--json', 'as a JSON object')
    .action(check);

async function check(name: string, { maxAge, json = false }: { maxAge: string; json?: boolean }): Promise<void> {
  const hours = Number(maxAge);
  if (!(hours > 0)) throw userMistake(`--max-age ${maxAge}: expected a number of hours above 0`);
  const schedule = parseScheduleName(name);
  const nights = await withMomentaryServices(async ({ client, store }) =>
    readNights(await store(), client.options.namespace, schedule),
  );
  const checked = judge(schedule, nights.at(-1)?.record ?? null, hours, Date.now());
  console.log(json ? JSON.stringify(checked) : checked.words.join('\n'));
  process.exitCode = checked.exitCode;
}

interface Checked {
  schedule: string;
  night: string | null;
  verdict: VerdictName;
  words: string[];
  exitCode: number;
}

const codes: Record<VerdictName, number> = {
  drop: exitCodes.failedRun,
  'judge drift': exitCodes.unavailable,
  'not measured': exitCodes.unavailable,
  ...{ 'new line': exitCodes.done, rise: exitCodes.done, 'no change': exitCodes.done },
};

/**
 * @param last the newest night
 * @param maxAgeHours a schedule whose nights do not come any more must not stay good for ever
 */
export function judge(schedule: string, last: NightRecord | null, maxAgeHours: number, nowMs: number): Checked {
  const unknown = (words: string[], night: string | null): Checked => ({
    ...{ schedule, night, verdict: 'not measured', words, exitCode: exitCodes.unavailable },
  });
  if (!last) return unknown([`${schedule}: no night has been recorded`], null);
  const { night, verdict, judgedAt, benchmarks } = last;
  const words = [`${schedule}, night ${night}: ${verdict}`, ...benchmarks.map((point) => `  ${nightWords(point)}`)];
  const ageHours = (nowMs - Date.parse(judgedAt)) / 3_600_000;
  if (ageHours > maxAgeHours) {
    return unknown([`${schedule}: the newest night was judged ${Math.round(ageHours)} hours ago`, ...words], night);
  }
  return { schedule, night, verdict, words, exitCode: codes[verdict] };
}
