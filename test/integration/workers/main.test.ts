/** A worker that cannot work says why in one line and leaves with the exit code for it. */
import { join } from 'node:path';
import { execa } from 'execa';
import getPort from 'get-port';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { exitCodes } from '../../../domain/failures.ts';
import { repositoryRoot } from '../../../platform/env.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { familyOf, killAll, processTable } from '../../support/process-table.ts';
import { startS3Server } from '../../support/s3.ts';
import { startDevServer } from '../../support/temporal.ts';

async function worker(roles: string[], env: Record<string, string> = {}) {
  const { exitCode, stderr } = await execa(process.execPath, [join(repositoryRoot, 'workers/main.ts'), ...roles], {
    env: { DERMFLOW_HOME: await temporaryFolder(), DERMFLOW_LOG_LEVEL: 'warn', ...env },
    reject: false,
  });
  return { exitCode, stderr };
}

describe('a worker', () => {
  it.each([
    [[], 'no role given; one or more of orchestrator, cpu, llm, gpu'],
    [['gpu', 'tpu'], 'unknown role "tpu"; one or more of orchestrator, cpu, llm, gpu'],
  ])('with roles %j', async (roles, stderr) =>
    expect(await worker(roles)).toEqual({ exitCode: exitCodes.userMistake, stderr }),
  );

  it('without S3', async () => {
    const endpoint = `http://127.0.0.1:${await getPort()}`;
    const { exitCode, stderr } = await worker(['gpu'], {
      DERMFLOW_S3_ENDPOINT: endpoint,
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'y',
    });
    expect(exitCode).toBe(exitCodes.unavailable);
    expect(stderr).toBe(`S3 at ${endpoint}, bucket dermflow cannot be reached; start it or set DERMFLOW_S3_ENDPOINT`);
  });

  it('with the wrong credentials, then without Temporal', async () => {
    const s3 = await startS3Server();
    try {
      const env = {
        DERMFLOW_S3_ENDPOINT: s3.settings.endpoint ?? '',
        TEMPORAL_ADDRESS: `127.0.0.1:${await getPort()}`,
      };
      const wrong = await worker(['gpu'], { ...env, AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y' });
      expect(wrong.exitCode).toBe(exitCodes.userMistake);
      expect(wrong.stderr).toMatch(
        /answered 403 \(InvalidAccessKeyId.*; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/,
      );
      const { accessKeyId, secretAccessKey } = s3.secrets;
      const right = { ...env, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
      const alone = await worker(['gpu'], right);
      expect(alone.exitCode).toBe(exitCodes.unavailable);
      expect(alone.stderr).toMatch(/^Temporal at 127\.0\.0\.1:\d+ cannot be reached; /);
    } finally {
      await s3.remove();
    }
  });

  it('is ended by Ctrl-C while it bundles its workflows, and leaves no process', async () => {
    const [s3, temporal] = await Promise.all([startS3Server(), startDevServer()]);
    onTestFinished(async () => {
      await Promise.all([s3.remove(), temporal.teardown()]);
    });
    const { accessKeyId, secretAccessKey } = s3.secrets;
    const orchestrator = execa(process.execPath, [join(repositoryRoot, 'workers/main.ts'), 'orchestrator'], {
      env: {
        ...{ DERMFLOW_HOME: await temporaryFolder(), DERMFLOW_S3_ENDPOINT: s3.settings.endpoint ?? '' },
        ...{
          TEMPORAL_ADDRESS: temporal.address,
          AWS_ACCESS_KEY_ID: accessKeyId,
          AWS_SECRET_ACCESS_KEY: secretAccessKey,
        },
      },
      // A group of its own, as a terminal gives one to a command.
      ...{ detached: true, reject: false, all: true },
    });
    const group = orchestrator.pid ?? Number.NaN;
    const family = await vi.waitUntil(
      async () => {
        const members = await familyOf(group);
        return members.some(({ command }) => command.includes('bundle-program')) && members;
      },
      { timeout: 60_000 },
    );
    onTestFinished(() => killAll(family));
    process.kill(-group, 'SIGINT');
    const { exitCode, all } = await orchestrator;
    expect(exitCode, all).toBe(0);
    expect(all).toContain('worker ended');
    const left = (await processTable()).filter(({ pid }) => family.some((member) => member.pid === pid));
    expect(left).toEqual([]);
  });
});
