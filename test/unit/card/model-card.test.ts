import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { licenceNote } from '../../../domain/card/metadata.ts';
import { modelCard } from '../../../domain/card/model-card.ts';
import type { EvaluationResult } from '../../../domain/contracts/evaluation.ts';
import type { ModelCardSource } from '../../../domain/methods/card-source.ts';
import { publicBase } from '../../../domain/models/public-base.ts';
import { demoRecipe, recipeWithConcepts } from '../../support/recipes.ts';

const sha256 = 'c'.repeat(64);
const demo = demoRecipe();
const { generate: _, ...photographs } = demo.data;
const qwen = 'Qwen/Qwen2.5-VL-7B-Instruct';
const generated: ModelCardSource = { recipe: demo, model: { base: 'tiny', sha256 }, step: 60 };
const real: ModelCardSource = {
  recipe: { ...demo, name: 'skin-r1', data: photographs, model: { ...demo.model, base: qwen } },
  model: { base: qwen, sha256 },
  step: 1000,
};
const results = (step: number, accuracy: number): EvaluationResult => ({
  label: `grpo-${step}`,
  step,
  evaluation: { kind: 'evaluation', key: 'e', sha256 },
  scores: [
    { task: 'diagnosis', items: 1600, accuracy, low: 0.86, high: 0.92, macroF1: 0.8712, unparsed: 0.01 },
    { task: 'lesion-condition', items: 1600, accuracy: 0.95, low: 0.93, high: 0.96, macroF1: 0.9, unparsed: 0 },
  ],
});

const frontMatter = (card: string): Record<string, unknown> => {
  const [, yaml = ''] = /^---\n(.*?)\n---\n/s.exec(card) ?? [];
  return parse(yaml);
};

