import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../support/stray-activities.ts', import.meta.url));

describe('a rejection that nobody handles', () => {
  const outcomes: Record<string, unknown>[] = [];
  const logged: Record<string, unknown>[] = [];
  let exitCode: number | undefined;
  beforeAll(async () => {
    const run = await execa('node', [program], { reject: false });
    exitCode = run.exitCode;
    const parse = (text: string) =>
      text
        .split('\n')
        .filter((line) => line.startsWith('{"'))
        .map((line) => JSON.parse(line));
    outcomes.push(...parse(run.stdout));
    logged.push(...parse(run.stderr));
  });
  const of = (name: string) => outcomes.find((outcome) => outcome.name === name);

  it.each([
    ['atOnce', 'at once'],
    ['byTimer', 'by timer'],
    ['atTheEnd', 'at the end'],
    ['stuck', 'stuck'],
    ['inOrder', 'in order'],
  ])('fails its activity (%s) and is logged with it', (name, message) => {
    expect(of(name)).toEqual({ name, error: `RangeError: ${message}` });
    const [line] = logged.filter(({ activityId }) => activityId === name);
    expect(line).toMatchObject({
      msg: 'unhandled rejection; its activity fails',
      err: { message },
      workflowId: 'test',
    });
  });

  it('asks the activity first to end its work in order', () => {
    const saved = outcomes.findIndex((outcome) => outcome.saved === 'inOrder');
    expect(saved).toBeGreaterThanOrEqual(0);
    expect(saved).toBeLessThan(outcomes.findIndex(({ name }) => name === 'inOrder'));
  });

  it('leaves the activities beside it alone, and the process alive', () => {
    expect(of('healthy')).toEqual({ name: 'healthy', value: 'done' });
    expect(of('late')).toEqual({ name: 'late', value: 'done' });
    expect(outcomes.at(-1)).toEqual({ alive: true });
    expect(exitCode).toBe(0);
  });

  it('after its activity, or of none, is logged as that', () => {
    const outside = logged.filter(({ msg }) => msg === 'unhandled rejection outside any activity');
    expect(outside).toMatchObject([
      { activityId: 'late', err: { message: 'late' } },
      { err: { message: 'of nobody' } },
    ]);
    expect(outside[1]).not.toHaveProperty('activityId');
  });
});
