/** `npm run rehearse` at small width: the sister of the rehearsal at true width, whose table stands in docs/training.md. */
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { repositoryRoot } from '../../platform/env.ts';

const rehearsedSchema = z.object({
  rows: z.array(z.object({ what: z.string(), planned: z.number().nullable(), measured: z.number() })),
  resumes: z.array(z.object({ step: z.int(), verdict: z.string() })),
  evaluations: z.array(z.object({ label: z.string(), scores: z.array(z.object({ items: z.int() })) })),
});

describe('a rehearsal at small width, with pictures of noise', () => {
  let rehearsed: z.infer<typeof rehearsedSchema>;
  beforeAll(async () => {
    const program = join(repositoryRoot, 'bench/main.ts');
    const { stdout } = await execa(process.execPath, [program, 'rehearse', '--width', 'small', '--json']);
    rehearsed = rehearsedSchema.parse(JSON.parse(stdout.split('\n').at(-1) ?? ''));
  });

  const row = (what: string): { planned: number | null; measured: number } => {
    const found = rehearsed.rows.find((each) => each.what === what);
    if (!found) throw new Error(`no row ${what}`);
    return found;
  };

  it.each(['parameters', 'trainable parameters', 'steps of SFT', 'steps of GRPO', 'answers in evaluations'])(
    'counts as the plan does: %s',
    (what) => expect(row(what).measured).toBe(row(what).planned),
  );

  it.each(['sft: a checkpoint', 'grpo: a checkpoint', 'grpo: its reference, stored once'])(
    'weighs what the plan says: %s',
    (what) => {
      const { planned, measured } = row(what);
      expect(measured / (planned ?? 0)).toBeGreaterThan(0.8);
      expect(measured / (planned ?? 0)).toBeLessThan(1.2);
    },
  );

  it.each(['sft: prompt with image, longest', 'sft: completion, longest', 'grpo: prompt with image, longest'])(
    "keeps within the plan's tokens, by the true vocabulary: %s",
    (what) => expect(row(what).measured).toBeLessThanOrEqual(row(what).planned ?? 0),
  );

  it('fills the image budget: 18 by 13 patches of 28 pixels', () =>
    expect(row('sft: image, longest').measured).toBe(row('grpo: image, longest').measured));

  it('was killed after the first step of GRPO, and went on from a checkpoint', () => {
    expect(rehearsed.resumes.length).toBeGreaterThan(0);
    expect(rehearsed.resumes[0]?.step).toBeGreaterThanOrEqual(1);
  });

  it('evaluated the base and both trained models', () =>
    expect(rehearsed.evaluations.map(({ label, scores }) => [label, scores[0]?.items])).toEqual([
      ['base', 2],
      ['sft', 2],
      ['grpo-2', 2],
    ]));
});
