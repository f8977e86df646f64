/** `dermflow review`: people score the narratives of a run, on a page that this machine alone sees. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { createReviewLog } from '../../activities/reviews/review-log.ts';
import { readNarratives, reviewedCases, summarise } from '../../activities/reviews/review-set.ts';
import { digestOf } from '../../domain/artifact.ts';
import { DermflowError, failureTypes, userMistake } from '../../domain/failures.ts';
import { nameRefusal } from '../../domain/reviews/reviewer.ts';
import { countWords } from '../../domain/reviews/state.ts';
import { servePages, type WebServer } from '../../infra/web-server.ts';
import { readPort, serveUntilInterrupted } from '../follow/report.ts';
import { type Session, withSession } from '../session.ts';
import { exportReviews, importReviews } from './exchange.ts';
import { reviewPage } from './page.ts';
import { reviewPages } from './pages.ts';
import { createClosedCheck, createNotifier, type Notifier, notifyRun, reviewsOf, whyClosed } from './run-wait.ts';
import { openReviewService } from './service.ts';

interface ReviewOptions {
  reviewer?: string;
  port?: number;
  export?: string;
  import?: string;
  json?: boolean;
}

export const reviewCommand = (): Command =>
  new Command('review')
    .description('score the cases that a run waits for, on a page of this machine, until Ctrl-C')
    .argument('<run>')
    .option('--reviewer <name>', 'the name that the page begins with')
    .option('--port <number>', 'by default one that belongs to the run; 0 is any free one', readPort)
    .option('--export <file>', 'write all reviews of the run as JSON lines, and serve nothing')
    .option('--import <file>', 'take reviews from such a file, and serve nothing')
    .option('--json', 'as a JSON object')
    .action((run: string, options: ReviewOptions) => withSession((session) => review(session, run, options)));

async function review(session: Session, run: string, options: ReviewOptions): Promise<void> {
  if (options.export !== undefined && options.import !== undefined)
    throw userMistake('--export and --import: give one of them at a time');
  const refused = options.reviewer === undefined ? null : nameRefusal(options.reviewer);
  if (refused !== null) throw userMistake(`--reviewer: ${refused}`);
  const { client } = session;
  const wait = await reviewsOf(client, run);
  const print = (words: string, value: object): void =>
    console.log(options.json ? JSON.stringify({ run, ...value }) : words);
  const store = await session.store({ writes: options.export === undefined });
  const narratives = await readNarratives(store, wait.set);
  const log = createReviewLog(store, narratives, wait.certified);
  if (options.export !== undefined) {
    const reviews = await exportReviews(log, resolve(options.export));
    return print(`${reviews} reviews in ${options.export}`, { file: options.export, reviews });
  }
  const { status } = await client.workflow.getHandle(run).describe();
  const closed = whyClosed(run, wait, status.name);
  if (closed !== null) throw userMistake(closed);
  const notifier = createNotifier(notifyRun(client, run));
  try {
    if (options.import !== undefined) {
      const done = await importReviews(log, options.import, new Set(narratives.map(({ id }) => id)));
      const { counts, complete } = summarise(reviewedCases(narratives, await log.read(), wait.certified));
      notifier.notify(complete);
      const words = `${done.written} reviews written, ${done.known} stood there already; ${countWords(counts)}`;
      return print(words, { ...done, counts });
    }
    const server = await serveReviews(session, run, wait, options, notifier);
    print(server.address, { address: server.address });
    await serveUntilInterrupted(server);
  } finally {
    await notifier.close();
  }
}

/** Serves the page of a run that waits for reviews. */
export async function serveReviews(
  session: Pick<Session, 'client' | 'store'>,
  run: string,
  wait: Awaited<ReturnType<typeof reviewsOf>>,
  { reviewer = '', port }: ReviewOptions,
  { notify }: Notifier,
): Promise<WebServer> {
  const service = await openReviewService({
    ...{ store: await session.store(), wait, notify, now: () => new Date() },
    closed: createClosedCheck(session.client, run),
  });
  const { html, script } = await reviewPage(run, wait.set.sha256.slice(0, 16), reviewer);
  const serve = (at: number): Promise<WebServer> =>
    servePages(reviewPages(service, html), { port: at, scripts: [script], connects: true });
  if (port !== undefined) return serve(port);
  try {
    return await serve(portOf(run));
  } catch (error) {
    if (!(error instanceof DermflowError) || error.type !== failureTypes.unavailable) throw error;
    console.error(`port ${portOf(run)} is taken; at another one a browser does not find what was typed and not saved`);
    return serve(0);
  }
}

/** The same for each server of a run, because browsers keep what was typed by the port; below those that systems hand out. */
export const portOf = (run: string): number => 20_000 + (Number.parseInt(digestOf(run).slice(0, 8), 16) % 12_000);
