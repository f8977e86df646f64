/** What `dermflow schedule create` makes of its words, and what Temporal is asked for. */
import { tmpdir } from 'node:os';
import type { Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { type CreateOptions, createCommand, readNightly } from '../../../../cli/nights/create.ts';
import { parseScheduleName, scheduleOptions } from '../../../../cli/nights/schedules.ts';
import { failureTypes } from '../../../../domain/failures.ts';
import { nightOf } from '../../../support/evaluations.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';

const options: CreateOptions = {
  ...{ benchmark: ['id-diagnosis'], at: '02:30', timezone: 'Europe/Zurich', data: 'demo', reader: 'strict' },
  ...{ within: 8, catchup: 12 },
};
const session = {
  client: {} as Client, // of a recipe Temporal is asked nothing
  store: async () => createMemoryStore(),
  workers: false,
  environment: { scratch: tmpdir() },
};
const read = (model: string, more: Partial<CreateOptions> = {}, name = 'tiny') =>
  readNightly(name, model, { ...options, ...more }, session);

describe('dermflow schedule create', () => {
  it('pins a model of any kind, asked once and greedily', async () => {
    const night = await read('endpoint:gpt-4o?provider=openai', { limit: 500, webhook: 'https://hooks.example/x' });
    expect(night).toMatchObject({
      ...{ schedule: 'tiny', newestOf: null, benchmarks: ['id-diagnosis'], withinMinutes: 480 },
      model: { kind: 'endpoint', model: 'gpt-4o', provider: 'openai', shown: 'real' },
      asking: { samples: 1, limit: 500, decoding: { temperature: 0 } },
      webhook: 'https://hooks.example/x',
    });
    expect((await read('base')).model).toMatchObject({ kind: 'local', label: 'base:tiny', adapter: null });
  });

  it.each([
    ['a name that is none', 'base', {}, 'My Nights', 'is not a name of a schedule'],
    ['no benchmark', 'base', { benchmark: [] }, 'tiny', '--benchmark is missing'],
    ['a benchmark that there is not', 'base', { benchmark: ['id-diagnoses'] }, 'tiny', 'no benchmark "id-diagnoses"'],
    ['a webhook that is no address', 'base', { webhook: 'hooks.example' }, 'tiny', 'webhook'],
    ['a webhook of another protocol', 'base', { webhook: 'file:///etc/passwd' }, 'tiny', 'webhook'],
    [
      'a webhook with a password',
      'base',
      { webhook: 'https://me:hidden@hooks.example/x' },
      'tiny',
      'hooks.example holds',
    ],
    [
      'data of another run',
      'run-1@newest',
      { data: 'run-2' },
      'tiny',
      "nights of the newest milestone of run-1 ask that run's own",
    ],
    ['no model', 'No Model', {}, 'tiny', 'names no model'],
  ] as const)('is refused in one line with %s', async (_, model, more, name, words) => {
    const refused = read(model, more as Partial<CreateOptions>, name); // lists of literals
    await expect(refused).rejects.toMatchObject({ type: failureTypes.userMistake });
    const line = String(await refused.catch((error: unknown) => error));
    expect(line).toContain(words);
    expect(line).not.toContain('\n');
    expect(line).not.toContain('hidden');
  });

  it.each([
    ['--within', '0'],
    ['--within', 'long'],
    ['--catchup', '200'],
    ['--limit', '1.5'],
    ['--reader', 'kind'],
  ])('takes no %s %s', async (flag, value) => {
    const command = createCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    const words = ['tiny', 'base', '--at', '02:30', '--timezone', 'UTC', flag, value];
    await expect(command.parseAsync(words, { from: 'user' })).rejects.toMatchObject({
      code: expect.stringMatching(/^commander\.invalid/),
    });
  });

  it.each(['--at', '--timezone'])('needs %s', async (flag) => {
    const words = ['tiny', 'base', '--at', '02:30', '--timezone', 'UTC'];
    words.splice(words.indexOf(flag), 2);
    const command = createCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    await expect(command.parseAsync(words, { from: 'user' })).rejects.toMatchObject({
      code: 'commander.missingMandatoryOptionValue',
    });
  });
});

describe('the schedule', () => {
  const times = { at: '02:30', timezone: 'Europe/Zurich', catchupHours: 12 };

  it('is at a time of a named zone, skips overlaps and catches up for a while', () => {
    expect(scheduleOptions(nightOf(), times)).toMatchObject({
      scheduleId: 'nightly-tiny',
      spec: { calendars: [{ hour: 2, minute: 30 }], timezone: 'Europe/Zurich' },
      policies: { overlap: 'SKIP', catchupWindow: 12 * 3_600_000 },
      action: { workflowType: 'nightlyEvaluation', workflowId: 'nightly-tiny', taskQueue: 'dermflow' },
    });
  });

  it('keeps the zone as its data base writes it, whatever the capitals', () => {
    const { spec, memo } = scheduleOptions(nightOf(), { ...times, timezone: 'europe/ZURICH' });
    expect([spec.timezone, memo?.timezone]).toEqual(['Europe/Zurich', 'Europe/Zurich']);
  });

  it('is refused at a time or in a zone that there is not', () => {
    expect(() => scheduleOptions(nightOf(), { ...times, at: '25:00' })).toThrow('--at 25:00');
    expect(() => scheduleOptions(nightOf(), { ...times, timezone: 'Mars' })).toThrow('--timezone Mars');
  });

  it.each(['', 'Tiny', 'a/b', 'a b', '-a', 'a'.repeat(61)])('has no name %j', (name) =>
    expect(() => parseScheduleName(name)).toThrow('is not a name of a schedule'),
  );
});
