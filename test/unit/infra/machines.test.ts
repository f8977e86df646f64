/** Machines that cannot be had here: what is said of each, from what the set-up would learn of it. */
import { describe, expect, it } from 'vitest';
import type { Machine, MachineFolder, Python } from '../../../infra/setup/machine.mjs';
import { problemsOf, roomOf } from '../../../infra/setup/requirements.mjs';

const gibibyte = 2 ** 30;
const folder = (path: string, changes: Partial<MachineFolder> = {}): MachineFolder => ({
  ...{ path, refusal: null, runs: true, freeBytes: 100 * gibibyte, disk: 1 },
  ...changes,
});
const home = (path: string, fileSystem: string, changes: Partial<MachineFolder> = {}) => ({
  home: { ...folder(path, changes), fileSystem },
});
const python = (changes: Partial<Python>): { python: Python } => ({
  python: {
    ...{ version: [3, 12], implementation: 'cpython', bits: 64, freeThreaded: false, libc: 'glibc', pip: true },
    ...changes,
  },
});
const good: Machine = {
  ...{
    platform: 'linux',
    arch: 'x64',
    node: '20.20.2',
    libc: '2.36',
    npm: true,
    pythonProgram: 'python3',
    embeddedModel: true,
  },
  ...{ checkout: folder('/src/dermflow'), ...home('/src/dermflow/.dermflow', 'ext4'), temporary: folder('/tmp') },
  ...{ cache: folder('/people/ada/.cache/uv'), npmCache: folder('/people/ada/.npm'), ...python({}) },
};
const missing = ['npm', 'uv', 'tools', 'llm', 'python'] as const;
const readOnly = { refusal: 'EROFS' };

