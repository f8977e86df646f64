/** Two activities at the same time in a process that reports rejections as a worker does; says how each ended. */
import { Context } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import pino from 'pino';
import { withActivityFailures } from '../../activities/failures.ts';
import { reportStray, strayFailure } from '../../activities/stray.ts';

process.on('unhandledRejection', reportStray(pino(pino.destination(2))));

const pause = (ms: number): Promise<void> => new Promise((over) => setTimeout(over, ms));
const leave = (message: string): void => void Promise.reject(new RangeError(message));
const stopped = (): Promise<void> => new Promise((over) => strayFailure()?.addEventListener('abort', () => over()));

const { atOnce, byTimer, atTheEnd, stuck, inOrder, healthy, late } = withActivityFailures(
  {
    atOnce: async () => {
      leave('at once');
      await pause(50);
    },
    byTimer: async () => {
      setTimeout(() => leave('by timer'), 20);
      await pause(100);
    },
    atTheEnd: async () => leave('at the end'),
    stuck: () => {
      setTimeout(() => leave('stuck'), 20);
      return new Promise<never>(() => {});
    },
    inOrder: async () => {
      setTimeout(() => leave('in order'), 20);
      await stopped();
      console.log(JSON.stringify({ saved: Context.current().info.activityId }));
    },
    healthy: async () => {
      await pause(300);
      return 'done';
    },
    late: async () => {
      setTimeout(() => leave('late'), 50);
      return 'done';
    },
  },
  150,
);

await Promise.all(
  Object.entries({ atOnce, byTimer, atTheEnd, stuck, inOrder, healthy, late }).map(async ([name, activity]) => {
    const environment = new MockActivityEnvironment({ activityId: name });
    const outcome = await environment.run(activity as () => Promise<unknown>).then(
      (value) => ({ name, value }),
      (error: unknown) => ({ name, error: String(error) }),
    );
    console.log(JSON.stringify(outcome));
  }),
);
await pause(200);
leave('of nobody');
await pause(50);
console.log(JSON.stringify({ alive: true }));
