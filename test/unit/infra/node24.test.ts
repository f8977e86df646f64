import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { flatMemory } from '../../../infra/node24.mjs';
import { temporaryFolder } from '../../support/datasets.ts';

const wrapper = fileURLToPath(new URL('../../../infra/node24.mjs', import.meta.url));

async function fileOf(program: string): Promise<string> {
  const file = join(await temporaryFolder(), 'program.ts');
  await writeFile(file, program);
  return file;
}

/** In a process of its own, since it is to have a flag that the first one lacks. */
function started(file: string) {
  const run = `import { runTypeScript } from ${JSON.stringify(wrapper)};
    await runTypeScript(${JSON.stringify(file)}, [], ${JSON.stringify(flatMemory.flags)});`;
  return execa(process.execPath, ['--input-type=module', '--eval', run], { reject: false });
}

describe('a program under another Node', () => {
  it('gets the SIGTERM that an init system sends to the first process alone, and says how both end', async () => {
    const file = await fileOf(`process.on('SIGTERM', () => { console.log('drained'); process.exit(7); });
      setInterval(() => {}, 1_000); console.log('up');`);
    const child = started(file);
    child.stdout.once('data', () => child.kill('SIGTERM'));
    const { exitCode, stdout } = await child;
    expect({ exitCode, stdout }).toEqual({ exitCode: 7, stdout: 'up\ndrained' });
  });

  it('is not taken for a success where a signal ended it', async () => {
    const { exitCode } = await started(await fileOf(`process.kill(process.pid, 'SIGKILL');`));
    expect(exitCode).toBe(137);
  });
});
