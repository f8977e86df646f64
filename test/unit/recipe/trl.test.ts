import { describe, expect, it } from 'vitest';
import { grpoStretch } from '../../../activities/training/jobs/grpo.ts';
import { sftStretch } from '../../../activities/training/jobs/sft.ts';
import { readRecipeOf } from '../../../cli/start/recipes.ts';
import { planRun } from '../../../domain/methods/skin-r1/plan.ts';
import { describePlan } from '../../../domain/methods/skin-r1/plan-words.ts';
import type { SkinR1Recipe } from '../../../domain/recipe/methods/skin-r1.ts';
import { parseRecipeOf } from '../../../domain/recipe/parse.ts';
import { passedFields, type TrlFields } from '../../../domain/recipe/trl/check.ts';
import fields from '../../../domain/recipe/trl/fields.json' with { type: 'json' };
import { ownedFields } from '../../../domain/recipe/trl/owned.ts';
import { stages } from '../../../domain/stages/index.ts';
import { reference } from '../../support/fake-activities.ts';
import { demoRecipe } from '../../support/recipes.ts';

const withTrl = (stage: 'sft' | 'grpo', trl: TrlFields, more: object = {}): unknown => {
  const demo = demoRecipe();
  return { ...demo, [stage]: { ...demo[stage], ...more, trl } };
};
const read = (recipe: unknown): SkinR1Recipe => parseRecipeOf('skin-r1', recipe, 'r.yaml');

const inputs = { model: { base: 'tiny', sha256: 'b'.repeat(64) }, rows: 16, epoch: 1 };
const keyOf = {
  sft: (recipe: SkinR1Recipe) =>
    sftStretch({ ...inputs, recipe, trajectories: reference('trajectories', 'all') }, { attention: 'sdpa' }).stageKey,
  grpo: (recipe: SkinR1Recipe) =>
    grpoStretch(
      { recipe, model: inputs.model, questions: reference('questions', 'all'), sft: null, stopAt: 20 },
      null,
      { attention: 'sdpa' },
    ).stageKey,
};

