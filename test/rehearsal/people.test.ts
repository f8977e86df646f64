/**
 * A run of SkinGPT-R1 that people review, by the commands that a user types: the paper's recipe with a tiny base, drawn
 * pictures, a writer and a judge behind an endpoint, and nobody in place of the people. Killed while it writes and while it
 * waits. The tests share the run, so they are one story in this order.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { readRecipe } from '../../cli/start/recipes.ts';
import { usualJudge } from '../../domain/dermeval/judge.ts';
import { narrativeReportSchema } from '../../domain/methods/skingpt-r1/report/report.ts';
import type { GivenReview, ShownCase } from '../../domain/reviews/page.ts';
import { type Home, makeHome } from '../support/home.ts';
import { isJudged, openReviewPage, type Page, serveWriterAndJudge, startUp } from '../support/people.ts';
import { familyOf, killAll } from '../support/process-table.ts';
import { allScores } from '../support/reviews.ts';
import { dermflow, shortSkinGptR1 } from '../support/start.ts';

const cases = 6;
const concurrency = 2;
let home: Home;
let llm: Awaited<ReturnType<typeof serveWriterAndJudge>>;
let up: Awaited<ReturnType<typeof startUp>>;
let env: Record<string, string>;
let recipe: string;
let run = '';
let page: Page;
/** While set, the writer's next answer does not come. */
let silent = false;

beforeAll(async () => {
  home = await makeHome();
  llm = await serveWriterAndJudge((asked) => (silent && !isJudged(asked) ? { body: '', afterMs: 60_000 } : null));
  env = {
    ...home.env,
    ...{ DERMFLOW_LLM_PROVIDER: 'openai-compatible', DERMFLOW_LLM_BASE_URL: llm.baseUrl },
    ...{ DERMFLOW_LLM_MODEL: 'writer', DERMFLOW_LLM_CONCURRENCY: String(concurrency) },
  };
  recipe = join(home.path, 'people.yaml');
  const judge = { ...usualJudge, model: 'judge', provider: 'openai-compatible', repeats: 2, anchors: 2 };
  const people = [
    ...[`name=people`, `certified={ cases: ${cases}, by: people, reviewers: 2, remindEveryHours: 24 }`],
    ...['narratives.scoredBy=judge', `judge=${JSON.stringify(judge)}`],
    'distillation.dermcotEpochs=0', // the other arm is in the demo's story
    'distillation.epochs=2',
  ];
  await writeFile(recipe, stringify(await readRecipe('skingpt-demo', { set: [...shortSkinGptR1, ...people] })));
  up = await startUp(env);
});
afterAll(async () => {
  await page?.stop();
  await up?.stop();
  await llm?.close();
  await home?.remove();
});

const verb = (...args: string[]) => execa(process.execPath, [dermflow, ...args], { env, reject: false });
const statusSchema = z.object({
  state: z.string(),
  progress: z.object({ stages: z.array(z.object({ stage: z.string(), state: z.string(), detail: z.string() })) }),
});
async function reviewLine(): Promise<string> {
  const { stdout } = await verb('status', run, '--json');
  const status = statusSchema.safeParse(JSON.parse(stdout || '{}'));
  return status.data?.progress.stages.find(({ stage }) => stage === 'review')?.detail ?? '';
}
const kill = async (...commands: RegExp[]): Promise<void> => {
  const family = await familyOf(up.pid);
  for (const command of commands) {
    const victims = family.filter((member) => command.test(member.command));
    expect(victims.length, String(command)).toBeGreaterThan(0);
    killAll(victims);
  }
};
/** Of a machine that other work keeps busy. */
const polled = { timeout: 600_000, interval: 3_000 };
const judged = (shown: ShownCase, reviewer: string, more: Partial<GivenReview> = {}): GivenReview => ({
  ...{ id: shown.id, turn: shown.turn, reviewer, verdict: 'scored', scores: allScores(4), text: null, note: null },
  ...more,
});
async function nextOf(reviewer: string, first?: 'settle'): Promise<ShownCase> {
  const shown = await page.next(reviewer, first);
  if (!shown) throw new Error(`nothing is left for ${reviewer}`);
  return shown;
}

it('writes its narratives, the llm worker killed meanwhile, and asks for nothing twice that was answered', async () => {
  const started = await verb('run', recipe, '--detach', '--json');
  run = z.object({ run: z.string() }).parse(JSON.parse(started.stdout)).run;
  const written = () => llm.requests.filter((asked) => !isJudged(asked));
  await expect.poll(() => written().length, { ...polled, interval: 20 }).toBeGreaterThan(4);
  silent = true;
  const before = written().length;
  await expect.poll(() => written().length, { ...polled, interval: 20 }).toBeGreaterThanOrEqual(before);
  await new Promise((stored) => setTimeout(stored, 1_000));
  const unanswered = written()
    .slice(before)
    .map(({ body }) => JSON.stringify(body));
  await kill(/workers\/main\.ts llm$/);
  silent = false;
  await expect.poll(reviewLine, polled).toMatch(/^waits for reviews since .* UTC: 0 of 6 certified, 6 open; /);
  const bodies = written().map(({ body }) => JSON.stringify(body));
  const twice = bodies.filter((body, i) => bodies.indexOf(body) !== i);
  expect(twice.toSorted()).toEqual(unanswered.toSorted());
});

