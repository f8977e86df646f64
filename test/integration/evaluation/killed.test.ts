import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { openAnswerBook } from '../../../activities/answers/answer-book.ts';
import { createMemoryStore } from '../../../activities/store/memory.ts';
import { answerKey } from '../../../domain/answers/answer.ts';
import { createRandom } from '../../../domain/random.ts';
import { askedItems, askingOf, greedyAnswerer, notingRunner, textsOf } from '../../support/answers.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { createDiskStore } from '../../support/disk-store.ts';

const program = fileURLToPath(new URL('../../support/answer-until-killed.ts', import.meta.url));
const kills = 20;
/** Items of a batch, and of the 100 ms of answers that are in memory alone, with a slow machine's share on top. */
const lostAtMost = 4 + 2 * (4 * (100 / 20));

it('an evaluation killed at 20 random moments gives the same answers and asks for no stored one again', async () => {
  const items = askedItems(400);
  const keys = items.map((item) => answerKey(item, 'real', 0));
  const undisturbed = await textsOf(createMemoryStore(), askingOf(items, notingRunner()));
  const folder = await temporaryFolder();
  const store = createDiskStore(join(folder, 'store'));
  const log = async (): Promise<string[]> =>
    (await readFile(join(folder, 'log'), 'utf8').catch(() => '')).split('\n').filter(Boolean);
  const random = createRandom('kills');
  for (let kill = 0; kill < kills; kill++) {
    const process = execa('node', [program, folder], { reject: false });
    // From its first question on, so that each kill meets it at work.
    for await (const _ of process.iterable()) break;
    await sleep(random.between(0, 300));
    process.kill('SIGKILL');
    await process;
    const before = await log();
    const book = await openAnswerBook(store, greedyAnswerer);
    const stored = new Set(keys.filter((key) => book.get(key)));
    expect(before.filter((id) => !stored.has(id)).length).toBeLessThanOrEqual(lostAtMost);
    kept.push({ stored, asked: before.length });
  }
  const { exitCode, stderr } = await execa('node', [program, folder], { reject: false });
  expect(exitCode, stderr).toBe(0);
  expect(JSON.parse(await readFile(join(folder, 'texts.json'), 'utf8'))).toEqual(undisturbed);
  const whole = await log();
  expect(new Set(whole)).toEqual(new Set(keys));
  for (const { stored, asked } of kept) expect(whole.slice(asked).filter((id) => stored.has(id))).toEqual([]);
}, 120_000);

/** After each kill, what the store had and how many answers had been given. */
const kept: { stored: Set<string>; asked: number }[] = [];