describe('fields of TRL in a recipe', () => {
  it('are those of the pinned classes that nothing of ours decides', () => {
    // A new field of an upgrade appears here: decide whether it may break a resume, then write it down.
    expect(passedFields('sft')).toMatchInlineSnapshot(`
      [
        "lr_scheduler_type",
        "lr_scheduler_kwargs",
        "optim",
        "optim_args",
        "adam_beta1",
        "adam_beta2",
        "adam_epsilon",
        "optim_target_modules",
        "average_tokens_across_devices",
        "label_smoothing_factor",
        "tf32",
        "use_liger_kernel",
        "liger_kernel_config",
        "neftune_noise_alpha",
        "torch_empty_cache_steps",
        "dataloader_pin_memory",
        "router_aux_loss_coef",
        "pad_to_multiple_of",
        "completion_only_loss",
        "assistant_only_loss",
        "loss_type",
        "activation_offloading",
      ]
    `);
    expect(passedFields('grpo')).toMatchInlineSnapshot(`
      [
        "lr_scheduler_type",
        "lr_scheduler_kwargs",
        "optim",
        "optim_args",
        "adam_beta1",
        "adam_beta2",
        "adam_epsilon",
        "optim_target_modules",
        "average_tokens_across_devices",
        "tf32",
        "use_liger_kernel",
        "liger_kernel_config",
        "torch_empty_cache_steps",
        "dataloader_pin_memory",
        "router_aux_loss_coef",
        "disable_dropout",
        "cast_lm_head_to_fp32",
        "pad_to_multiple_of",
        "top_p",
        "top_k",
        "min_p",
        "repetition_penalty",
        "cache_implementation",
        "vllm_model_impl",
        "vllm_structured_outputs_regex",
        "num_iterations",
        "delta",
        "epsilon_high",
        "sapo_temperature_neg",
        "sapo_temperature_pos",
        "vespo_k_pos",
        "vespo_lambda_pos",
        "vespo_k_neg",
        "vespo_lambda_neg",
        "importance_sampling_level",
        "reward_weights",
        "multi_objective_aggregation",
        "scale_rewards",
        "loss_type",
        "mask_truncated_completions",
        "top_entropy_quantile",
        "entropy_coef",
        "use_adaptive_entropy",
        "entropy_coef_min",
        "entropy_coef_max",
        "entropy_coef_delta",
        "entropy_target",
        "vllm_importance_sampling_correction",
        "vllm_importance_sampling_mode",
        "vllm_importance_sampling_clip_max",
        "vllm_importance_sampling_clip_min",
        "off_policy_mask_threshold",
      ]
    `);
  });

  it('that are ours stand in the pinned classes under these names', () => {
    const unknown = (['sft', 'grpo'] as const).flatMap((stage) => {
      const known = new Set(Object.keys(stage === 'sft' ? fields.SFTConfig : fields.GRPOConfig));
      return [...ownedFields[stage].keys()].filter((name) => !known.has(name)).map((name) => `${stage} ${name}`);
    });
    expect(unknown).toEqual([]);
  });

  it.each<['sft' | 'grpo', TrlFields]>([
    ['sft', { loss_type: 'dft', optim: 'adafactor', neftune_noise_alpha: 5, lr_scheduler_type: 'linear' }],
    ['sft', { lr_scheduler_type: 'cosine_with_min_lr', lr_scheduler_kwargs: { min_lr_rate: 0.1 }, adam_beta2: 0.95 }],
    ['grpo', { loss_type: 'dapo', top_p: 1, top_k: 50, min_p: null, mask_truncated_completions: true }],
    ['grpo', { reward_weights: [1, 0.5, 1], epsilon_high: 0.28, delta: null, use_adaptive_entropy: true }],
  ])('%s.trl %j is taken as it is', (stage, trl) => expect(read(withTrl(stage, trl))[stage].trl).toEqual(trl));

  it.each<['sft' | 'grpo', TrlFields, string]>([
    ['grpo', { topp: 0.9 }, 'r.yaml: grpo.trl.topp is 0.9: GRPOConfig of TRL 1.16.0 has no such field; is it top_p?'],
    ['sft', { top_p: 0.9 }, 'r.yaml: sft.trl.top_p is 0.9: SFTConfig of TRL 1.16.0 has no such field; '],
    [
      'grpo',
      { top_p: 'high' },
      'r.yaml: grpo.trl.top_p is "high": GRPOConfig of TRL 1.16.0 takes a number above 0 to 1',
    ],
    ['grpo', { top_p: 1.2 }, 'grpo.trl.top_p is 1.2: GRPOConfig of TRL 1.16.0 takes a number above 0 to 1'],
    ['grpo', { top_p: 0 }, 'takes a number above 0 to 1'],
    ['grpo', { top_p: null }, 'takes a number above 0 to 1'],
    ['grpo', { top_k: 0.5 }, 'grpo.trl.top_k is 0.5: GRPOConfig of TRL 1.16.0 takes a whole number from 0'],
    ['grpo', { mask_truncated_completions: 1 }, 'takes true or false'],
    ['grpo', { reward_weights: [1, 'two'] }, 'takes null, or a list of numbers'],
    ['grpo', { loss_type: 'ppo' }, 'takes one of grpo, dr_grpo, dapo, bnpo, cispo, sapo, luspo, vespo'],
    ['sft', { loss_type: 'chunked_nll' }, 'takes one of nll, dft'],
    ['sft', { optim: 'adam' }, 'sft.trl.optim is "adam": SFTConfig of TRL 1.16.0 takes one of adamw_torch, '],
    ['sft', { lr_scheduler_kwargs: 'min.json' }, 'takes null, or an object'],
    ['grpo', { temperature: 0.7 }, 'r.yaml: grpo.trl.temperature is 0.7: may not be set here: set temperature'],
    ['sft', { per_device_train_batch_size: 2 }, 'may not be set here: set perDeviceBatchSize'],
    ['sft', { packing: true }, 'may not be set here: TRL packs no rows with images'],
    ['sft', { dataloader_num_workers: 4 }, 'may not be set here: the order of rows is a function of seed, epoch'],
    ['grpo', { report_to: 'wandb' }, 'DERMFLOW_TRAINER_TRACKING'],
    ['sft', { optim: 'adalomo' }, 'it steps inside the backward pass'],
    ['grpo', { optim: 'schedule_free_adamw' }, 'while it trains the weights are other ones'],
    ['sft', { lr_scheduler_type: 'reduce_lr_on_plateau' }, 'it needs a validation between the steps'],
    ['grpo', { vllm_importance_sampling_mode: 'token_mask' }, 'has no effect with rollouts transformers'],
    [
      'grpo',
      { num_iterations: 3 },
      'r.yaml: grpo.saveEvery is 10: a checkpoint may not fall between the 3 steps on one',
    ],
  ])('%s.trl %j is refused: %s', (stage, trl, message) => {
    expect(() => read(withTrl(stage, trl))).toThrow(message);
  });

  it('are refused by --set too, one line each', async () => {
    const set = ['grpo.trl.top_p=0.9', 'grpo.trl.loss_type=dapo'];
    expect((await readRecipeOf('skin-r1', 'demo', { set })).grpo.trl).toEqual({ top_p: 0.9, loss_type: 'dapo' });
    const refused = readRecipeOf('skin-r1', 'demo', {
      set: ['grpo.trl.top_p=2', 'grpo.trl.beta=0', 'sft.trl.optm=sgd'],
    });
    await expect(refused).rejects.toThrow(
      /^recipes\/demo\.yaml: sft\.trl\.optm is "sgd": .*; is it optim\?\nrecipes\/demo\.yaml: grpo\.trl\.top_p is 2: .*\nrecipes\/demo\.yaml: grpo\.trl\.beta is 0: may not be set here: set beta$/,
    );
  });

  it('several steps on one generation go with checkpoints at their ends', () => {
    const more = { milestones: [20, 40], rlOnlyMilestones: [60], saveEvery: 10 };
    expect(read(withTrl('grpo', { num_iterations: 2 }, more)).grpo.trl).toEqual({ num_iterations: 2 });
    expect(() => read(withTrl('grpo', { num_iterations: 2 }, { ...more, milestones: [20, 41] }))).toThrow(
      'grpo.milestones.1 is 41: a checkpoint may not fall between the 2 steps',
    );
  });
});

