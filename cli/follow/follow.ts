/** Follows a run to its end: a live display in a terminal, a line for each change elsewhere. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { logUpdateStderr } from 'log-update';
import { DermflowError, failureTypes, unavailable } from '../../domain/failures.ts';
import { isServerAway } from '../../platform/grpc.ts';
import { renderStatus } from './render.ts';
import { stillness } from './render-activity.ts';
import { type RunStatus, statusOf } from './run-status.ts';

const everyMs = 1_000;
/** A restart of Temporal is waited for. */
const patienceMs = 5 * 60_000;

/** Returns the status of the closed run, or null as soon as `signal` aborts. */
export async function follow(
  client: Client,
  run: string,
  json: boolean,
  signal: AbortSignal,
): Promise<RunStatus | null> {
  const show = json ? showJson() : process.stderr.isTTY ? showLive() : showLines();
  let lastSeen = Date.now();
  while (!signal.aborted) {
    const status = await statusOf(client, run).catch((error: unknown) => {
      if (!isServerAway(error)) throw error;
      if (Date.now() - lastSeen > patienceMs) throw unavailable('Temporal has not answered for 5 minutes', error);
      return null;
    });
    if (status) {
      lastSeen = Date.now();
      show.status(status);
      if (status.state !== 'RUNNING') {
        show.end();
        return status;
      }
    }
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
  show.end();
  return null;
}

interface Display {
  status(status: RunStatus): void;
  end(): void;
}

function showLive(): Display {
  return { status: (status) => logUpdateStderr(renderStatus(status)), end: () => logUpdateStderr.done() };
}

function showJson(): Display {
  return { status: (status) => console.log(JSON.stringify(status)), end: () => {} };
}

/** A log reports a silence that lasts after 1, 5, 15 and 30 minutes, then every hour. */
function startOfSilence(ms: number): number {
  const minutes = ms / 60_000;
  const passed = [1, 5, 15, 30].findLast((each) => each <= minutes) ?? 0;
  return 60_000 * Math.max(passed, 60 * Math.floor(minutes / 60));
}

/**
 * For logs: a line when a part's state or words change, and one for each failed attempt, reason to wait and long
 * silence.
 */
export function showLines(): Display {
  const said = new Set<string>();
  const say = (line: string): void => {
    if (said.has(line)) return;
    said.add(line);
    console.error(`${new Date().toISOString()}  ${line}`);
  };
  return {
    status({ progress, pending, stuck }) {
      if (stuck !== null) say(stuck);
      for (const { stage, state, detail } of progress?.stages ?? []) {
        if (state !== 'waiting') say(`${stage}: ${detail === '' || state === 'done' ? state : detail}`);
      }
      for (const { activity, reason } of progress?.waitsFor ?? []) say(`waits for you (${activity}): ${reason}`);
      for (const activity of pending) {
        const { workflow, id, attempt, lastFailure, training } = activity;
        const still = stillness(activity, startOfSilence);
        if (still !== null) say(`${workflow}, ${id}: ${still}`);
        if (training?.waitsFor) say(`${workflow}, ${id}: checkpoint waits: ${training.waitsFor}`);
        if (lastFailure !== null) say(`${workflow}, ${id}, attempt ${attempt - 1} failed: ${lastFailure}`);
      }
    },
    end: () => {},
  };
}

/** A run that did not complete, as an error for the command's exit code. */
export function failedRun({ run, state, failure, failureType }: RunStatus): DermflowError {
  const reason = failure === null ? '' : `: ${failure}`;
  const type = Object.values(failureTypes).find((known) => known === failureType) ?? failureTypes.trainerCrashed;
  const message = `run ${run} ended as ${state.toLowerCase()}${reason}; "dermflow resume ${run}" continues it`;
  return new DermflowError(type, message);
}
