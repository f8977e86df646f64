/** Entry of the worker thread that holds a reward of one's own: it scores many completions, each result sent when it is there. */
import { parentPort, workerData } from 'node:worker_threads';
import pLimit from 'p-limit';
import { userMistake } from '../../domain/failures.ts';
import type { RewardPlugin, RewardPluginInput } from '../../domain/rewards/plugin.ts';
import { replyWith } from '../thread.ts';

export interface RewardThreadData {
  /** The file's URL, with its digest as query. */
  url: string;
  path: string;
  name: string;
}

/** `transient`: the reward's own words name a service that was away or busy. */
export type RewardOutcome = { value: number } | { problem: string; transient: boolean };
export type RewardReply = { index: number; outcome: RewardOutcome };

/** Calls of an asynchronous reward that are under way at the same time. */
const callsInFlight = 8;

const port = parentPort;
if (!port) throw new Error('reward-thread.ts runs as a worker thread');
const { url, path, name }: RewardThreadData = workerData;

const loading = load();
port.postMessage(await replyWith(async () => void (await loading)));

port.on('message', async (inputs: RewardPluginInput[]) => {
  const reward = await loading;
  const limit = pLimit(callsInFlight);
  for (const [index, input] of inputs.entries()) {
    void limit(async () => port.postMessage({ index, outcome: await score(reward, input) } satisfies RewardReply));
  }
});

async function load(): Promise<RewardPlugin> {
  const module: Record<string, unknown> = await import(url).catch((error: unknown) => {
    throw userMistake(`rewards.plugin.file: ${path} cannot be loaded: ${String(error)}`, error);
  });
  const reward = module[name];
  if (typeof reward === 'function') return reward as RewardPlugin; // what it returns is checked at each call
  const names = Object.keys(module).toSorted().join(', ') || 'nothing';
  throw userMistake(`rewards.plugin.name: ${path} exports no function "${name}"; it exports ${names}`);
}

async function score(reward: RewardPlugin, input: RewardPluginInput): Promise<RewardOutcome> {
  const where = `rewards.plugin: ${path}`;
  try {
    const value: unknown = await reward(input);
    if (typeof value === 'number' && Number.isFinite(value)) return { value };
    const problem = `${where} returned ${String(value)} on question ${input.question.id}, not a number`;
    return { problem, transient: false };
  } catch (error) {
    const problem = `${where} threw on question ${input.question.id}: ${String(error)}`;
    return { problem, transient: isTransient(error) };
  }
}

/** A connection that failed, a time limit that passed, or an HTTP status that asks for patience. */
function isTransient(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > 8) return false;
  const { code, status, statusCode, cause } = error as {
    code?: unknown;
    status?: unknown;
    statusCode?: unknown;
    cause?: unknown;
  }; // as libraries add them
  const answered = Number(status ?? statusCode);
  if (answered === 408 || answered === 429 || answered >= 500) return true;
  const network = /^(ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOST|ENET|UND_ERR)/.test(String(code));
  return network || ['TimeoutError', 'AbortError'].includes(error.name) || isTransient(cause, depth + 1);
}
