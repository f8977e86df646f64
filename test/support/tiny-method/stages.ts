/** A stage of the tiny method: rewards, after SFT. All that others ask of it stands in this row. */
import { skinR1Stages } from '../../../domain/stages/skin-r1.ts';
import type { StageRow } from '../../../domain/stages/stage-row.ts';

export const tinyStages = {
  'tiny-rl': {
    ...{ job: 'grpo', part: 'sft' },
    ends: ({ sft }) => (sft ? [20, 40] : []),
    memory: skinR1Stages.grpo.memory,
    step: () => ({ setting: 'tiny', rows: 7, sequences: 7, saveEvery: 10 }),
    trains: () => ({ setting: 'tiny.lora', lora: { rank: 4, alpha: 8, dropout: 0, quantise: 'nf4' } }),
    rollouts: () => ({ setting: 'tiny', engine: 'vllm-server', validates: true }),
    ...{ title: 'Tiny rewards', shortTitle: 'Tiny', perStep: true, rank: 20 },
    ...{ logTitle: 'Tiny, after SFT', logField: 'tinyRl', column: 'Tiny rewards' },
    ...{ reference: 'nothing at all', nightly: true, published: { row: 'Skin-R1', steps: [1000] } },
    settings: (_, step) => ({ learningRate: 1, batch: '7', length: `${step}`, other: '' }),
    status: (end) => `tiny, to step ${end}`,
  },
} as const satisfies Record<string, StageRow>;
