/** `dermflow schedule create`: one model on benchmarks, every night. */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { EvaluateModelsInput } from '../../domain/contracts/benchmarks.ts';
import { type ReaderName, readers } from '../../domain/evaluation/scored.ts';
import { userMistake } from '../../domain/failures.ts';
import { type NightlyInput, parseNightly } from '../../domain/nights/nightly.ts';
import { type RequestSession, readRequest } from '../evaluate/request.ts';
import { withSession } from '../session.ts';
import { collect } from '../start/start.ts';
import { createSchedule, parseScheduleName, scheduleOptions } from './schedules.ts';

export interface CreateOptions {
  benchmark: string[];
  at: string;
  timezone: string;
  data?: string;
  limit?: number;
  prompts?: string;
  reader: ReaderName;
  runtime?: 'onnx' | 'transformers';
  /** In hours. */
  within: number;
  catchup: number;
  webhook?: string;
}

export const createCommand = (): Command =>
  new Command('create')
    .description('every night, one model on benchmarks, compared with the last good night')
    .argument('<name>', 'of the schedule')
    .argument('<model>', 'RUN@newest (the newest milestone each night), or a model as "dermflow evaluate" takes it')
    .option('--benchmark <name>', 'as for "dermflow evaluate"; may be repeated', collect, [])
    .requiredOption('--at <time>', 'time of day, e.g. 02:30')
    .requiredOption('--timezone <name>', 'of that time, e.g. Europe/Zurich')
    .option('--data <run|recipe>', 'whose questions and pictures; by default those of the run that is named')
    .option('--limit <count>', 'the first so many items of each benchmark', positive)
    .option('--prompts <profile>', "wording of the questions; default: the recipe's")
    .addOption(new Option('--reader <name>', 'whose score is compared').choices([...readers]).default('strict'))
    .addOption(new Option('--runtime <name>', "default: the recipe's").choices(['onnx', 'transformers']))
    .option('--within <hours>', 'what is not answered by then is not measured', hours, 8)
    .option('--catchup <hours>', 'a night that was missed starts up to so much later', hours, 12)
    .option('--webhook <address>', 'called at drops, signed by DERMFLOW_WEBHOOK_SECRET of the orchestrator workers')
    .option('--json', 'as a JSON object')
    .action(create);

async function create(
  name: string,
  model: string,
  { json = false, ...options }: CreateOptions & { json?: boolean },
): Promise<void> {
  await withSession(async (session) => {
    const input = await readNightly(name, model, options, session);
    const { at, timezone, catchup } = options;
    const asked = scheduleOptions(input, { at, timezone, catchupHours: catchup });
    await createSchedule(session.client, asked);
    const zone = asked.spec.timezone;
    const done = { schedule: name, done: 'created', model: input.model.label, at, timezone: zone };
    console.log(json ? JSON.stringify(done) : `schedule ${name}: ${input.model.label}, every night at ${at} ${zone}`);
  });
}

/** Throws a user's mistake in one line; starts nothing. */
export async function readNightly(
  name: string,
  model: string,
  options: CreateOptions,
  session: RequestSession,
): Promise<NightlyInput> {
  const schedule = parseScheduleName(name);
  if (options.webhook !== undefined) requireAddress(options.webhook);
  const newestOf = /^([^@/]+)@newest$/.exec(model)?.[1] ?? null;
  const request = await readModel(model, newestOf, options, session);
  const [tested, ...others] = request.models;
  if (!tested || others.length > 0) throw userMistake(`${model}: names several models; a schedule tests one`);
  const { benchmarks, data, asking } = request;
  return parseNightly({
    ...{ schedule, newestOf, benchmarks, data, asking },
    model: newestOf === null ? tested : { ...tested, label: `${newestOf}@newest` },
    withinMinutes: options.within * 60,
    webhook: options.webhook ?? null,
  });
}

/** Before anything is looked for. What no request can be sent to would be noticed on the night of a drop. */
function requireAddress(webhook: string): void {
  const address = URL.canParse(webhook) ? new URL(webhook) : null;
  if (!address || !/^https?:$/.test(address.protocol))
    throw userMistake('--webhook: expected an address that begins with https:// or http://');
  if (address.username !== '' || address.password !== '')
    throw userMistake(
      `--webhook: the address at ${address.host} holds a name or password, which Temporal's history would show; leave them out, deliveries are signed`,
    );
}

/** Of a run's milestones all but the adapter is known before: the base of its recipe. */
async function readModel(
  model: string,
  newestOf: string | null,
  options: CreateOptions,
  session: RequestSession,
): Promise<EvaluateModelsInput> {
  const { benchmark, reader, limit, prompts, runtime } = options;
  const data = options.data ?? newestOf ?? undefined;
  if (newestOf !== null && data !== newestOf) {
    throw userMistake(`--data ${data}: nights of the newest milestone of ${newestOf} ask that run's own questions`);
  }
  const asked = { benchmark, reader, samples: 1, image: true };
  const more = {
    ...(data === undefined ? {} : { data }),
    ...(limit === undefined ? {} : { limit }),
    ...(prompts === undefined ? {} : { prompts }),
    ...(runtime === undefined ? {} : { runtime }),
  };
  return readRequest([newestOf === null ? model : 'base'], { ...asked, ...more }, session);
}

function positive(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) === 0) throw new InvalidArgumentError('Expected a whole number above 0.');
  return Number(text);
}

function hours(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value > 0 && value <= 168)) throw new InvalidArgumentError('Expected a number of hours above 0, at most 168.');
  return value;
}
