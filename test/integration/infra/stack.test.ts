import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createS3Client, createS3Store } from '../../../activities/store/s3.ts';
import { type Stack, startStack } from '../../../infra/local/stack.ts';
import { type Home, makeHome } from '../../support/home.ts';
import { familyOf, killAll } from '../../support/process-table.ts';

const logger = pino({ level: 'silent' });
let home: Home;
let stack: Stack;

beforeAll(async () => {
  home = await makeHome();
  stack = await startStack({ home: home.path, logger });
});
afterAll(async () => {
  await stack.stop();
  await home.remove();
});

async function withStore<T>(work: (store: ReturnType<typeof createS3Store>) => Promise<T>): Promise<T> {
  const settings = { endpoint: `http://127.0.0.1:${stack.ports.s3[0]}`, region: 'us-east-1', bucket: stack.bucket };
  const client = createS3Client(settings, stack.secrets);
  try {
    return await work(createS3Store(client, settings));
  } finally {
    client.destroy();
  }
}

describe('the local stack', () => {
  it('refuses a second one on the same folder, naming the process', async () => {
    await expect(startStack({ home: home.path, logger })).rejects.toThrow(
      new RegExp(`already run on ${home.path} \\(process ${process.pid}\\)`),
    );
  });

  it('loses nothing that was acknowledged when the S3 server is killed, and is up again by itself', async () => {
    const ref = await withStore((store) => store.putBlob('kept'));
    const family = await familyOf(process.pid);
    killAll(family.filter(({ command }) => /weed .*mini/.test(command) && command.includes(home.path)));
    const read = (): Promise<string> => withStore(async (store) => new TextDecoder().decode(await store.getBlob(ref)));
    let text: string | null = null;
    for (let attempt = 0; attempt < 60 && text === null; attempt += 1) {
      text = await read().catch(() => null);
      await sleep(500);
    }
    expect(text).toBe('kept');
  });

  it.skipIf(!existsSync('/usr/bin/ss'))('listens on loopback only (needs ss)', async () => {
    const pids = (await familyOf(process.pid)).map(({ pid }) => `pid=${pid},`);
    const { stdout } = await execa('ss', ['-Hltnp']);
    const own = stdout.split('\n').filter((line) => pids.some((pid) => line.includes(pid)));
    expect(own.length).toBeGreaterThan(5);
    for (const line of own) expect(line).toMatch(/\s(127\.0\.0\.1|\[::1\]|\[::ffff:127\.0\.0\.1\]):\d+\s/);
  });

  it('keeps its secrets from others', async () => {
    expect((await stat(`${home.path}/credentials.json`)).mode & 0o077).toBe(0);
  });
});
