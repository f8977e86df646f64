import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { partsOfActivities, renderResults, renderStatus } from '../../../../cli/follow/render.ts';
import type { PendingActivity, RunStatus } from '../../../../cli/follow/run-status.ts';
import type { PartProgress } from '../../../../domain/contracts/run.ts';
import { trainingHeartbeatSchema } from '../../../../domain/contracts/training.ts';
import { skinR1Method } from '../../../../domain/methods/skin-r1/method.ts';
import * as workflowActivities from '../../../../workflows/activities.ts';

const training: PendingActivity = {
  workflow: 'demo-1',
  id: 'trainGrpo-2',
  state: 'running',
  attempt: 1,
  lastFailure: null,
  nextAttemptIn: null,
  work: null,
  training: {
    phase: 'training',
    step: 700,
    maxSteps: 1500,
    stopAt: 1000,
    checkpoint: 650,
    values: { loss: 0.0123, reward: 1.4567, kl: null },
    secondsPerStep: 2,
    waitsFor: null,
    silentMs: 0,
    transfer: null,
  },
};
const status = (more: Partial<RunStatus> = {}): RunStatus => ({
  run: 'demo-1',
  method: 'skin-r1',
  state: 'RUNNING',
  startedAt: new Date().toISOString(),
  closedAt: null,
  progress: {
    recipe: 'demo',
    stages: [
      { stage: 'sft', state: 'done', detail: 'epoch 4 of 4' },
      { stage: 'grpo', state: 'running', detail: 'to step 1000 of 1500' },
    ],
    checkpoint: { stage: 'grpo', step: 500 },
    evaluations: [],
    report: null,
    failure: null,
  },
  pending: [training],
  failure: null,
  failureType: null,
  stuck: null,
  ...more,
});
const text = (given: RunStatus): string => stripVTControlCharacters(renderStatus(given));

describe('renderStatus', () => {
  it('shows step, loss, reward, newest checkpoint and time left', () => {
    expect(text(status())).toContain('step 700/1500  loss 0.0123  reward 1.46  saved 650  10m to step 1000');
  });

  it('says why a checkpoint is not in the store yet', () => {
    const heartbeat = trainingHeartbeatSchema.parse({ ...training.training, waitsFor: 'S3 answered 500' });
    expect(text(status({ pending: [{ ...training, training: heartbeat }] }))).toContain(
      'checkpoint waits: S3 answered 500',
    );
  });

  it('names what an activity does, in the stage that it belongs to', () => {
    const explaining = {
      ...training,
      id: 'explainConcepts-1',
      training: null,
      work: { phase: 'explaining', done: 3, total: 8, silentMs: 0, transfer: null },
    };
    const stages: PartProgress[] = [{ stage: 'trajectories', state: 'running', detail: '' }];
    const { progress } = status();
    if (!progress) throw new RangeError('a run that runs tells its progress');
    expect(text(status({ progress: { ...progress, stages }, pending: [explaining] }))).toContain('explaining 3/8');
  });

  it('shows every activity of a run with a part of it, identifyModel too', () => {
    const { progress } = status();
    if (!progress) throw new RangeError('a run that runs tells its progress');
    const activities = [
      ...['identifyModel', 'prepareData', 'synthesiseTrajectories', 'explainConcepts', 'trainSft', 'trainGrpo'],
      ...['exportForInference', 'evaluateModel', 'exportAdapter', 'writeReport'],
    ];
    const stages = skinR1Method.parts.map((stage): PartProgress => ({ stage, state: 'running', detail: '' }));
    const pending = activities.map((name) => ({
      ...{ ...training, id: `${name}-1`, training: null },
      work: { phase: `does ${name}`, done: 1, total: 2, silentMs: 0, transfer: null },
    }));
    const lines = text(status({ progress: { ...progress, stages }, pending })).split('\n');
    for (const name of activities) expect(lines.filter((line) => line.includes(`does ${name} 1/2`))).toHaveLength(1);
    const [data = -1, hashing = -1] = ['data', 'does identifyModel'].map((words) =>
      lines.findIndex((line) => line.includes(words)),
    );
    expect(hashing).toBe(data + 1);
  });

  it('shows an activity with the part that is at work where its usual one is not', () => {
    const { progress } = status();
    if (!progress) throw new RangeError('a run that runs tells its progress');
    const stages = (['grpo', 'second grpo'] as const).map(
      (stage, i): PartProgress => ({ stage, state: i === 0 ? 'done' : 'running', detail: '' }),
    );
    const pending = [{ ...training, id: 'trainGrpo-9' }];
    const lines = text(status({ progress: { ...progress, stages }, pending })).split('\n');
    const part = lines.findIndex((line) => line.includes('second grpo'));
    expect(lines[part + 1]).toContain('step');
  });

  it('knows the part of every activity that a method calls', () => {
    const ofNoRun = ['identifyBase', 'exportForBenchmarks', 'scoreRules', 'evaluateEndpoint', 'findMilestone'];
    const records = ['recordRun', 'recordBriefly', 'recordNight', 'callWebhook'];
    const others = new Set([...Object.keys(partsOfActivities), ...ofNoRun, ...records, 'activities']);
    expect(Object.keys(workflowActivities).filter((name) => !others.has(name))).toEqual([]);
  });

  it('leaves out values that were not logged', () => {
    expect(text(status())).not.toContain('kl');
  });

  it('shows attempt, pause and the words of the last failure', () => {
    const retrying: PendingActivity = {
      ...training,
      training: null,
      state: 'retrying',
      attempt: 3,
      lastFailure: 'S3 is away',
      nextAttemptIn: 7.2,
    };
    expect(text(status({ pending: [retrying] }))).toContain('retrying  attempt 3  next in 8 s  S3 is away');
  });

  it('says that no worker answers', () => {
    expect(text(status({ progress: null, pending: [] }))).toContain('no orchestrator worker answers');
  });

  it('names the evaluation that an activity belongs to', () => {
    const evaluation: PendingActivity = {
      ...training,
      workflow: 'demo-1/evaluate/sft',
      id: 'evaluateModel-1',
      training: null,
      work: { phase: 'answering', done: 32, total: 300, silentMs: 0, transfer: null },
    };
    const progress = { ...status().progress, stages: [{ stage: 'evaluation', state: 'running', detail: '1 of 2' }] };
    expect(text(status({ progress: progress as RunStatus['progress'], pending: [evaluation] }))).toContain(
      'sft: answering 32/300',
    );
  });
});

