/** Records of nights, for tests. */
import { digestOf } from '../../domain/artifact.ts';
import type { NightPoint, NightRecord } from '../../domain/nights/record.ts';
import { reference } from './fake-activities.ts';

export const nightPoint = (more: Partial<NightPoint> = {}): NightPoint => ({
  benchmark: 'id-diagnosis',
  verdict: { verdict: 'new line', changed: [] },
  measured: {
    ...{ evaluation: reference('benchmark', 'tiny'), label: 'base:tiny', reader: 'strict' },
    digests: { model: digestOf('model'), judge: digestOf('judge'), prompt: digestOf('prompt'), data: digestOf('data') },
    ...{ score: { value: 0.9, low: 0.8, high: 0.95 }, items: 80, line: '2026-11-01T01:30:00.000Z', anchors: [] },
  },
  ...more,
});

export const nightRecord = (night: string, benchmarks: NightPoint[] = [nightPoint()]): NightRecord => ({
  ...{ schema: 1, schedule: 'tiny', night, workflow: `nightly-tiny-${night}`, judgedAt: '2026-11-26T02:00:00.000Z' },
  ...{ verdict: 'new line', benchmarks },
});