describe('the key of a stage', () => {
  it.each(['sft', 'grpo'] as const)('of %s holds what is set, and nothing where nothing is', (stage) => {
    const [without, empty, first, other] = [
      read(demoRecipe()),
      read(withTrl(stage, {})),
      read(withTrl(stage, { adam_beta2: 0.95 })),
      read(withTrl(stage, { adam_beta2: 0.9 })),
    ].map(keyOf[stage]);
    expect(empty).toBe(without);
    expect(new Set([without, first, other]).size).toBe(3);
    const another = stage === 'sft' ? 'grpo' : 'sft';
    expect(keyOf[another](read(withTrl(stage, { adam_beta2: 0.95 })))).toBe(keyOf[another](read(demoRecipe())));
  });
});

describe('what is told of them', () => {
  const told = read(withTrl('grpo', { top_p: 0.9, loss_type: 'dapo', num_iterations: 2 }));

  it('stands in the column of the model card', () => {
    expect(stages.grpo.settings(told, 20).other).toContain(', TRL: loss_type dapo, num_iterations 2, top_p 0.9');
    expect(stages.sft.settings(told).other).not.toContain('TRL');
  });

  it('stands in the plan, whose counts follow from it', () => {
    const data = { items: 800, test: 10, textbook: 400, images: 1200 };
    const rest = { data, architecture: null, devices: 1, prices: null };
    const [plan, before] = [planRun({ recipe: told, ...rest }), planRun({ recipe: read(demoRecipe()), ...rest })];
    expect(describePlan(told, plan)).toMatch(/^trl, grpo +loss_type dapo, num_iterations 2, top_p 0\.9$/m);
    expect(plan.grpo?.completions).toBe((before.grpo?.completions ?? 0) / 2);
  });

  it('memory is that of the optimiser', () => {
    const bytes = (optim: string) => stages.sft.memory(read(withTrl('sft', { optim }))).adapterBytes;
    expect([bytes('adamw_torch'), bytes('sgd'), bytes('adamw_bnb_8bit'), bytes('lion_32bit')]).toEqual([16, 8, 10, 12]);
  });
});
