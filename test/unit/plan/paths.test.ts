import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failureTypes } from '../../../domain/failures.ts';
import { rolloutEngines } from '../../../domain/jobs/grpo.ts';
import { usesOf } from '../../../domain/methods/index.ts';
import { describePaths, judgedVersions, pathRows, paths, requireOpenPaths } from '../../../domain/plan/paths.ts';
import { dermevalSchema } from '../../../domain/recipe/dermeval.ts';
import { readEnvironment, repositoryRoot, shardings } from '../../../platform/env.ts';
import { skinGptR1Recipe } from '../../support/narrative-report.ts';
import { demoRecipe } from '../../support/recipes.ts';

const place = (variables: Record<string, string> = {}) => readEnvironment(variables).trainer;
const sharded = (sharding: string) => place({ DERMFLOW_TRAINER_PROCESSES: '2', DERMFLOW_TRAINER_SHARDING: sharding });
const recipe = demoRecipe();
const run = usesOf(recipe);
const inFourBits = { rank: 4, alpha: 8, dropout: 0, quantise: 'nf4' } as const;
const validated = { ...recipe, grpo: { ...recipe.grpo, validation: { questions: 8, patience: null } } };
const sampledBy = (rollouts: (typeof rolloutEngines)[number]) =>
  usesOf({ ...recipe, grpo: { ...recipe.grpo, rollouts } });

