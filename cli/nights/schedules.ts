/** Schedules of nights as Temporal keeps them. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  type ScheduleHandle,
  ScheduleNotFoundError,
  type ScheduleOptions,
  type ScheduleOptionsStartWorkflowAction,
  type ScheduleSpec,
} from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes, type Workflow } from '@temporalio/common';
import { userMistake } from '../../domain/failures.ts';
import { scheduleId, searchAttributes, taskQueues, workflowTypes } from '../../domain/names.ts';
import { parseTimeOfDay, parseZone } from '../../domain/nights/dates.ts';
import { type NightlyInput, scheduleName } from '../../domain/nights/nightly.ts';
import { howToRegister } from '../../infra/search-attributes.ts';
import { lacksSearchAttributes, searchAttributesOf } from '../runs.ts';

interface NightTimes {
  /** Time of day, e.g. `02:30`. */
  at: string;
  timezone: string;
  catchupHours: number;
}

type Options = ScheduleOptions<ScheduleOptionsStartWorkflowAction<Workflow>>;

/** What Temporal is asked for. A night that is due while one runs is skipped. Throws a user's mistake. */
export function scheduleOptions(input: NightlyInput, { at, timezone, catchupHours }: NightTimes): Options {
  const zone = parseZone(timezone);
  const spec: ScheduleSpec = { calendars: [parseTimeOfDay(at)], timezone: zone };
  const id = scheduleId(input.schedule);
  return {
    scheduleId: id,
    spec,
    policies: { overlap: 'SKIP', catchupWindow: catchupHours * 3_600_000 },
    memo: { timezone: zone },
    action: {
      type: 'startWorkflow',
      workflowType: workflowTypes.nightlyEvaluation,
      workflowId: id,
      taskQueue: taskQueues.orchestrator,
      args: [input],
    },
  };
}

/** Where the namespace lacks our search attributes nights go without them, and `warn` gets the command that registers them. */
export async function createSchedule(
  client: Client,
  options: Options,
  warn: (line: string) => void = (line) => console.error(line),
): Promise<void> {
  const create = async (more: { typedSearchAttributes?: TypedSearchAttributes }): Promise<void> => {
    await client.schedule.create({ ...options, action: { ...options.action, ...more } });
  };
  try {
    await create({ typedSearchAttributes: nightAttributes() });
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) {
      const name = options.scheduleId.replace(scheduleId(''), '');
      throw userMistake(
        `there is a schedule "${name}" already; "dermflow schedule delete ${name}" first (its nights are kept)`,
        error,
      );
    }
    if (!lacksSearchAttributes(error)) throw error;
    const { namespace } = client.options;
    warn(`namespace ${namespace} lacks search attributes; nights go without them. ${howToRegister(namespace)}`);
    await create({});
  }
}

/** What the workflow sets to its verdict, if it was started with it. */
export const nightAttributes = (): TypedSearchAttributes =>
  new TypedSearchAttributes([
    ...searchAttributesOf('nightly', 'model').getAll(),
    { key: defineSearchAttributeKey(searchAttributes.verdict, 'KEYWORD'), value: 'under way' },
  ]);

/** Throws a user's mistake where the text is no name of a schedule. */
export function parseScheduleName(text: string): string {
  const name = scheduleName.safeParse(text);
  if (name.success) return name.data;
  throw userMistake(`${text}: is not a name of a schedule; ${name.error.issues[0]?.message}`);
}

/** Asks one thing of a schedule. Throws a user's mistake where there is none of this name. */
export async function askSchedule<T>(
  client: Client,
  name: string,
  ask: (handle: ScheduleHandle) => Promise<T>,
): Promise<T> {
  try {
    return await ask(client.schedule.getHandle(scheduleId(parseScheduleName(name))));
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    throw userMistake(`there is no schedule "${name}"; "dermflow schedule list" shows them`, error);
  }
}

/**
 * Starts a night now, which takes the same way as any other. Throws a user's mistake while one runs: it would be skipped.
 */
export async function triggerNight(client: Client, name: string): Promise<void> {
  await askSchedule(client, name, async (handle) => {
    const { runningActions, recentActions } = (await handle.describe()).info;
    const [running] = runningActions;
    if (running) {
      const { workflowId } = running.workflow;
      throw userMistake(
        `a night of "${name}" is under way, so another would be skipped; "dermflow watch ${workflowId}" follows it`,
      );
    }
    // Temporal names a night by its second: within that of the last one it would be the same night.
    const last = recentActions.at(-1)?.scheduledAt.getTime() ?? 0;
    await sleep(Math.max(0, Math.min(nightsApartMs, last + nightsApartMs - Date.now())));
    await handle.trigger('SKIP');
  });
}

const nightsApartMs = 1000;

/** Most nights that Temporal keeps waiting. */
const mostBuffered = 1000;

/**
 * The nights of a stretch of time, one after another in their order, whether or not they have been measured.
 *
 * @param from in milliseconds, like `to`; before the first and after the last night
 */
export async function backfillNights(client: Client, name: string, from: number, to: number): Promise<void> {
  if (to <= from) throw userMistake('--to is before --from');
  if (to - from > mostBuffered * 86_400_000)
    throw userMistake(`more than ${mostBuffered} nights; backfill them in parts`);
  await askSchedule(client, name, (handle) =>
    handle.backfill({ start: new Date(from), end: new Date(to), overlap: 'BUFFER_ALL' }),
  );
}

interface ScheduleRow {
  schedule: string;
  state: 'active' | 'paused';
  note: string;
  next: string | null;
  /** Ids of the nights' workflows, the oldest first. */
  recent: string[];
}

export async function listSchedules(client: Client): Promise<ScheduleRow[]> {
  const rows: ScheduleRow[] = [];
  const now = Date.now();
  for await (const { scheduleId: id, action, state, info } of client.schedule.list()) {
    if (action?.workflowType !== workflowTypes.nightlyEvaluation || !id.startsWith(scheduleId(''))) continue;
    rows.push({
      schedule: id.slice(scheduleId('').length),
      state: state.paused ? 'paused' : 'active',
      note: state.note ?? '',
      // Temporal goes on listing a time that passed while its server was away.
      next: state.paused ? null : (info.nextActionTimes.find((time) => time.getTime() > now)?.toISOString() ?? null),
      recent: info.recentActions.map((each) => each.action.workflow.workflowId),
    });
  }
  return rows.toSorted((a, b) => a.schedule.localeCompare(b.schedule));
}

/** The zone that the schedule was created with. */
export const zoneOf = ({ memo }: Pick<ScheduleDescription, 'memo'>): string => String(memo?.timezone ?? 'UTC');
