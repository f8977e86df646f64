/**
 * `npm run bench reviews -- --cases 3000 --others 0`: what two people wait for whose cases are that many, over HTTP and S3
 * (SeaweedFS, on this machine), at the first of their reviews and at the last ones, among reviews of other runs; and what
 * a look of the run at all of them takes. Those in between are written past the page, so that nobody has copied them into
 * packs before the first opening among the last ones; later openings are what people meet.
 */
import { parseArgs } from 'node:util';
import { concurrently } from '../activities/concurrently.ts';
import type { ArtifactStore } from '../activities/ports/artifact-store.ts';
import { createReviewLog } from '../activities/reviews/review-log.ts';
import { reviewedCases, summarise } from '../activities/reviews/review-set.ts';
import { commitFiles } from '../activities/store/commit.ts';
import { reviewPages } from '../cli/review/pages.ts';
import { openReviewService } from '../cli/review/service.ts';
import { renderTable } from '../cli/table.ts';
import type { Narrative } from '../domain/narratives/narrative.ts';
import { certifiedSchema } from '../domain/recipe/narratives.ts';
import type { ShownCase } from '../domain/reviews/page.ts';
import { servePages, type WebServer } from '../infra/web-server.ts';
import { allScores, narrative, review } from '../test/support/reviews.ts';
import { startS3Server } from '../test/support/s3.ts';
import { readCount } from './common/arguments.ts';
import { median } from './common/median.ts';

const people = ['Dr Ada', 'Dr Ben'];
/** Of each person, at the beginning and at the end. */
const measured = 40;
const writesInFlight = 32;
const prose = 'The border is irregular, the colour is uneven, and a network of broad lines ends abruptly. '.repeat(20);

export default async function reviews(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { cases: { type: 'string', default: '3000' }, others: { type: 'string', default: '0' } },
  });
  const cases = readCount('--cases', values.cases);
  const others = Number(values.others);
  const server = await startS3Server();
  try {
    const store = server.newStore();
    await fill(store, narrativesOf('other', Math.ceil(others / people.length)), 0);
    const narratives = narrativesOf('own', cases);
    const text = narratives.map((row) => `${JSON.stringify(row)}\n`).join('');
    const description = {
      kind: 'narratives',
      key: 'set',
      method: 'bench/1',
      inputs: {},
      params: {},
      facts: {},
    } as const;
    const set = await commitFiles(store, description, { 'narratives.jsonl': { data: text } });
    const certified = certifiedSchema.parse({ cases });
    const serve = async (): Promise<WebServer> => {
      const quiet = { closed: async () => null, notify: () => {}, now: () => new Date() };
      const service = await openReviewService({ store: server.newStore(), wait: { set, certified }, ...quiet });
      return servePages(reviewPages(service, ''), { port: 0, connects: true });
    };
    const rows: string[][] = [];
    for (const [when, skipped] of [
      ['first', 0],
      ['last', measured],
    ] as const) {
      if (skipped > 0) await fill(store, narratives, skipped);
      const page = await serve();
      const opening = (of: WebServer) => time(() => fetch(`${of.address}state?reviewer=x`));
      const first = await opening(page);
      const each = await measure(page);
      await page.close();
      const next = await serve();
      const again = await opening(next);
      await next.close();
      const memory = process.memoryUsage().rss / 2 ** 20;
      rows.push([when, first.toFixed(0), ...each, again.toFixed(0), memory.toFixed(0)]);
    }
    console.log(
      `${cases} cases, ${people.length} people, ${others} reviews of other runs; milliseconds, median and most`,
    );
    console.log(renderTable(['reviews', 'first opening', 'save', 'next case', 'state', 'later opening', 'MiB'], rows));
    const log = createReviewLog(server.newStore(), narratives, certified);
    const look = async (): Promise<unknown> => summarise(reviewedCases(narratives, await log.read(), certified));
    console.log(`a look by a worker that has seen none: ${(await time(look)).toFixed(0)} ms`);
    console.log(`by one that has seen all: ${(await time(look)).toFixed(0)} ms`);
  } finally {
    await server.remove();
  }
}

const narrativesOf = (name: string, count: number): Narrative[] =>
  Array.from({ length: count }, (_, i) => narrative(`${name}-${i}`, { text: `${prose} ${name} ${i}.` }));

/** All reviews of these but the last ones of each person; one in ten is edited, one in ten given again. */
async function fill(store: ArtifactStore, narratives: readonly Narrative[], left: number): Promise<void> {
  const log = createReviewLog(store, narratives, certifiedSchema.parse({}));
  const wanted = narratives
    .slice(0, Math.max(0, narratives.length - left))
    .flatMap(({ id }, i) =>
      people.flatMap((reviewer) => [
        review(reviewer, { id, ...(i % 10 === 0 ? { text: `${prose} edited ${i}` } : {}) }),
        ...(i % 10 === 1 ? [review(reviewer, { id, turn: 2, minute: 5, scores: 4.5 })] : []),
      ]),
    );
  await concurrently(wanted, writesInFlight, (each) => log.add(each));
}

/** Both people at the same time, each a case after the other: median and most of save, next case and state. */
async function measure({ address }: WebServer): Promise<string[]> {
  const [saves, nexts, states]: [number[], number[], number[]] = [[], [], []];
  const headers = { 'Content-Type': 'application/json' };
  const ask = async (path: string, into: number[], init?: RequestInit): Promise<unknown> => {
    const from = performance.now();
    const answer: unknown = await (await fetch(`${address}${path}`, init)).json();
    into.push(performance.now() - from);
    return answer;
  };
  await Promise.all(
    people.map(async (reviewer) => {
      for (let i = 0; i < measured; i += 1) {
        const who = new URLSearchParams({ reviewer });
        const { case: shown } = (await ask(`case?${who}`, nexts)) as { case: ShownCase | null }; // our own server's
        await ask(`state?${who}`, states);
        if (!shown) return;
        const { id, turn } = shown;
        const body = { id, turn, reviewer, verdict: 'scored', scores: allScores(4), text: null, note: null };
        await ask('reviews', saves, { method: 'POST', headers, body: JSON.stringify(body) });
      }
    }),
  );
  return [saves, nexts, states].map((all) => `${median(all).toFixed(0)}, ${Math.max(...all).toFixed(0)}`);
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
