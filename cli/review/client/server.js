/** What the page asks its server; a server that is away or another one by now is told from a refusal. */

/** @typedef {import('../../../domain/reviews/page.ts').ShownCase} ShownCase */
/** @typedef {import('../../../domain/reviews/page.ts').PageState} PageState */
/** @typedef {import('../../../domain/reviews/page.ts').GivenReview} GivenReview */
/** @typedef {import('../../../domain/reviews/page.ts').Saved} Saved */

/** The server does not answer, or does not know this address any more. */
export class Away extends Error {}

const waitMs = 120_000;

/** @param {string} path @param {RequestInit} [request] @returns {Promise<any>} */
async function ask(path, request) {
  const response = await fetch(path, { ...request, signal: AbortSignal.timeout(waitMs) }).catch(() => null);
  if (!response) throw new Away('The server does not answer.');
  const isJson = response.headers.get('Content-Type')?.startsWith('application/json');
  if (response.status === 404 || !isJson) throw new Away('This address has expired.');
  const body = await response.json();
  if ('failed' in body) throw new Error(body.failed);
  return body;
}

/** @param {string} reviewer @returns {Promise<PageState>} */
export const askState = (reviewer) => ask(`state?${new URLSearchParams({ reviewer })}`);

/** @param {string} reviewer @param {{ id?: string, first?: string }} wanted @returns {Promise<ShownCase | null>} */
export const askCase = async (reviewer, wanted) =>
  (await ask(`case?${new URLSearchParams({ reviewer, ...wanted })}`)).case;

/** @param {GivenReview} review @returns {Promise<Saved>} */
export const sendReview = (review) =>
  ask('reviews', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(review),
  });
