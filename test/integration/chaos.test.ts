import { expect, it } from 'vitest';
import { runChaos } from '../chaos/chaos.ts';

it('a run whose worker and trainer are killed at random ends with the bytes of one that was not', async () => {
  const lines: string[] = [];
  const report = (line: string): void => void lines.push(line);
  const { undisturbed, disturbed, kills } = await runChaos({ kills: 2, killsPerRun: 2, seed: 1, report });
  expect(kills).toBeGreaterThanOrEqual(2);
  for (const outcome of disturbed) expect(outcome).toEqual(undisturbed);
  expect(undisturbed.map(({ step }) => step)).toEqual([8, 16, 12, 24]);
  expect(undisturbed.at(-1)?.epoch).toBeGreaterThan(2);
});
