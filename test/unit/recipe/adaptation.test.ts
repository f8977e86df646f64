import { describe, expect, it } from 'vitest';
import { grpoJob, grpoStretch } from '../../../activities/training/jobs/grpo.ts';
import { sftStretch } from '../../../activities/training/jobs/sft.ts';
import { modelCard } from '../../../domain/card/model-card.ts';
import type { SkinR1Recipe } from '../../../domain/recipe/methods/skin-r1.ts';
import { parseRecipeOf } from '../../../domain/recipe/parse.ts';
import { reference } from '../../support/fake-activities.ts';
import { demoRecipe } from '../../support/recipes.ts';

const demo = demoRecipe();
const lora = { rank: 64, alpha: 32, dropout: 0.1 };
const read = (changes: object): SkinR1Recipe => parseRecipeOf('skin-r1', { ...demo, ...changes }, 'r.yaml');
const model = { base: 'tiny', sha256: 'b'.repeat(64) };
const place = { attention: 'sdpa' } as const;

const sftOf = (recipe: SkinR1Recipe, of: Parameters<typeof sftStretch>[0]['model'] = model) =>
  sftStretch({ recipe, model: of, rows: 16, epoch: 1, trajectories: reference('trajectories', 'all') }, place);
const grpoOf = (recipe: SkinR1Recipe, of: Parameters<typeof grpoStretch>[0]['model'] = model) =>
  grpoStretch({ recipe, model: of, questions: reference('questions', 'all'), sft: null, stopAt: 20 }, null, place);

describe('what a recipe trains', () => {
  it.each([
    { lora: { ...lora, targets: ['language'] } },
    { lora: { ...lora, targets: ['vision', 'merger'] } },
    { lora: { ...lora, targets: '.*layers\\.\\d\\..*q_proj' } },
    { lora: { ...lora, quantise: 'nf4' } },
    { lora: null, full: ['language', 'merger'] },
    { model: { ...demo.model, adapter: '/data/adapter' } },
  ])('%j is taken and is a stage of another key', (changes) => {
    const recipe = read(changes);
    expect(recipe).toMatchObject(changes);
    const start = recipe.model.adapter ? { ...model, adapter: { folder: '/a', sha256: 'a'.repeat(64) } } : model;
    expect(sftOf(recipe, start).stageKey).not.toBe(sftOf(demo).stageKey);
    expect(grpoOf(recipe, start).stageKey).not.toBe(grpoOf(demo).stageKey);
  });

  it.each([
    [{ lora: { ...lora, targets: ['eyes'] } }, 'r.yaml: lora.targets is ["eyes"]: '],
    [{ lora: { ...lora, targets: '(' } }, 'r.yaml: lora.targets is "(": '],
    [{ lora: { ...lora, targets: [] } }, 'r.yaml: lora.targets is []: '],
    [{ lora: { ...lora, quantise: 'int3' } }, 'r.yaml: lora.quantise is "int3": '],
    [{ lora: null }, 'r.yaml: full is missing: full fine-tuning has lora: null and the parts that are trained'],
    [{ full: ['language'] }, 'r.yaml: full is ["language"]: full fine-tuning has lora: null'],
    [{ lora: null, full: ['merger', 'merger'] }, 'a part stands twice'],
    [
      { lora: null, full: ['language'], model: { ...demo.model, adapter: '/data/adapter' } },
      'r.yaml: model.adapter is "/data/adapter": full fine-tuning begins with a model; merge the adapter',
    ],
  ])('%j is refused: %s', (changes, message) => expect(() => read(changes)).toThrow(message));

  it('the order of parts decides nothing', () => {
    const [one, other] = [
      ['language', 'merger'],
      ['merger', 'language'],
    ].map((full) => read({ lora: null, full }));
    expect(one && sftOf(one).stageKey).toBe(other && sftOf(other).stageKey);
  });

  it('an adapter to begin with is known by its bytes, and the first stage alone has it in its key', () => {
    const at = (folder: string, digit: string) => ({ ...model, adapter: { folder, sha256: digit.repeat(64) } });
    expect(sftOf(demo, at('/a', 'a')).stageKey).toBe(sftOf(demo, at('/b', 'a')).stageKey);
    expect(sftOf(demo, at('/a', 'a')).stageKey).not.toBe(sftOf(demo, at('/a', 'c')).stageKey);
  });
});

describe('validation of GRPO', () => {
  const grpo = { ...demo.grpo, validation: { questions: 50, patience: 2 } };

  it('changes no key of training, and is a part of the job', () => {
    const recipe = read({ grpo });
    const stretch = grpoOf(recipe);
    expect(stretch.stageKey).toBe(grpoOf(demo).stageKey);
    expect([grpoOf(demo).validates, stretch.validates, stretch.validation]).toEqual([false, true, { questions: 50 }]);
    const folders = { stay: false, model: '/m', output: '/o', inputs: '/i', adapter: null, resume: null };
    const at = { ...place, tracking: [], vllmServer: null, vllmMemoryShare: 0.3 } as never; // what the job reads
    const rewards = { socket: '/s', names: ['format'] };
    expect(grpoJob(recipe, stretch, folders, at, rewards).validation).toEqual({
      rows: '/i/validation.jsonl',
      images: '/i/images',
    });
    expect(grpoJob(demo, grpoOf(demo), folders, at, rewards)).not.toHaveProperty('validation');
  });
});

describe('the model card', () => {
  const card = (recipe: SkinR1Recipe, more: object = {}): string =>
    modelCard({ recipe, model: { base: '/srv/models/base', sha256: 'c'.repeat(64) }, step: 60, ...more });

  it('of a full fine-tuning is that of a model, not of an adapter', () => {
    const text = card(read({ lora: null, full: ['language', 'merger'] }));
    expect(text).not.toMatch(/adapter|LoRA|peft/i);
    expect(text).toContain('by training all weights of its language model, vision-to-text merger, that reasons');
    expect(text).toContain('AutoModelForImageTextToText.from_pretrained("path/to/this-model")');
    expect(text).toContain('library_name: transformers');
  });

  it('says where an adapter sits, on what, and what it began with', () => {
    const adapter = { folder: '/srv/mine', sha256: 'd'.repeat(64) };
    const recipe = read({ lora: { ...lora, targets: ['vision'], quantise: 'nf4' } });
    const text = card(recipe, { model: { base: '/srv/models/base', sha256: 'c'.repeat(64), adapter } });
    expect(text).toContain('dropout 0.1, on the linear layers of the vision tower, on a base in 4 bits (NF4)');
    expect(text).toContain(`begun with the adapter \`mine\` (digest \`${'d'.repeat(64)}\`)`);
    expect(text).not.toContain('/srv/mine');
  });

  it('says why this milestone was kept', () => {
    const choice = { stage: 'grpo', step: 60, milestones: [{ step: 60, reward: 1.25 }], stoppedEarly: false };
    expect(card(demo, { chosen: [choice] })).toContain('Step 60 is kept: of the milestones');
    expect(card(demo, { chosen: [{ ...choice, stage: 'rl-only' }] })).not.toContain('is kept');
  });
});
