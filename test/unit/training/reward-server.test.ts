import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveRewards } from '../../../activities/training/reward-server.ts';
import { melanomaQuestion } from '../../support/cases.ts';

const settings = { format: true, malignancy: true, granularity: 'leaf', thinkingRequired: false } as const;
const final = (content: string): string => `<thinking>x</thinking><final diagnosis>${content}</final diagnosis>`;

async function start() {
  const server = await serveRewards([melanomaQuestion({ id: 'one' }), melanomaQuestion({ id: 'two' })], settings, null);
  onTestFinished(() => server.close());
  return server;
}

function post(socket: string, body: string, path = '/rewards', method = 'POST') {
  return new Promise<{ status: number; body: string }>((answered, failed) => {
    const sent = request({ socketPath: socket, path, method }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      answered({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
    });
    sent.on('error', failed).end(body);
  });
}

describe('serveRewards', () => {
  it('answers with the components in the order asked, to many ranks at once', async () => {
    const { socket } = await start();
    const completions = [final('melanoma, malignant'), 'nothing', final('B')];
    const body = JSON.stringify({ step: 3, ids: ['one', 'two', 'one'], completions });
    const answers = await Promise.all(Array.from({ length: 4 }, () => post(socket, body)));
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.body)).toEqual({
        components: { format: [1, 0, 1], granularity: [0.75, 0, 0.375], malignancy: [0.25, 0, 0] },
      });
    }
  });

  it('takes completions of megabytes', async () => {
    const { socket } = await start();
    const completions = Array.from({ length: 64 }, () => 'é'.repeat(50_000));
    const body = JSON.stringify({ step: 1, ids: completions.map(() => 'one'), completions });
    expect((await post(socket, body)).status).toBe(200);
  });

  it.each([
    ['no JSON', '{"step":', 'JSON'],
    ['another shape', '{"step":1,"ids":"one","completions":[]}', 'ids'],
    ['an unknown field', '{"step":1,"ids":[],"completions":[],"x":1}', 'x'],
    ['lists of different length', '{"step":1,"ids":["one"],"completions":[]}', '1 ids for 0 completions'],
    ['an unknown question', '{"step":1,"ids":["three"],"completions":["a"]}', 'there is no question "three"'],
  ])('refuses %s and goes on', async (_, body, words) => {
    const { socket } = await start();
    const answer = await post(socket, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toContain(words);
    expect((await post(socket, '{"step":1,"ids":[],"completions":[]}')).status).toBe(200);
  });

  it.each([
    ['GET', '/rewards'],
    ['POST', '/'],
  ])('knows nothing of %s %s', async (method, path) => {
    const { socket } = await start();
    expect((await post(socket, '', path, method)).status).toBe(404);
  });

  it('leaves no socket behind', async () => {
    const { socket, close } = await start();
    expect(existsSync(socket)).toBe(true);
    await close();
    expect(existsSync(socket)).toBe(false);
  });
});