it('says while it waits who has to do what, by each verb', async () => {
  const command = `dermflow review ${run}`;
  const list = await verb('list');
  expect(list.stdout).toContain(`review: waits for reviews: 0 of ${cases} certified, ${cases} open; ${command}`);
  const status = await verb('status', run);
  expect(status.stdout).toContain(
    `0 of ${cases} certified, ${cases} open; 2 people judge each case, so far nobody has`,
  );
  expect(status.stdout).toContain(command);
  const resumed = await verb('resume', run);
  expect(resumed.stdout).toBe(
    `run ${run} is under way, and waits for reviews: 0 of ${cases} certified, ${cases} open; ${command}`,
  );
  const report = await verb('report', run);
  expect(report).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('has no report yet') });
  expect((await verb('plan', recipe)).stdout).toMatch(/reviews\s+6 cases, 2 reviewers each = 12 judgements by people/);
});

it('keeps every review through kill -9 of the workers and of Temporal, and through cancel and resume', async () => {
  page = await openReviewPage(run, env);
  const first = await nextOf('Dr Ada');
  expect(await page.save(judged(first, 'Dr Ada'))).toEqual({ saved: true });
  await kill(/workers\/main\.ts \w+$/, /temporal server start-dev/);
  const second = await nextOf('Dr Ada');
  expect(await page.save(judged(second, 'Dr Ada', { text: `${second.text} It is certain.` }))).toEqual({ saved: true });
  await expect.poll(reviewLine, polled).toMatch(/^waits for reviews/);

  expect((await verb('cancel', run)).stdout).toContain(`"dermflow resume ${run}" continues it`);
  const ended = (await verb('status', run)).stdout;
  expect(ended).toMatch(/cancelled/);
  expect(ended).toMatch(/waits no more: 0 of 6 certified, 6 open; all reviews are kept/);
  expect((await verb('resume', run)).stdout).toContain('continues');
  await expect.poll(reviewLine, polled).toMatch(/^waits for reviews/);
  expect((await page.state('Dr Ada')).own).toEqual({ judged: 2, left: cases - 2 });
});

it('goes on by itself when two people have reviewed all: with a skip, an edit and a disagreement that is settled', async () => {
  for (let left = cases - 2; left > 0; left -= 1) await page.save(judged(await nextOf('Dr Ada'), 'Dr Ada'));
  const apart = await nextOf('Dr Ben');
  await page.save(judged(apart, 'Dr Ben', { scores: allScores(4, { safety: 1 }) }));
  await page.save(judged(await nextOf('Dr Ben'), 'Dr Ben', { verdict: 'skipped', scores: allScores(null) }));
  for (let left = cases - 2; left > 0; left -= 1) await page.save(judged(await nextOf('Dr Ben'), 'Dr Ben'));
  expect((await page.state('Dr Ben')).counts).toEqual({ open: 0, disagreed: 1, skipped: 1, certified: 4 });
  const settling = await nextOf('Dr Ben');
  expect(settling).toMatchObject({ task: 'settle', id: apart.id, apart: ['Safety'] });
  const settled = judged(settling, 'Dr Ben', {
    verdict: 'settled',
    scores: allScores(3.5),
    text: `${apart.text} Agreed.`,
  });
  expect(await page.save(settled)).toEqual({ saved: true });
  await expect
    .poll(reviewLine, polled)
    .toMatch(/^5 certified, \d to train and \d for DermBench; 1 settled, 1 skipped$/);
  expect(await nextOf('Dr Ben').catch((error: unknown) => String(error))).toContain('nothing is left');
  await page.stop();
});

it('ends with a report and a card that name people and times, and no program', async () => {
  const watched = await verb('watch', run);
  expect(watched).toMatchObject({ exitCode: 0 });
  const folder = join(home.path, 'report');
  expect((await verb('report', run, '--out', folder)).exitCode).toBe(0);
  const report = narrativeReportSchema.parse(JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')));
  expect(report.certified).toMatchObject({
    counts: { certified: 5, skipped: 1, settled: 1 },
    reviewers: [
      { name: 'Dr Ada', kind: 'person', scored: 6, skipped: 0, settled: 0, edited: 1 },
      { name: 'Dr Ben', kind: 'person', scored: 5, skipped: 1, settled: 1, edited: 1 },
    ],
  });
  const html = (await readFile(join(folder, 'report.html'), 'utf8')).replaceAll(/<script[\s\S]*?<\/script>/g, '');
  const card = await readFile(join(folder, 'adapter/README.md'), 'utf8');
  const today = new Date().toISOString().slice(0, 10);
  for (const text of [html, JSON.stringify(report), card])
    expect(text).not.toMatch(/script-\d|\bscripts?\b(?!>)|1970-/i);
  for (const name of ['Dr Ada', 'Dr Ben'])
    expect(html).toMatch(new RegExp(`${name}</th><td>a person</td>[\\s\\S]{0,200}<td>${today} \\d\\d:\\d\\d UTC</td>`));
  expect(card).toContain('Certified ones were scored by 2 people, at least 2 for each case');
  expect(card).not.toMatch(/\b(?:Ada|Ben)\b/);
  expect((await verb('list')).stdout).toMatch(new RegExp(`${run}\\s+skingpt-r1\\s+completed`));
  expect((await verb('status', run)).stdout).toContain('5 certified');
  expect(await verb('review', run)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('waits for no reviews'),
  });
});
