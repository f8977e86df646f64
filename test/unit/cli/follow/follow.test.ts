import { expect, it, onTestFinished, vi } from 'vitest';
import { showLines } from '../../../../cli/follow/follow.ts';
import type { RunStatus } from '../../../../cli/follow/run-status.ts';
import { trainingHeartbeatSchema } from '../../../../domain/contracts/training.ts';

it('a log of a run has one line for each reason why a checkpoint waits', () => {
  const lines: string[] = [];
  const error = vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line));
  onTestFinished(() => error.mockRestore());
  const beat = (waitsFor: string | null) =>
    trainingHeartbeatSchema.parse({
      ...{ phase: 'training', step: 7, maxSteps: 9, stopAt: 9, checkpoint: 4, values: {}, secondsPerStep: 1, waitsFor },
    });
  const status = (waitsFor: string | null): RunStatus => ({
    ...{ run: 'demo-1', method: 'skin-r1', state: 'RUNNING', startedAt: '2026-01-01T00:00:00Z', closedAt: null },
    ...{ progress: null, failure: null, failureType: null, stuck: null },
    pending: [
      {
        ...{ workflow: 'demo-1', id: 'trainSft-1', state: 'running', attempt: 1, lastFailure: null },
        ...{ nextAttemptIn: null, work: null, training: beat(waitsFor) },
      },
    ],
  });
  const display = showLines();
  for (const reason of [null, 'token expired; renew it', 'token expired; renew it', null])
    display.status(status(reason));
  expect(lines.map((line) => line.split('  ')[1])).toEqual([
    'demo-1, trainSft-1: checkpoint waits: token expired; renew it',
  ]);
});

it('a log has a line for a silence after 1, 5, 15 and 30 minutes and each hour', () => {
  const lines: string[] = [];
  const error = vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line));
  onTestFinished(() => error.mockRestore());
  const display = showLines();
  for (let minutes = 0; minutes < 130; minutes++) {
    const work = { phase: 'reading', done: 1, total: 9, silentMs: minutes * 60_000, transfer: null };
    display.status({
      ...{ run: 'demo-1', method: 'skin-r1', state: 'RUNNING', startedAt: '2026-01-01T00:00:00Z', closedAt: null },
      ...{ progress: null, failure: null, failureType: null, stuck: null },
      pending: [
        {
          ...{ workflow: 'demo-1', id: 'prepareData-1', state: 'running', attempt: 1, lastFailure: null },
          ...{ nextAttemptIn: null, training: null, work },
        },
      ],
    });
  }
  expect(lines.map((line) => /no progress for (.*): reading 1\/9$/.exec(line)?.[1])).toEqual([
    ...['1 min', '5 min', '15 min', '30 min', '1 h 0 min', '2 h 0 min'],
  ]);
});

it('a log of a run has one line for each reason why it waits for a person', () => {
  const lines: string[] = [];
  const error = vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line));
  onTestFinished(() => error.mockRestore());
  const display = showLines();
  for (const reason of ['the account is empty', 'the account is empty'])
    display.status({
      ...{
        run: 'evaluate-1',
        method: 'evaluation',
        state: 'RUNNING',
        startedAt: '2026-01-01T00:00:00Z',
        closedAt: null,
      },
      ...{ failure: null, failureType: null, stuck: null, pending: [] },
      progress: { stages: [], evaluations: [], waitsFor: [{ activity: 'evaluateEndpoint-1', reason }] } as never,
    });
  expect(lines.map((line) => line.split('  ')[1])).toEqual([
    'waits for you (evaluateEndpoint-1): the account is empty',
  ]);
});
