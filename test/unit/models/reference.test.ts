import { describe, expect, it } from 'vitest';
import { failureTypes } from '../../../domain/failures.ts';
import { baselineNames } from '../../../domain/models/baselines.ts';
import { parseModelReference } from '../../../domain/models/reference.ts';
import { evaluationProfile } from '../../../domain/prompts/prompts.ts';
import { diagnosisTables } from '../../../domain/published/diagnosis.ts';

describe('a name of a model', () => {
  it.each([
    ['base', { kind: 'base' }],
    ['demo-0a1b2c3d4e5f', { kind: 'run', run: 'demo-0a1b2c3d4e5f', which: null }],
    ['my.run_2@grpo-500', { kind: 'run', run: 'my.run_2', which: 'grpo-500' }],
    ['demo@all', { kind: 'run', run: 'demo', which: 'all' }],
    ['./adapter', { kind: 'path', path: './adapter' }],
    ['/data/merged model', { kind: 'path', path: '/data/merged model' }],
    ['..', { kind: 'path', path: '..' }],
    ['Qwen/Qwen2.5-VL-7B-Instruct', { kind: 'path', path: 'Qwen/Qwen2.5-VL-7B-Instruct' }],
    ['endpoint:llama3.2-vision:11b', { kind: 'endpoint', model: 'llama3.2-vision:11b', settings: {} }],
    ['endpoint:org/model@v2', { kind: 'endpoint', model: 'org/model@v2', settings: {} }],
    [
      'endpoint:gpt-4o?provider=openai&concurrency=32',
      { kind: 'endpoint', model: 'gpt-4o', settings: { provider: 'openai', concurrency: 32 } },
    ],
  ])('%s', (text, expected) => expect(parseModelReference(text)).toEqual(expected));

  it('of a baseline is that of its checkpoint, or the one that the endpoint has for it', () => {
    expect(parseModelReference('llava-med-7b')).toMatchObject({
      ...{ kind: 'baseline', model: 'microsoft/llava-med-v1.5-mistral-7b', settings: {} },
      baseline: { profile: 'llava-med', reader: 'lenient' },
    });
    expect(parseModelReference('skinvl-pubmm?model=skinvl&concurrency=4')).toMatchObject({
      ...{ kind: 'baseline', model: 'skinvl', settings: { concurrency: 4 } },
    });
  });

  it.each([
    ['', 'the name of a model is empty'],
    ['endpoint:', 'names no model'],
    ['endpoint:gpt-4o?provider=embedded', 'provider expected one of'],
    ['endpoint:gpt-4o?concurrency=0', 'concurrency expected a whole number from 1 to 4096'],
    ['endpoint:gpt-4o?concurrency=many', 'concurrency expected a whole number'],
    ['endpoint:gpt-4o?temperature=1', 'temperature is not a setting; there are provider, concurrency and model'],
    ['endpoint:gpt-4o?model=other', 'model stands twice'],
    ['skinvl-pubmm', 'skinvl-pubmm?model=NAME'],
    ['Demo Run', 'names no model'],
    ['demo@', 'names no model'],
    ['demo@grpo@500', 'names no model'],
  ])('is refused in one line: %s', (text, words) => {
    const error = ((): unknown => {
      try {
        return parseModelReference(text);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ type: failureTypes.userMistake, message: expect.stringContaining(words) });
    expect(String(error)).not.toContain('\n');
  });
});

describe('the baselines', () => {
  it('are eleven, found by their names, each with prompts that there are', () => {
    expect(baselineNames).toHaveLength(11);
    for (const name of baselineNames) {
      const found = parseModelReference(`${name}?model=served`);
      if (found.kind !== 'baseline') throw new TypeError(`${name} is ${found.kind}`);
      expect(evaluationProfile(found.baseline.profile).name).toBe(found.baseline.profile);
    }
  });

  it('are the rows of the paper’s Table 2, except for SkinVL, which has none there, and Skin-R1 itself', () => {
    const rows = diagnosisTables.id[0].rows.map(({ model }) => model.toLowerCase());
    expect(baselineNames.filter((name) => !rows.includes(name))).toEqual(['skinvl-pubmm']);
    expect(rows.filter((row) => !baselineNames.includes(row))).toEqual(['skin-r1']);
  });
});
