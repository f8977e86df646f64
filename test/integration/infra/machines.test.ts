/**
 * `npm start` on machines as others have them, up to what is said before anything is fetched: `setup --check`. Machines
 * that cannot be arranged here (musl, network file systems, …) stand in test/unit/infra/machines.test.ts.
 */
import { existsSync } from 'node:fs';
import { chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { lockfileDigest, writeStamp } from '../../../infra/setup/steps.mjs';
import { pythonVariables } from '../../../infra/setup/variables.mjs';
import { readEnvironment } from '../../../platform/env.ts';
import { root } from '../../../platform/places.mjs';
import { after, asNobodyKnown, findUnshare, othersMayRead, withMounts } from '../../support/as-another.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { startPackageIndex } from '../../support/package-index.ts';

const asRoot = findUnshare() !== null && othersMayRead(join(root, 'package.json'));
const installed = readEnvironment(process.env).home;
type Command = readonly [string, ...string[]];
type Variables = Record<string, string>;

interface Row {
  name: string;
  /** Settings of the machine; `home` is an empty folder unless it is set here. */
  env?: (place: string) => Variables;
  /** What runs the command, e.g. with other mounts. */
  by?: (command: Command, place: string) => Command;
  /** npm's packages count as installed. */
  npm?: boolean;
  prepare?: (place: string) => Promise<unknown>;
  /** Null: it goes on. */
  said: RegExp | null;
}

/** All but the test's own folder. */
const readOnlyRoot = (place: string): string => `mount --bind '${place}' '${place}'; mount -o remount,ro,bind /`;
const readOnly = (folder: string): string =>
  `mount --bind '${folder}' '${folder}'; mount -o remount,ro,bind '${folder}'`;
const script = async (path: string, text: string): Promise<void> => {
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
};

const anybody: Row[] = [
  { name: 'as it is', said: null },
  {
    name: 'a home with blanks and other letters',
    env: (place) => ({ DERMFLOW_HOME: join(place, 'räum lich/皮膚 科') }),
    said: null,
  },
  { name: 'locale C', env: () => ({ LC_ALL: 'C', LANG: 'C' }), said: null },
  {
    name: 'locale POSIX, a home with other letters',
    env: (place) => ({ LC_ALL: 'POSIX', DERMFLOW_HOME: join(place, 'ü') }),
    said: null,
  },
  { name: 'a HOME that is not there', env: () => ({ HOME: '/nonexistent' }), said: null },
  { name: 'a HOME that is a file', env: () => ({ HOME: '/etc/passwd' }), said: null },
  {
    name: 'pip set for the user’s own environments',
    env: (place) => ({ PIP_REQUIRE_VIRTUALENV: '1', PIP_USER: '1', PIP_TARGET: place, PIP_PREFIX: place }),
    said: null,
  },
  {
    name: 'a configuration of pip that cannot be read',
    prepare: (place) => writeFile(join(place, 'pip.conf'), '[global\nindex-url = x'),
    env: (place) => ({ PIP_CONFIG_FILE: join(place, 'pip.conf') }),
    said: /^pip's configuration cannot be read: .*pip\.conf.*; mend it, or set PIP_CONFIG_FILE=\/dev\/null$/,
  },
  {
    name: 'PYTHONPATH and PYTHONHOME of another Python',
    env: () => ({ PYTHONPATH: '/opt/x', PYTHONHOME: '/opt/x' }),
    said: null,
  },
  {
    name: 'a home too long for a socket',
    env: (place) => ({ DERMFLOW_HOME: join(place, 'x'.repeat(100)) }),
    said: /^DERMFLOW_HOME .* is too long for the local services' sockets .*; set DERMFLOW_HOME to a shorter path$/,
  },
  {
    name: 'a home below a file',
    env: () => ({ DERMFLOW_HOME: '/etc/passwd/dermflow' }),
    said: /^DERMFLOW_HOME \/etc\/passwd\/dermflow cannot be written \(ENOTDIR\); set DERMFLOW_HOME/,
  },
  {
    name: 'no such Python',
    env: () => ({ DERMFLOW_PYTHON: 'python-of-nobody' }),
    said: /^there is no python-of-nobody; install Python .* or set DERMFLOW_PYTHON$/,
  },
  {
    name: 'a Python that does not start',
    prepare: (place) => script(join(place, 'python'), 'echo "Fatal: no encodings" >&2; exit 1'),
    env: (place) => ({ DERMFLOW_PYTHON: join(place, 'python') }),
    said: /python does not work \(Fatal: no encodings\); install Python/,
  },
];

const privileged: Row[] = [
  {
    name: 'a user id without a name or a HOME',
    prepare: (place) => chmod(place, 0o777),
    by: (command) => asNobodyKnown(12_345, command),
    npm: true,
    said: null,
  },
  {
    name: 'a HOME that may not be written',
    prepare: (place) => chmod(place, 0o777),
    by: (command) => asNobodyKnown(12_345, ['env', 'HOME=/root', ...command]),
    npm: true,
    said: null,
  },
  {
    name: 'a home of another user',
    prepare: (place) => chmod(place, 0o777),
    by: (command, place) => after(`chmod 755 '${place}/home'`, asNobodyKnown(12_345, command)),
    npm: true,
    said: /^DERMFLOW_HOME .*\/home cannot be written \(EACCES\); set DERMFLOW_HOME to a folder of yours/,
  },
  {
    name: 'a read-only checkout without npm’s packages',
    by: (command) => withMounts(readOnly(root), command),
    said: /^the checkout .* cannot be written \(EROFS\); make it writable, or run "npm run setup" once where it is/,
  },
  {
    name: 'a read-only checkout with npm’s packages',
    by: (command) => withMounts(readOnly(root), command),
    npm: true,
    said: null,
  },
  {
    name: 'a read-only root',
    by: (command, place) => withMounts(readOnlyRoot(place), command),
    env: (place) => ({ TMPDIR: place }),
    npm: true,
    said: null,
  },
  {
    name: 'a read-only root, /tmp too',
    by: (command, place) => withMounts(readOnlyRoot(place), command),
    npm: true,
    said: /^the folder for temporary files \/tmp cannot be written \(EROFS\); set TMPDIR/,
  },
  {
    name: 'a small disk',
    by: (command, place) => withMounts(`mount -t tmpfs -o size=300m tmpfs '${place}'`, command),
    said: /^0\.3 GiB free at .*, \d\.\d GiB are needed; free space or set DERMFLOW_HOME$/,
  },
  {
    name: 'a disk mounted noexec',
    by: (command, place) => withMounts(`mount -t tmpfs -o noexec tmpfs '${place}'`, command),
    said: /^no program may run in DERMFLOW_HOME .* \(mounted noexec\); set DERMFLOW_HOME/,
  },
];

async function expectOf({ env, by, npm = false, prepare, said }: Row): Promise<void> {
  const place = await temporaryFolder();
  const home = env?.(place).DERMFLOW_HOME ?? join(place, 'home');
  await prepare?.(place);
  // Its stamp says that npm's packages are there.
  if (npm && home.startsWith(place)) {
    writeStamp(home, 'npm', lockfileDigest([join(root, 'package-lock.json')]));
    await chmod(home, 0o777);
  }
  const check: Command = [process.execPath, join(root, 'infra/setup/main.mjs'), '--start', '--check'];
  const [program, ...args] = by?.(check, place) ?? check;
  const variables = { TMPDIR: '/tmp', DERMFLOW_HOME: home, ...env?.(place) };
  const before = existsSync(home) ? await readdir(home) : null;
  const { exitCode, stdout, stderr } = await execa(program, args, { env: variables, reject: false });
  expect(stdout).toBe('');
  if (said === null) expect(stderr).toBe('');
  else expect(stderr).toMatch(said);
  expect(stderr).not.toContain('\n');
  expect(exitCode).toBe(said === null ? 0 : 3);
  expect(existsSync(home) ? await readdir(home) : null).toEqual(before);
}

describe('before anything is fetched', () => {
  it.each(anybody)('$name', expectOf);
});

describe.skipIf(!asRoot)(
  'before anything is fetched (needs root for mounts, and a checkout that other users may read)',
  () => {
    it.each(privileged)('$name', expectOf);
  },
);

describe('an index that only pip’s configuration names', () => {
  const python = process.env.DERMFLOW_PYTHON || 'python3';

  it.each(['pip', 'uv'])('is the one that %s installs from, into the set-up’s folder', async (installer) => {
    const [place, index] = [await temporaryFolder(), await startPackageIndex()];
    const into = join(place, 'räum lich');
    const config = [
      '[global]',
      `index-url = ${index.url}`,
      'require-virtualenv = true',
      '[install]',
      'user = true',
      `prefix = ${place}/no`,
    ];
    await writeFile(join(place, 'pip.conf'), config.join('\n'));
    await writeFile(join(place, 'requirements.txt'), index.requirement);
    const user = {
      ...process.env,
      PIP_CONFIG_FILE: join(place, 'pip.conf'),
      PIP_FIND_LINKS: '',
      UV_CACHE_DIR: join(place, 'cache'),
    };
    const variables = pythonVariables(python, { ...user, PIP_TARGET: join(place, 'no'), LC_ALL: 'C' });
    const what = ['install', '--quiet', '--target', into, '--require-hashes', '-r', join(place, 'requirements.txt')];
    const command =
      installer === 'pip'
        ? [python, '-m', 'pip', ...what]
        : [join(installed, 'uv/bin/uv'), 'pip', ...what, '--python', python];
    const [program = '', ...args] = command;
    try {
      await execa(program, args, { env: variables, extendEnv: false });
      expect(await readdir(into)).toContain('only_here.py');
      expect(existsSync(join(place, 'no'))).toBe(false);
      expect(index.asked).toContain('/simple/only-here/');
    } finally {
      index.close();
    }
  });
});
