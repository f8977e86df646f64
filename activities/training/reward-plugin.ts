/**
 * The reward that a recipe names, from the folder that this worker's operator set aside for such files. It runs in a
 * thread: one that computes for long or never returns holds up no heartbeat, and is ended when its time is over.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import pLimit from 'p-limit';
import { digestOf } from '../../domain/artifact.ts';
import { DermflowError, unavailable, userMistake } from '../../domain/failures.ts';
import type { RewardSettings } from '../../domain/reward-settings.ts';
import type { RewardPluginInput } from '../../domain/rewards/plugin.ts';
import { findPlugin } from '../plugins.ts';
import { nextReply } from '../thread.ts';
import type { RewardOutcome, RewardReply, RewardThreadData } from './reward-thread.ts';

export interface LoadedPlugin {
  /** Name of the export, under which the component is logged. */
  name: string;
  sha256: string;
  /** One number for each input. What it does wrong is thrown after its tries. */
  reward(inputs: readonly RewardPluginInput[]): Promise<number[]>;
  close(): Promise<void>;
}

interface RewardLimits {
  /** For the completions of one request, in milliseconds. */
  timeoutMs: number;
  /** How often those without a result are asked for. */
  tries: number;
  /** Before the second try, in milliseconds; twice as long before the third. */
  pauseMs: number;
}

/** Three tries of the longest time that may be set (`DERMFLOW_REWARD_TIMEOUT`) stay below a trainer's stall limit. */
export const defaultRewardLimits: RewardLimits = { timeoutMs: 300_000, tries: 3, pauseMs: 1_000 };

/** Null where the recipe names none. Everything that is wrong with the file is a user's mistake that names it. */
export async function loadRewardPlugin(
  plugin: RewardSettings['plugin'],
  folder: string,
  limits = defaultRewardLimits,
): Promise<LoadedPlugin | null> {
  if (!plugin) return null;
  const { file, name } = plugin;
  const path = await findPlugin('rewards.plugin.file', file, folder);
  const sha256 = digestOf(await readFile(path));
  // The digest keeps Node from answering with an earlier version of the same file.
  const data: RewardThreadData = { url: `${pathToFileURL(path)}?sha256=${sha256}`, path, name };
  let thread: Worker | null = await openThread(data);
  const oneRequest = pLimit(1);

  let closed = false;

  const end = async (): Promise<void> => {
    const ended = thread;
    thread = null;
    await ended?.terminate();
  };

  const reward = async (inputs: readonly RewardPluginInput[]): Promise<number[]> => {
    const values = new Map<number, number>();
    for (let tries = 1; ; tries++) {
      const open = [...inputs.keys()].filter((index) => !values.has(index));
      if (open.length === 0) return inputs.map((_, index) => values.get(index) ?? 0);
      if (closed) throw unavailable(`rewards.plugin: ${path} was closed while it was asked`);
      thread ??= await openThread(data);
      const asked = open.flatMap((index) => inputs[index] ?? []);
      const { outcomes, ended } = await askOnce(thread, asked, limits.timeoutMs);
      if (ended) await end();
      let problem: Problem | null = null;
      for (const [i, index] of open.entries()) {
        const unanswered = `rewards.plugin: ${path} ${ended?.how} on question ${asked[i]?.question.id}`;
        const outcome = outcomes[i] ?? { problem: unanswered, transient: ended?.transient ?? false };
        if ('value' in outcome) values.set(index, outcome.value);
        else problem ??= outcome;
      }
      if (problem && tries >= limits.tries) throw asFailure(problem, tries);
      if (problem) await sleep(limits.pauseMs * 2 ** (tries - 1));
    }
  };

  const close = (): Promise<void> => {
    closed = true;
    return end();
  };
  return { name, sha256, reward: (inputs) => oneRequest(() => reward(inputs)), close };
}

type Problem = Extract<RewardOutcome, { problem: string }>;

/** What was away is waited for by the run; what is broken ends it. */
function asFailure({ problem, transient }: Problem, tries: number): Error {
  const message = `${problem} (${tries} tries)`;
  if (!transient) return userMistake(message);
  return unavailable(`${message}; bring back what it calls, or raise DERMFLOW_REWARD_TIMEOUT`);
}

const loadMs = 60_000;

async function openThread(data: RewardThreadData): Promise<Worker> {
  const thread = new Worker(new URL('./reward-thread.ts', import.meta.url), { workerData: data });
  // One that dies between two requests is noticed by the next one.
  thread.on('error', () => {});
  const limit = setTimeout(() => void thread.terminate(), loadMs);
  try {
    await nextReply<void>(thread);
    return thread;
  } catch (error) {
    await thread.terminate();
    if (error instanceof DermflowError) throw error;
    const reason = `it broke off, or took longer than ${loadMs / 1000} s`;
    throw userMistake(`rewards.plugin.file: ${data.path} cannot be loaded: ${reason}`, error);
  } finally {
    clearTimeout(limit);
  }
}

/** Why a thread is of no more use. One that is too slow may wait for a service; one that broke off is broken. */
interface Ended {
  how: string;
  transient: boolean;
}

/** Results that came before the thread ended are kept. */
function askOnce(
  thread: Worker,
  inputs: readonly RewardPluginInput[],
  timeoutMs: number,
): Promise<{ outcomes: RewardOutcome[]; ended: Ended | null }> {
  return new Promise((answered) => {
    const outcomes: RewardOutcome[] = [];
    let missing = inputs.length;
    const finish = (ended: Ended | null): void => {
      clearTimeout(limit);
      thread.off('message', onReply).off('error', onError).off('exit', onExit);
      answered({ outcomes, ended });
    };
    const onReply = ({ index, outcome }: RewardReply): void => {
      outcomes[index] = outcome;
      missing--;
      if (missing === 0) finish(null);
    };
    const onError = (error: unknown): void => finish({ how: `broke off (${String(error)})`, transient: false });
    const onExit = (): void => finish({ how: 'broke off', transient: false });
    const tooSlow = { how: `gave no reward within ${timeoutMs / 1000} s`, transient: true };
    const limit = setTimeout(() => finish(tooSlow), timeoutMs);
    thread.on('message', onReply).on('error', onError).on('exit', onExit);
    thread.postMessage(inputs);
  });
}
