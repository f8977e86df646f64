/** A base model of the hub, found by the trainer's own `huggingface_hub` at a hub on this machine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { identifyModel } from '../../../activities/trainer/base-model.ts';
import { digestOf } from '../../../domain/artifact.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { trainer } from '../../support/micro-model.ts';

const commit = 'd'.repeat(40);
const config = JSON.stringify({ model_type: 'qwen2_vl' });

/** Knows one model. trainer/tests/fake_hub.py knows more of the hub's forms. */
const hub = createServer((request, response) => {
  const path = new URL(request.url ?? '', 'http://hub').pathname;
  if (path.startsWith('/api/models/owner/name')) {
    return void response.end(JSON.stringify({ id: 'owner/name', sha: commit }));
  }
  if (path === `/owner/name/resolve/${commit}/config.json`) {
    response.setHeaders(
      new Map([
        ['x-repo-commit', commit],
        ['etag', '"1"'],
        ['content-length', `${config.length}`],
      ]),
    );
    return void response.end(request.method === 'HEAD' ? undefined : config);
  }
  response.writeHead(404, { 'x-error-code': 'RepoNotFound' }).end();
});

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'dermflow-hub-'));
  await new Promise<void>((listening) => hub.listen(0, '127.0.0.1', listening));
  const address = hub.address();
  vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  vi.stubEnv('HF_HOME', home);
  vi.stubEnv('HF_HUB_OFFLINE', '0');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  hub.close();
  await rm(home, { recursive: true, force: true });
});

describe('a base model of the hub', { timeout: 120_000 }, () => {
  it('is the commit that its name stands for', async () => {
    expect(await identifyModel('owner/name', { python: trainer.python, run: null })).toEqual({
      base: `owner/name@${commit}`,
      sha256: digestOf(`hub:owner/name@${commit}`),
    });
  });

  it('that the hub does not show is a mistake in one line', async () => {
    await expect(identifyModel('owner/other', { python: trainer.python, run: null })).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringMatching(/^model\.base: the hub shows no model owner\/other; [^\n]+$/),
    });
  });
});