describe('renderResults', () => {
  it('ends with what the labels alone earn, and names the models that are not above that', () => {
    const score = (accuracy: number) => ({
      ...({ task: 'diagnosis', items: 300, accuracy, low: 0.2, high: 0.9, macroF1: 0.5, unparsed: 0 } as const),
    });
    const evaluation = { kind: 'evaluation', key: 'k', sha256: '0'.repeat(64) } as const;
    const models = [0.3, 0.55, 0.9].map((accuracy, i) => ({
      ...{ label: ['base', 'sft', 'grpo-60'][i] ?? '', step: i, evaluation, scores: [score(accuracy)] },
    }));
    const lines = stripVTControlCharacters(renderResults(models, [score(0.55)])).split('\n');
    expect(lines.at(-2)).toMatch(/^text only +Disease diagnosis +0\.550/);
    expect(lines.at(-1)).toBe('below text only in Disease diagnosis: base, sft');
    expect(stripVTControlCharacters(renderResults(models.slice(2), [score(0.55)]))).not.toContain('below');
  });

  it('is a table with intervals', () => {
    const score = {
      task: 'diagnosis',
      items: 300,
      accuracy: 0.9,
      low: 0.86,
      high: 0.93,
      macroF1: 0.88,
      unparsed: 0.01,
    } as const;
    const evaluation = { kind: 'evaluation', key: 'k', sha256: '0'.repeat(64) } as const;
    const lenient = { accuracy: 0.91, low: 0.87, high: 0.94, macroF1: 0.89, unparsed: 0 };
    const results = [
      { label: 'sft', step: 4, evaluation, scores: [{ ...score, lenient }] },
      { label: 'sft-no-image', step: 4, evaluation, scores: [{ ...score, accuracy: 0.25 }] },
    ];
    const table = stripVTControlCharacters(renderResults(results));
    expect(table.split('\n')).toEqual([
      'model  task               accuracy (95 % interval)  macro-F1  items  unreadable  lenient  grey image',
      'sft    Disease diagnosis  0.900 (0.860 to 0.930)    0.880     300    0.010       0.910    0.250',
    ]);
  });
});
