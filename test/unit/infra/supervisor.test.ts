/** Services here are a few lines of Node. */
import { existsSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createSupervisor, type Service, type Supervisor } from '../../../infra/local/supervisor.ts';
import { temporaryFolder } from '../../support/datasets.ts';

async function setUp(): Promise<{ folder: string; supervisor: Supervisor }> {
  const folder = await temporaryFolder();
  const supervisor = createSupervisor(folder, pino({ level: 'silent' }));
  onTestFinished(() => supervisor.stop());
  return { folder, supervisor };
}

/** Ready when it has written the file `ready` in its folder. */
function service(folder: string, script: string, more: Partial<Service> = {}): Service {
  const ready = join(folder, 'ready');
  return {
    name: 'service',
    command: process.execPath,
    args: [
      '-e',
      `${script}; require('node:fs').writeFileSync(${JSON.stringify(ready)}, ''); setInterval(() => {}, 1000)`,
    ],
    graceMs: 10_000,
    ready: async () => {
      if (!existsSync(ready)) throw new Error('not yet');
    },
    ...more,
  };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a supervisor', () => {
  it('keeps what a service says in a file that only its owner reads, whoever reads it', async () => {
    const { folder, supervisor } = await setUp();
    await supervisor.add(service(folder, "console.log('out'); console.error('err')"));
    const log = join(folder, 'service.log');
    await until(async () => (await readFile(log, 'utf8')).includes('err'));
    expect(await readFile(log, 'utf8')).toBe('out\nerr\n');
    expect((await stat(log)).mode & 0o077).toBe(0);
  });

  it('tells programs of others no secret of its own, and its own ones all', async () => {
    vi.stubEnv('DERMFLOW_LLM_API_KEY', 'secret');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { folder, supervisor } = await setUp();
    const script = 'console.log(String(process.env.DERMFLOW_LLM_API_KEY))';
    await supervisor.add(service(folder, script, { name: 'own' }));
    await rm(join(folder, 'ready'));
    await supervisor.add(service(folder, script, { name: 'foreign', foreign: true }));
    expect(await readFile(join(folder, 'own.log'), 'utf8')).toBe('secret\n');
    expect(await readFile(join(folder, 'foreign.log'), 'utf8')).toBe('undefined\n');
  });

  it('gives what a service starts the niceness that is asked for', async () => {
    const { folder, supervisor } = await setUp();
    const told = join(folder, 'niceness');
    const script = `require('node:fs').writeFileSync(${JSON.stringify(told)}, String(require('node:os').getPriority()))`;
    await supervisor.add(service(folder, script, { foreign: true, niceness: 3 }));
    expect(Number(await readFile(told, 'utf8'))).toBe(Math.min(19, getPriority() + 3));
  });

  it('starts a service again that dies', async () => {
    const { folder, supervisor } = await setUp();
    await supervisor.add(service(folder, ''));
    const [first = 0] = Object.values(supervisor.pids());
    process.kill(first, 'SIGKILL');
    await until(() => supervisor.pids().service !== first);
    await until(() => isAlive(supervisor.pids().service ?? 0));
  });

  it('asks a service to end, and waits for it', async () => {
    const { folder, supervisor } = await setUp();
    const saved = join(folder, 'saved');
    const saving = `process.on('SIGTERM', () => setTimeout(() => { require('node:fs').writeFileSync(${JSON.stringify(saved)}, ''); process.exit() }, 200))`;
    await supervisor.add(service(folder, saving));
    await supervisor.stop();
    expect(existsSync(saved)).toBe(true);
  });

  it('kills one that does not end within its time', async () => {
    const { folder, supervisor } = await setUp();
    await supervisor.add(service(folder, "process.on('SIGTERM', () => {})", { graceMs: 200 }));
    const [pid = 0] = Object.values(supervisor.pids());
    await supervisor.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('is not held up by what a killed service leaves behind with its output open', async () => {
    const { folder, supervisor } = await setUp();
    const left = join(folder, 'left');
    const leaving = `const child = require('node:child_process').spawn('sleep', ['20'], { stdio: 'inherit', detached: true }); require('node:fs').writeFileSync(${JSON.stringify(left)}, String(child.pid)); child.unref()`;
    await supervisor.add(service(folder, leaving));
    const orphan = Number(await readFile(left, 'utf8'));
    onTestFinished(() => void process.kill(orphan, 'SIGKILL'));
    const began = Date.now();
    await supervisor.stop();
    expect(Date.now() - began).toBeLessThan(5_000);
    expect(isAlive(orphan)).toBe(true);
  });

  it('says why one does not come up, and where its output is', async () => {
    const { folder, supervisor } = await setUp();
    const dying = service(folder, "console.error('no room'); process.exit(7)");
    await expect(supervisor.add(dying)).rejects.toThrow(`service ended with 7; see ${join(folder, 'service.log')}`);
  });
});
