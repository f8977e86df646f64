import { describe, expect, it } from 'vitest';
import { reviewPage } from '../../../cli/review/page.ts';
import { reviewPages } from '../../../cli/review/pages.ts';
import type { ReviewService } from '../../../cli/review/service.ts';
import { unavailable } from '../../../domain/failures.ts';
import { servePages } from '../../../infra/web-server.ts';

const away = async (): Promise<never> => {
  throw unavailable('the store at http://127.0.0.1:1 cannot be reached');
};
const nobody: ReviewService = { narratives: [], state: away, show: away, save: away, picture: async () => null };

describe('the review page', () => {
  it('escapes names, has one script that its policy allows, and asks its own server alone', async () => {
    const { html, script } = await reviewPage('run"<b>', 'set', '</script><img src=x>"');
    expect(html).not.toContain('<b>');
    expect(html).not.toContain('<img src=x>');
    expect(html.match(/<\/script>/g)).toHaveLength(1);
    expect(html).toContain(`script-src ${script}; `);
    const server = await servePages(reviewPages(nobody, html), { scripts: [script], connects: true });
    const policy = (await fetch(server.address)).headers.get('Content-Security-Policy') ?? '';
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain(`script-src ${script}`);
    await server.close();
    const closed = await servePages(reviewPages(nobody, html));
    expect((await fetch(closed.address)).headers.get('Content-Security-Policy')).not.toContain('connect-src');
    await closed.close();
  });

  it('says what failed where the store is away, and refuses what is no review', async () => {
    const server = await servePages(reviewPages(nobody, ''), { connects: true });
    const state = await fetch(`${server.address}state?reviewer=Ada`);
    expect([state.status, await state.json()]).toEqual([
      500,
      { failed: 'the store at http://127.0.0.1:1 cannot be reached' },
    ]);
    const post = async (body: string): Promise<[number, unknown]> => {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await fetch(`${server.address}reviews`, { method: 'POST', headers, body });
      return [answer.status, await answer.json().catch(() => null)];
    };
    expect(await post('{')).toEqual([400, { wrong: expect.any(String) }]);
    expect(await post(JSON.stringify({ id: 'a' }))).toEqual([400, { wrong: expect.stringMatching(/^reviewer: /) }]);
    expect((await post('x'.repeat(300_000)))[0]).toBe(413);
    expect((await fetch(`${server.address}pictures/abc`)).status).toBe(404);
    await server.close();
  });
});
