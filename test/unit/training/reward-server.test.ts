import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { serveRewards } from '../../../activities/training/reward-server.ts';
import { userMistake } from '../../../domain/failures.ts';
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

const supported = (name: string): string => fileURLToPath(new URL(`../../support/${name}`, import.meta.url));

/** A child of this test, once it has said its first line. */
async function startChild(name: string, ...args: string[]): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn('node', [supported(name), ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [data]: unknown[] = await once(child.stdout, 'data');
  return { child, line: String(data).trim() };
}

describe('a process that serves rewards', () => {
  const body = JSON.stringify({ step: 1, ids: ['one'], completions: ['x'.repeat(200_000)] });

  async function startHost() {
    const { child, line } = await startChild('reward-host.ts');
    return { socket: line, died: () => child.exitCode ?? child.signalCode };
  }

  it('lives on when connections break 200 times at random moments of the exchange', async () => {
    const { socket, died } = await startHost();
    const head = `POST /rewards HTTP/1.1\r\nhost: x\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
    const sent = head + body;
    const breakOff = async (): Promise<void> => {
      const connection = connect(socket);
      connection.on('error', () => {});
      await once(connection, 'connect');
      connection.write(sent.slice(0, Math.ceil(Math.random() ** 2 * sent.length)));
      await sleep(Math.random() * 5);
      connection.destroy();
    };
    for (let round = 0; round < 20; round++) await Promise.all(Array.from({ length: 10 }, breakOff));
    expect(died()).toBeNull();
    expect((await post(socket, body)).status).toBe(200);
  });

  it('lives on when its client is killed with -9 at 200 random moments', async () => {
    const { socket, died } = await startHost();
    const kill = async (): Promise<void> => {
      const request = JSON.stringify({ step: 1, ids: ['one'], completions: ['x'.repeat(60_000)] });
      const { child } = await startChild('kill-me.mjs', socket, request);
      await sleep(Math.random() * 60);
      child.kill('SIGKILL');
      await once(child, 'exit');
    };
    for (let round = 0; round < 25; round++) await Promise.all(Array.from({ length: 8 }, kill));
    expect(died()).toBeNull();
    expect((await post(socket, body)).status).toBe(200);
  }, 300_000);
});

describe('a reward that takes its time', () => {
  const slowPlugin = (ms: number) => {
    const asked: number[] = [];
    const reward = async (inputs: readonly unknown[]): Promise<number[]> => {
      asked.push(inputs.length);
      await sleep(ms);
      return inputs.map(() => 0.5);
    };
    return { asked, plugin: { name: 'judge', sha256: '', reward, close: async () => {} } };
  };
  const body = '{"step":1,"ids":["one"],"completions":["a"]}';

  it('is asked once for a request that comes again, also while it is under way', async () => {
    const { plugin, asked } = slowPlugin(30);
    const server = await serveRewards([melanomaQuestion({ id: 'one' })], settings, plugin);
    onTestFinished(() => server.close());
    const answers = await Promise.all([post(server.socket, body), post(server.socket, body)]);
    answers.push(await post(server.socket, body));
    for (const { body: text } of answers) expect(JSON.parse(text).components.judge).toEqual([0.5]);
    expect(asked).toEqual([1]);
    await post(server.socket, body.replace('"a"', '"b"'));
    expect(asked).toEqual([1, 1]);
  });

  it('lets the trainer hear that somebody is there', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { plugin } = slowPlugin(300);
    const server = await serveRewards([melanomaQuestion({ id: 'one' })], settings, plugin);
    onTestFinished(() => server.close());
    let continues = 0;
    const answered = new Promise<void>((done, failed) => {
      const asked = request({ socketPath: server.socket, path: '/rewards', method: 'POST' }, (response) => {
        response.resume().on('end', done);
      });
      asked.on('continue', () => continues++);
      asked.on('error', failed).end(body);
    });
    await sleep(100);
    vi.advanceTimersByTime(30_000);
    await answered;
    expect(continues).toBe(3);
  });

  it('that fails is the failure of the activity', async () => {
    const reward = () => Promise.reject(userMistake('rewards.plugin: no mood'));
    const plugin = { name: 'judge', sha256: '', reward, close: async () => {} };
    const server = await serveRewards([melanomaQuestion({ id: 'one' })], settings, plugin);
    onTestFinished(() => server.close());
    expect(await post(server.socket, body)).toEqual({ status: 500, body: 'rewards.plugin: no mood' });
    expect(server.failure()).toMatchObject({ message: 'rewards.plugin: no mood' });
  });
});
