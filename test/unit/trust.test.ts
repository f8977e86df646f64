import { describe, expect, it } from 'vitest';
import { exactly, judgeResume, type SavedState, type TrainingEnvironment, worstOf } from '../../domain/trust.ts';

const environment: TrainingEnvironment = {
  software: { torch: '2.15.0', trl: '1.16.0' },
  device: 'cpu',
  worldSize: 1,
  threads: 1,
  numerics: { attention: 'sdpa', 'instruction set': 'AVX2' },
};
const files = ['adapter_model.safetensors', 'optimizer.pt', 'scheduler.pt', 'rng_state.pth'];
const saved: SavedState = { environment, exact: true, files };

describe('judgeResume', () => {
  it('is exact where nothing differs', () => expect(judgeResume(saved, environment)).toEqual(exactly));

  const rows: [what: string, then: Partial<SavedState>, now: Partial<TrainingEnvironment>, reason: string][] = [
    ['other software', {}, { software: { torch: '2.16.0', trl: '1.16.0' } }, 'torch: 2.15.0 then, 2.16.0 now'],
    ['less software', {}, { software: { torch: '2.15.0' } }, 'trl: 1.16.0 then, absent now'],
    ['another device', {}, { device: 'NVIDIA A100' }, 'device: cpu then, NVIDIA A100 now'],
    ['more processes', {}, { worldSize: 2 }, 'processes: 1 then, 2 now'],
    ['more threads', {}, { threads: 8 }, 'threads: 1 then, 8 now'],
    [
      'another attention',
      {},
      { numerics: { attention: 'eager', 'instruction set': 'AVX2' } },
      'attention: sdpa then, eager now',
    ],
    [
      'other instructions',
      {},
      { numerics: { attention: 'sdpa', 'instruction set': 'DEFAULT' } },
      'instruction set: AVX2 then, DEFAULT now',
    ],
    [
      'a variable that chooses kernels',
      {},
      { numerics: { ...environment.numerics, ONEDNN_MAX_CPU_ISA: 'SSE41' } },
      'ONEDNN_MAX_CPU_ISA: absent then, SSE41 now',
    ],
    [
      'an inexact trainer',
      { exact: false },
      {},
      'sums are grouped alike in every run only with one process of one CPU thread',
    ],
  ];
  it.each(rows)('is approximate with %s', (_, then, now, reason) =>
    expect(judgeResume({ ...saved, ...then }, { ...environment, ...now })).toEqual({
      verdict: 'approximate',
      reasons: [reason],
    }),
  );

  it('names every reason', () =>
    expect(judgeResume(saved, { ...environment, device: 'x', worldSize: 2, threads: 3 }).reasons).toHaveLength(3));

  it.each(['optimizer.pt', 'scheduler.pt', 'rng_state.pth'])('is of weights alone without %s', (name) =>
    expect(judgeResume({ ...saved, files: files.filter((file) => file !== name) }, environment).verdict).toBe(
      'weights-only',
    ),
  );

  it('finds an optimiser that is sharded over ranks', () =>
    expect(
      judgeResume(
        {
          ...saved,
          files: ['global_step5/bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt', 'scheduler.pt', 'rng_state_0.pth'],
        },
        environment,
      ),
    ).toEqual(exactly));
});

describe('worstOf', () => {
  it('is exact of nothing', () => expect(worstOf([])).toEqual(exactly));
  it('keeps the worst verdict and each reason once', () =>
    expect(
      worstOf([
        { verdict: 'approximate', reasons: ['a', 'b'] },
        exactly,
        { verdict: 'weights-only', reasons: ['c'] },
        { verdict: 'approximate', reasons: ['a'] },
      ]),
    ).toEqual({ verdict: 'weights-only', reasons: ['a', 'b', 'c'] }));
});