describe('the paths through the trainer', () => {
  it('were judged for the versions that are locked: an upgrade asks for them to be judged again', async () => {
    const locked = await readFile(join(repositoryRoot, 'trainer/requirements.in'), 'utf8');
    for (const [name, version] of Object.entries(judgedVersions)) expect(locked).toContain(`\n${name}==${version}\n`);
  });

  it('name tests that there are', () => {
    const named = paths.flatMap(({ by }) => by.match(/(?:trainer|test)\/[\w/.-]+\.(?:py|ts)/g) ?? []);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((file) => !existsSync(join(repositoryRoot, file)))).toEqual([]);
  });

  it.each(paths.filter(({ ran }) => ran !== 'never').map(({ name, by }) => [name, by]))(
    '%s was run by a test',
    (_, by) => expect(by).toMatch(/\.(py|ts)/),
  );

  it.each([...shardings])('%s with several processes is one path', (sharding) => {
    const used = pathRows(sharded(sharding), run).filter((row) => row.used);
    expect(used.map(({ name }) => name)).toContain(sharding);
    expect(used.filter(({ name }) => shardings.some((each) => each === name))).toHaveLength(1);
  });

  it.each([...rolloutEngines])('rollouts by %s are one path', (engine) => {
    const used = pathRows(place(), sampledBy(engine)).filter((row) => row.used);
    expect(used.filter(({ name }) => name.startsWith('rollouts')).map(({ name }) => name)).toEqual([
      `rollouts ${engine}`,
    ]);
  });

  it.each([
    [
      'zero-3',
      () => requireOpenPaths(sharded('zero-3'), null),
      /^DERMFLOW_TRAINER_SHARDING is zero-3: .*1\.16\.0.*take fsdp/,
    ],
    [
      'a vLLM on the same GPUs',
      () => requireOpenPaths(place(), sampledBy('vllm-colocated')),
      /^grpo\.rollouts is "vllm-colocated": TRL 1\.16\.0 .*6294.*take "vllm-server"/,
    ],
    [
      'whole weights in shards',
      () => requireOpenPaths(sharded('fsdp'), usesOf({ ...recipe, lora: null })),
      /^lora is null and DERMFLOW_TRAINER_SHARDING is fsdp: .*take ddp/,
    ],
    [
      'a base in four bits in shards',
      () => requireOpenPaths(sharded('fsdp'), usesOf({ ...recipe, lora: inFourBits })),
      /^lora\.quantise is set and DERMFLOW_TRAINER_SHARDING is fsdp: .*take ddp/,
    ],
    [
      'a distillation in shards',
      () => requireOpenPaths(sharded('fsdp'), usesOf(skinGptR1Recipe())),
      /^DERMFLOW_TRAINER_SHARDING shards the model: a distillation's base is frozen.*take ddp/,
    ],
    [
      'validation in shards',
      () => requireOpenPaths(sharded('fsdp'), usesOf(validated)),
      /^grpo\.validation is set and DERMFLOW_TRAINER_SHARDING is fsdp: .*take ddp/,
    ],
  ])('%s is refused in one line with version, reason and remedy', (_, refuse, words) => {
    expect(refuse).toThrow(
      expect.objectContaining({ type: failureTypes.userMistake, message: expect.stringMatching(words) }),
    );
    expect(refuse).not.toThrow(/\n/);
  });

  it('are those of every stage that is trained, wherever a recipe says so', () => {
    const evaluator = skinGptR1Recipe('skingpt-r1');
    const used = (lora: object, gradientCheckpointing: boolean) => {
      const dermeval = dermevalSchema.parse({ ...evaluator.dermeval, lora, ...checkpointing(gradientCheckpointing) });
      const run = usesOf({ ...evaluator, dermeval });
      return paths.filter(({ isUsed }) => isUsed(sharded('fsdp'), run)).map(({ name }) => name);
    };
    const checkpointing = (isSo: boolean) => ({
      sft: { ...evaluator.dermeval?.sft, gradientCheckpointing: isSo },
      soreb: { ...evaluator.dermeval?.soreb, gradientCheckpointing: isSo },
    });
    const conditional = ['gradient checkpointing', 'fsdp, base in four bits'];
    const { quantise: _, ...plain } = inFourBits;
    expect(used(plain, false).filter((name) => conditional.includes(name))).toEqual([]);
    expect(used(inFourBits, true)).toEqual(expect.arrayContaining(conditional));
  });

  it('all others are open', () => {
    for (const sharding of ['ddp', 'fsdp', 'zero-2'])
      expect(() => requireOpenPaths(sharded(sharding), run)).not.toThrow();
    for (const engine of ['transformers', 'vllm-server'] as const) {
      expect(() => requireOpenPaths(place(), sampledBy(engine))).not.toThrow();
    }
    for (const of of [{ ...recipe, lora: null }, validated])
      for (const where of [place({ DERMFLOW_TRAINER_SHARDING: 'fsdp' }), sharded('ddp')])
        expect(() => requireOpenPaths(where, usesOf(of))).not.toThrow();
    // Of one process nothing is shared; without GRPO nobody samples.
    expect(() => requireOpenPaths(place({ DERMFLOW_TRAINER_SHARDING: 'zero-3' }), run)).not.toThrow();
    const grpo = { ...recipe.grpo, rollouts: 'vllm-colocated' as const, milestones: [], rlOnlyMilestones: [] };
    const sftOnly = { ...recipe, grpo };
    expect(() => requireOpenPaths(place(), usesOf(sftOnly))).not.toThrow();
  });

  it('are told with where each was run', () => {
    const text = describePaths(pathRows(sharded('zero-3'), run));
    expect(text).toMatch(/^\* zero-3 +refused$/m);
    expect(text).toMatch(/^ {2}fsdp +CPU +trainer\/tests\/test_fsdp\.py/m);
    expect(text).toMatch(/^ {2}zero-2 +never +/m);
    expect(text).toMatch(/^\* attention sdpa +CPU, GPU trainer\/tests\/test_grpo\.py$/m);
    expect(text).toMatch(/\nGPU: one NVIDIA H100 80GB, torch [\d.]+, .*; docs\/first-gpu-run\.md$/);
  });

  it('none was run on several GPUs, none is said to that is refused', () => {
    const several = pathRows(sharded('ddp'), run).filter(({ name }) => shardings.some((each) => each === name));
    expect(several.filter(({ gpu }) => gpu)).toEqual([]);
    expect(paths.filter(({ ran, refusal }) => ran === 'CPU, GPU' && refusal !== null)).toEqual([]);
  });
});
