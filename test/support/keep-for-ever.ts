/** `keep-for-ever.ts <scratch> <step>`: seals and keeps one checkpoint after the other, saying each, until it is killed. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { withScratchFolder } from '../../activities/scratch.ts';
import { keepSealed } from '../../activities/training/kept.ts';
import { removeSealed, seal } from '../../activities/training/seal.ts';

const [scratch = '', last = '0'] = process.argv.slice(2);
await withScratchFolder(scratch, 'sft', async (attempt) => {
  let before: string | null = null;
  for (let step = Number(last) + 1; ; step++) {
    const folder = join(attempt, 'output', `checkpoint-${step}`);
    await mkdir(folder, { recursive: true });
    for (let i = 0; i < 5; i++) await writeFile(join(folder, `file-${i}`), `${step}`.repeat(100_000));
    await seal({
      ...{ stageKey: 'a'.repeat(64), step, folder },
      facts: {
        ...{ stage: 'sft', step, exact: true, resumes: [], values: {} },
        environment: { software: {}, device: 'cpu', worldSize: 1, threads: 1, numerics: {} },
        trust: { verdict: 'exact', reasons: [] },
      },
      log: { metrics: [], samples: [], usage: [] },
    });
    console.log(step);
    if (before) await removeSealed(before);
    before = folder;
    if (step % 3 === 0) {
      await keepSealed(scratch, attempt, pino({ level: 'silent' }));
      before = null;
    }
  }
});