describe('the model card', () => {
  it('tells the hub what an adapter for a model of the hub is', () => {
    expect(frontMatter(modelCard(real))).toEqual({
      base_model: qwen,
      base_model_relation: 'adapter',
      library_name: 'peft',
      pipeline_tag: 'image-text-to-text',
      language: ['en'],
      license: 'other',
      license_name: 'base-model-and-data',
      license_link: 'LICENSE.md',
      tags: expect.arrayContaining(['lora', 'grpo', 'dermatology']),
    });
  });

  it('says of RL without SFT what it began with, which its KL term holds it to', () => {
    const { grpo, sft } = demo;
    const recipe = { ...demo, sft: { ...sft, epochs: 0 }, grpo: { ...grpo, milestones: [] } };
    expect(modelCard({ ...generated, recipe })).toContain(
      '; GRPO began with the base model, which is also the reference',
    );
    const begun = { ...recipe, model: { ...demo.model, adapter: '/models/mine' } };
    const model = { base: 'tiny', sha256, adapter: { folder: '/models/mine', sha256 } };
    const card = modelCard({ ...generated, recipe: begun, model });
    expect(card).toContain('begun with the adapter `mine`');
    expect(card).toContain('; GRPO began with that adapter, which is also the reference');
    expect(card).not.toContain('began with the base');
  });

  it('has intervals by patients and milestones by what no two splits share, however the cases were split', () => {
    const choice = { stage: 'grpo' as const, step: 60, milestones: [{ step: 60, reward: 1 }], stoppedEarly: false };
    const source = { ...generated, evaluations: [results(60, 0.9)], chosen: [choice] };
    const byImage = { ...demo, data: { ...demo.data, groupBy: 'image' as const } };
    const [patients, images] = [modelCard(source), modelCard({ ...source, recipe: byImage })];
    for (const card of [patients, images]) expect(card).toContain('Intervals by patients, wider where there are few');
    expect(patients).toContain('of patients that neither training nor test has');
    expect(images).toContain('images are split one by one');
    expect(images).toContain('of pictures that neither training nor test has');
  });

  it('states which gradient the KL term had', () => {
    const grpo = { ...demo.grpo, klGradient: 'importance-corrected' as const };
    expect(modelCard(generated)).toContain('β 0.04, ε 0.2, KL gradient k3 |');
    expect(modelCard({ ...generated, recipe: { ...demo, grpo } })).toContain('KL gradient importance-corrected |');
  });

  it('names no base model that the hub does not have; what is all ours has our licence', () => {
    const metadata = frontMatter(modelCard(generated));
    expect(metadata).not.toHaveProperty('base_model');
    expect(metadata).toMatchObject({ library_name: 'peft', license: 'apache-2.0' });
  });

  it('gives the results of the exported step, for people and for the hub', () => {
    const card = modelCard({ ...generated, evaluations: [results(40, 0.5), results(60, 0.89125)] });
    expect(card).toContain('| Disease diagnosis | 1,600 | 89.1 % | 86.0 to 92.0 % | 0.871 | 1.0 % |');
    expect(card).not.toContain('50.0 %');
    expect(frontMatter(card)).toMatchObject({
      'model-index': [
        {
          name: 'demo-skin-r1',
          results: [
            {
              task: { type: 'visual-question-answering', name: 'Disease diagnosis' },
              dataset: { type: 'dermflow-generated', name: 'Images drawn by Dermflow', split: 'test' },
              metrics: [
                { type: 'accuracy', value: 0.8912 },
                { type: 'f1', value: 0.8712 },
              ],
            },
            { task: { name: 'Lesion condition' } },
          ],
        },
      ],
    });
  });

  it('puts beside the results what the labels alone earn, and says which result is below that', () => {
    const rule = (task: 'diagnosis' | 'lesion-condition', accuracy: number) => ({
      ...{ task, items: 1600, accuracy, low: accuracy - 0.02, high: accuracy + 0.02, macroF1: 0.4, unparsed: 0 },
    });
    const textOnly = [rule('diagnosis', 0.9), rule('lesion-condition', 0.525)];
    const card = modelCard({ ...generated, evaluations: [results(60, 0.89125)], textOnly });
    expect(card).toContain('| Disease diagnosis | 90.0 % | 88.0 to 92.0 % | 0.400 | **below it** |');
    expect(card).toContain('| Lesion condition | 52.5 % | 50.5 to 54.5 % | 0.400 | +42.5 points |');
    expect(card).toContain('for comparison with the paper');
    const matched = { ...demo, questions: { distractors: 'matched' } } as const;
    const other = modelCard({ ...generated, recipe: matched, evaluations: [results(60, 0.89125)], textOnly });
    expect(other).not.toContain('for comparison with the paper');
  });

  it('says where results are where it has none', () => {
    const card = modelCard({ ...generated, evaluations: [results(40, 0.5)] });
    expect(card).toContain('Not part of this export.');
    expect(frontMatter(card)).not.toHaveProperty('model-index');
  });

  it('says of drawings that they are drawings, and of photographs whose they are', () => {
    expect(modelCard(generated)).toContain('They show no patients and no skin');
    expect(modelCard(generated)).toContain('Trained and tested on drawings');
    expect(modelCard(real)).not.toContain('drawings');
    expect(modelCard(real)).toContain('Licences and consent are those of the data sets.');
  });

  it('has the sections that a reader looks for', () => {
    const titles = [...modelCard(real).matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(titles).toEqual([
      'Intended use',
      'Not for clinical use',
      'Training data',
      'Training procedure',
      'Evaluation',
      'Limits',
      'How to load',
      'Licence',
    ]);
  });

  it('states the settings that trained it', () => {
    const card = modelCard(real);
    expect(card).toContain('| learning rate | 0.0007 | 0.0007 |');
    expect(card).toContain('| length | 4 epochs | 1000 of 60 steps |');
    expect(card).toContain('LoRA rank 64, alpha 32, dropout 0.1');
    expect(card).toContain('Rewards, at most: granularity 0.75, format 1, malignancy 0.25.');
  });

  it('says that SFT began with concepts, and whose pictures these were', () => {
    const aligned = modelCard({ ...real, recipe: recipeWithConcepts() });
    expect(aligned).toContain(
      'SFT began with 1 epoch on pictures with explained concepts; the SFT adapter is continued',
    );
    expect(aligned).toContain('skincon');
    expect(modelCard(real)).not.toContain('concepts');
  });

  it('counts what it learned from', () => {
    const card = modelCard({
      ...generated,
      data: { train: 960, validation: 320, test: 320, textbook: 400, quarantined: 0 },
      trajectories: { train: 608, validation: 32, llmCalls: 60, rejected: 1 },
    });
    expect(card).toContain('| train | 960 |');
    expect(card).toContain('608 trajectories for SFT, 32 held out; 60 calls to the LLM');
  });

  it('cannot be broken out of by a name', () => {
    const name = 'a"\n---\nlicense: mit\n#';
    const card = modelCard({ ...real, model: { base: name, sha256 }, recipe: { ...real.recipe, name } });
    expect(frontMatter(card)).toMatchObject({ license: 'other' });
  });

  it('shows how to load it, at the revision that was trained on', () => {
    const card = modelCard({ ...real, model: { base: `${qwen}@cc59489`, sha256 } });
    expect(card).toContain(`from_pretrained("${qwen}", revision="cc59489")`);
    expect(frontMatter(card)).toMatchObject({ base_model: qwen });
  });
});

describe('publicBase', () => {
  it.each([
    { base: 'tiny', name: 'dermflow/tiny', revision: null, hub: false },
    { base: qwen, name: qwen, revision: null, hub: true },
    { base: `${qwen}@main`, name: qwen, revision: 'main', hub: true },
    { base: '/srv/models/qwen-vl/', name: 'qwen-vl', revision: null, hub: false },
    { base: './models/qwen-vl', name: 'qwen-vl', revision: null, hub: false },
    { base: '../models/qwen-vl', name: 'qwen-vl', revision: null, hub: false },
  ])('$base', ({ base, ...known }) => expect(publicBase(base)).toEqual(known));
});

describe('licenceNote', () => {
  it('is ours where base model and images are', () => expect(licenceNote(demo)).toContain('Apache-2.0'));
  it('points to the base model and the data elsewhere', () => {
    expect(licenceNote(real.recipe)).toMatch(/terms of both hold.*Qwen\/Qwen2\.5-VL-7B-Instruct.*ham10000/s);
  });
});
