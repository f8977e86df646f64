/** `dermflow schedule`: nights, which Temporal starts. */
import { Command } from 'commander';
import { pastNights } from '../../domain/nights/dates.ts';
import { withSession } from '../session.ts';
import { renderTable } from '../table.ts';
import { checkCommand } from './check.ts';
import { createCommand } from './create.ts';
import { askSchedule, backfillNights, listSchedules, triggerNight, zoneOf } from './schedules.ts';
import { trendCommand } from './trend.ts';

export const scheduleCommand = (): Command =>
  new Command('schedule')
    .description('evaluate a model every night, and notice when it gets worse')
    .addCommand(createCommand())
    .addCommand(
      new Command('list')
        .description('schedules, their next and their recent nights')
        .option('--json', 'as a JSON array')
        .action(list),
    )
    .addCommand(named('trigger', 'a night now, as any other').action(trigger))
    .addCommand(named('pause', 'no further nights').option('--note <text>', 'why').action(pause))
    .addCommand(named('resume', 'nights again').action(resume))
    .addCommand(
      named('backfill', 'the nights of past days, one after another')
        .requiredOption('--from <date>', 'the first day, in the time zone of the schedule')
        .requiredOption('--to <date>', 'the last day')
        .action(backfill),
    )
    .addCommand(named('delete', 'no further nights; those that were are kept').action(remove))
    .addCommand(checkCommand())
    .addCommand(trendCommand());

const named = (verb: string, description: string): Command =>
  new Command(verb).description(description).argument('<name>', 'of the schedule').option('--json', 'as a JSON object');

interface OutputOptions {
  json?: boolean;
}

/** What was done, as a sentence or for programs. */
export const showDone = ({ json = false }: OutputOptions, done: Record<string, string>, words: string): void =>
  console.log(json ? JSON.stringify(done) : words);

async function list({ json = false }: OutputOptions): Promise<void> {
  await withSession(async ({ client }) => {
    const rows = await listSchedules(client);
    if (json) return console.log(JSON.stringify(rows));
    if (rows.length === 0) return console.log('no schedules; "dermflow schedule create" makes one');
    const cells = rows.map(({ schedule, state, note, next, recent }) => [
      ...[schedule, note === '' ? state : `${state}: ${note}`, next ?? '', recent.at(-1) ?? ''],
    ]);
    console.log(renderTable(['schedule', 'state', 'next night', 'last night'], cells));
  });
}

async function trigger(name: string, shown: OutputOptions): Promise<void> {
  await withSession(({ client }) => triggerNight(client, name));
  const words = `a night of "${name}" begins; "dermflow schedule list" names it`;
  showDone(shown, { schedule: name, done: 'triggered' }, words);
}

async function pause(name: string, { note, ...shown }: OutputOptions & { note?: string }): Promise<void> {
  await withSession(({ client }) => askSchedule(client, name, (handle) => handle.pause(note ?? 'paused by dermflow')));
  showDone(shown, { schedule: name, done: 'paused' }, `"${name}" is paused; a night that has begun goes on`);
}

async function resume(name: string, shown: OutputOptions): Promise<void> {
  await withSession(({ client }) => askSchedule(client, name, (handle) => handle.unpause()));
  showDone(shown, { schedule: name, done: 'resumed' }, `"${name}" goes on with its next night`);
}

async function backfill(
  name: string,
  { from, to, ...shown }: OutputOptions & { from: string; to: string },
): Promise<void> {
  await withSession(async ({ client }) => {
    const zone = zoneOf(await askSchedule(client, name, (handle) => handle.describe()));
    const { start, end } = pastNights(from, to, zone, Date.now());
    await backfillNights(client, name, start, end);
  });
  const words = `the nights of "${name}" from ${from} to ${to} begin, one after another`;
  showDone(shown, { schedule: name, done: 'backfilled', from, to }, words);
}

async function remove(name: string, shown: OutputOptions): Promise<void> {
  await withSession(({ client }) => askSchedule(client, name, (handle) => handle.delete()));
  const words = `"${name}" is deleted; its nights are kept, "dermflow schedule trend ${name}" shows them`;
  showDone(shown, { schedule: name, done: 'deleted' }, words);
}
