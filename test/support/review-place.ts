/** Reviews over a store in memory, served as `dermflow review` does. */
import sharp from 'sharp';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { commitFiles } from '../../activities/store/commit.ts';
import { reviewPage } from '../../cli/review/page.ts';
import { reviewPages } from '../../cli/review/pages.ts';
import { openReviewService } from '../../cli/review/service.ts';
import type { ArtifactRef } from '../../domain/artifact.ts';
import type { Narrative } from '../../domain/narratives/narrative.ts';
import { certifiedSchema } from '../../domain/recipe/narratives.ts';
import { servePages, type WebServer } from '../../infra/web-server.ts';
import { createMemoryStore } from './memory-store.ts';
import { narrative } from './reviews.ts';

export interface ReviewPlace {
  store: ArtifactStore;
  set: ArtifactRef;
  certified: ReturnType<typeof certifiedSchema.parse>;
  /** What the run was told. */
  notified: boolean[];
  /** Why the run waits no more. */
  closed: string | null;
}

/** Narratives with pictures of one colour each. */
export async function reviewPlace(
  count: number,
  more: (at: number) => Partial<Narrative> = () => ({}),
  settings: object = {},
  store: ArtifactStore = createMemoryStore(),
): Promise<ReviewPlace> {
  const narratives: Narrative[] = [];
  for (let i = 0; i < count; i += 1) {
    const background = { r: 200, g: 120 + 10 * i, b: 90 };
    const png = await sharp({ create: { width: 96, height: 96, channels: 3, background } })
      .png()
      .toBuffer();
    const image = { ...(await store.putBlob(png)), width: 96, height: 96 };
    narratives.push(narrative(`n${i}`, { image, ...more(i) }));
  }
  const text = narratives.map((row) => `${JSON.stringify(row)}\n`).join('');
  const description = { kind: 'narratives', key: 'set', method: 'test/1', inputs: {}, params: {}, facts: {} } as const;
  const set = await commitFiles(store, description, { 'narratives.jsonl': { data: text } });
  return { store, set, certified: certifiedSchema.parse(settings), notified: [], closed: null };
}

/** Each call is another server over the same store. */
export async function serveReviews(place: ReviewPlace, { port = 0, reviewer = '' } = {}): Promise<WebServer> {
  const service = await openReviewService({
    ...{ store: place.store, wait: place, now: () => new Date() },
    closed: async () => place.closed,
    notify: (complete) => place.notified.push(complete),
  });
  const { html, script } = await reviewPage('run-1', place.set.sha256.slice(0, 16), reviewer);
  return servePages(reviewPages(service, html), { port, scripts: [script], connects: true });
}
