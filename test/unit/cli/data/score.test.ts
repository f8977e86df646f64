/** The command itself, through a pipe, as researchers use it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../support/datasets.ts';
import { dermflow } from '../../../support/start.ts';

const line = JSON.stringify({
  question: {
    ...{ task: 'diagnosis', malignancy: 'malignant' },
    options: [
      { letter: 'A', label: 'vitiligo', value: 0 },
      { letter: 'B', label: 'melanoma', value: 0.75 },
    ],
  },
  output: '<thinking>x</thinking><final diagnosis>melanoma, malignant</final diagnosis>',
});

async function score(text: string, ...flags: string[]) {
  const file = join(await temporaryFolder(), 'outputs.jsonl');
  await writeFile(file, text);
  return execa(process.execPath, [dermflow, 'score', file, ...flags], {
    reject: false,
    env: { TEMPORAL_ADDRESS: 'x:1' },
  });
}

it('prints one line per output, however many', { timeout: 60_000 }, async () => {
  const { stdout, exitCode } = await score(`${line}\n`.repeat(3_000), '--json');
  const lines = stdout.split('\n');
  expect([lines.length, exitCode]).toEqual([3_000, 0]);
  const read = { format: true, letter: 'B', malignancy: 'malignant' };
  const rewards = { format: 1, granularity: 0.75, malignancy: 0.25 };
  expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ strict: read, lenient: read, rewards });
});

it('refuses a bad line in one line, with code 2, and prints nothing else', { timeout: 60_000 }, async () => {
  const { stdout, stderr, exitCode } = await score(`${line}\n{"output": "B"}\n`);
  expect([stdout, exitCode]).toEqual(['', 2]);
  expect(stderr).toMatch(/^\S+outputs\.jsonl: row 2: question is missing: .+$/);
});
