/** The review page and what its script asks for. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { givenReviewSchema } from '../../domain/reviews/page.ts';
import { issueWords, type ReviewService } from './service.ts';

/** Texts of a review have some 22,000 characters at most. */
const mostBytes = 256 * 1024;

const tooLong = (context: Context): Response => context.json({ wrong: 'text: is too long' }, 413);

/** @param page the HTML of the page */
export function reviewPages(service: ReviewService, page: string): Hono {
  const pages = new Hono();
  pages.get('/', (context) => context.html(page));
  pages.get('/state', async (context) => context.json(await service.state(context.req.query('reviewer') ?? '')));
  pages.get('/case', async (context) => {
    const { reviewer = '', id, first } = context.req.query();
    const wanted = { ...(id === undefined ? {} : { id }), first: first === 'settle' ? 'settle' : 'judge' } as const;
    return context.json({ case: await service.show(reviewer, wanted) });
  });
  pages.get('/pictures/:sha256', async (context) => {
    const picture = await service.picture(context.req.param('sha256'));
    if (!picture) return context.text('no case has this picture', 404);
    return context.body(new Uint8Array(picture), 200, { 'Content-Type': 'image/png' });
  });
  pages.post('/reviews', bodyLimit({ maxSize: mostBytes, onError: tooLong }), async (context) => {
    // Only a page of this origin can send this type without asking first.
    if (!context.req.header('Content-Type')?.startsWith('application/json')) return context.text('send JSON', 415);
    const given = givenReviewSchema.safeParse(await context.req.json().catch(() => null));
    if (!given.success) return context.json({ wrong: issueWords(given.error) }, 400);
    const saved = await service.save(given.data);
    return context.json(saved, 'saved' in saved ? 200 : 'wrong' in saved ? 400 : 409);
  });
  pages.onError((error, context) => context.json({ failed: error.message }, 500));
  return pages;
}