const rows: [name: string, machine: Partial<Machine>, said: RegExp | null][] = [
  ['Debian 12', {}, null],
  ['RHEL 9', { libc: '2.34' }, null],
  [
    'RHEL 8',
    { libc: '2.28' },
    /^glibc 2\.28 is too old for the embedded language model \(2\.34\); set DERMFLOW_LLM_BASE_URL/,
  ],
  ['RHEL 8 with an endpoint', { libc: '2.28', embeddedModel: false }, null],
  ['CentOS 7', { libc: '2.17' }, /^glibc 2\.17 is too old: .* need 2\.28; use a newer system or an image/],
  ['Alpine', { libc: 'musl' }, /^the C library is musl .*; use an image with glibc/],
  ['Windows', { platform: 'win32', libc: null }, /^Windows is not supported; use WSL 2/],
  ['Mac with Apple silicon', { platform: 'darwin', arch: 'arm64', libc: null, ...python({ libc: '' }) }, null],
  ['Mac with Intel', { platform: 'darwin', libc: null }, /no binaries for darwin\/x64; use a machine with Linux/],
  ['32-bit ARM', { arch: 'arm' }, /no binaries for linux\/arm; use/],
  ['Node 18', { node: '18.20.4' }, /^Node 18\.20\.4 is too old; install Node 20\.20 or newer/],
  ['Node 20.9', { node: '20.9.0' }, /^Node 20\.9\.0 is too old/],
  ['Node 26', { node: '26.1.0' }, null],
  ['Node without npm', { npm: false }, /^there is no npm on the PATH; install it/],
  ...['nfs', 'nfs4', 'lustre', 'gpfs', 'cifs', 'beegfs', 'fuse.sshfs', '9p'].map(
    (name): [string, Partial<Machine>, RegExp] => [
      `home on ${name}`,
      home('/people/ada/.dermflow', name),
      new RegExp(
        `^DERMFLOW_HOME /people/ada/\\.dermflow is on ${name}, .*; set DERMFLOW_HOME to a folder on a local disk$`,
      ),
    ],
  ),
  ['container with an overlay', home('/src/dermflow/.dermflow', 'overlay'), null],
  ['path of 93 bytes', home(`/${'x'.repeat(92)}`, 'ext4'), null],
  [
    'path of 94 bytes',
    home(`/${'x'.repeat(93)}`, 'ext4'),
    /too long for the local services' sockets \(108 bytes, at most 107\); set/,
  ],
  ['path of 48 letters, 95 bytes', home(`/${'ü'.repeat(47)}`, 'ext4'), /too long .*\(109 bytes, at most 107\)/],
  [
    'long TMPDIR',
    { temporary: folder(`/${'x'.repeat(90)}`) },
    /temporary files .* too long for a socket .*; set TMPDIR/,
  ],
  ['blanks and other letters', home('/people/ada/räum lich/皮膚', 'ext4'), null],
  [
    'colon in the checkout',
    { checkout: folder('/src/a:b'), ...home('/src/a:b/.dermflow', 'ext4') },
    /^"\/src\/a:b" holds a colon/,
  ],
  ['colon in the home', home('/data/a:b', 'ext4'), /^DERMFLOW_HOME "\/data\/a:b" holds a colon/],
  [
    'home that may not be written',
    home('/opt/x', 'ext4', { refusal: 'EACCES' }),
    /^DERMFLOW_HOME \/opt\/x cannot be written \(EACCES\); set/,
  ],
  [
    'home with a used-up quota',
    home('/opt/x', 'ext4', { refusal: 'EDQUOT' }),
    /^DERMFLOW_HOME \/opt\/x cannot be written \(EDQUOT\)/,
  ],
  [
    'read-only checkout',
    { checkout: folder('/src/dermflow', readOnly), ...home('/src/dermflow/.dermflow', 'ext4', readOnly) },
    /^the checkout \/src\/dermflow cannot be written \(EROFS\); make it/,
  ],
  [
    'unwritable TMPDIR',
    { temporary: folder('/tmp', readOnly) },
    /^the folder for temporary files \/tmp cannot be written \(EROFS\); set TMPDIR/,
  ],
  ['home mounted noexec', home('/tmp/x', 'tmpfs', { runs: false }), /^no program may run in DERMFLOW_HOME .*noexec/],
  [
    'checkout mounted noexec',
    { checkout: folder('/src/dermflow', { runs: false }) },
    /^no program may run in the checkout/,
  ],
  ['no Python', { python: null }, /^there is no python3; install Python 3\.11 to .* with pip, or set DERMFLOW_PYTHON/],
  ['a Python that does not start', { python: 'No module named encodings' }, /^python3 does not work \(No module/],
  ['Python 3.9', python({ version: [3, 9] }), /^Python 3\.9 is too old; install/],
  ['a Python of tomorrow', python({ version: [3, 99] }), /^Python 3\.99 is too new: .*; install/],
  ['PyPy', python({ implementation: 'pypy' }), /^pypy is not CPython; install/],
  ['Python without its lock', python({ freeThreaded: true }), /without its lock/],
  ['Python of 32 bits', python({ bits: 32 }), /has 32 bits, PyTorch needs 64/],
  ['Python for musl beside a Node for glibc', python({ libc: '' }), /^Python 3\.12 is built for musl/],
  ['Python without pip', python({ pip: false }), /^Python 3\.12 has no pip \(Debian: apt-get install python3-pip\)/],
  [
    '5 GiB free',
    {
      checkout: folder('/src/dermflow', { freeBytes: 5 * gibibyte }),
      ...home('/src/dermflow/.dermflow', 'ext4', { freeBytes: 5 * gibibyte }),
    },
    /^5\.0 GiB free at \/src\/dermflow, \d\.\d GiB are needed; free space or move the checkout$/,
  ],
  [
    'a small home',
    home('/data', 'ext4', { freeBytes: gibibyte, disk: 2 }),
    /^1\.0 GiB free at \/data, .*; free space or set DERMFLOW_HOME$/,
  ],
  [
    'a small cache elsewhere',
    { cache: folder('/people/ada/.cache/uv', { freeBytes: gibibyte, disk: 2 }) },
    /^1\.0 GiB free at \/people\/ada\/\.cache\/uv, .*; free space or set UV_CACHE_DIR$/,
  ],
  [
    'a cache that cannot be written',
    { cache: folder('/nonexistent', { refusal: 'ENOENT', freeBytes: 0, disk: 2 }) },
    null,
  ],
];

describe('what is said of a machine before anything is fetched', () => {
  it.each(rows)('%s', (_, changes, said) => {
    const problems = problemsOf({ ...good, ...changes }, { missing: [...missing], start: true });
    if (said === null) expect(problems).toEqual([]);
    else expect(problems).toEqual([expect.stringMatching(said)]);
    expect(problems.join('')).not.toContain('\n');
  });
});

describe('what needs not be so', () => {
  it('a machine on which all is installed needs no Python, no npm and no space for them', () => {
    const changes = { python: null, npm: false, checkout: folder('/src/dermflow', { ...readOnly, freeBytes: 0 }) };
    expect(problemsOf({ ...good, ...changes }, { missing: [], start: true })).toEqual([]);
  });

  it('programs may lie on a file system that machines share, where no local services run', () => {
    const machine = { ...good, ...home('/shared/dermflow', 'nfs4') };
    expect(problemsOf(machine, { missing: [...missing], start: false })).toEqual([]);
  });

  it('all parts together need what the README says', () => {
    const sum = Object.values(roomOf).reduce((a, b) => a + b, 0);
    expect(sum / gibibyte).toBeGreaterThan(7);
    expect(sum / gibibyte).toBeLessThan(10);
  });
});
