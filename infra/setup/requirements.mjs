/** What Dermflow needs of a machine, and what to do where it is lacking: one line each, before anything is fetched. */
import { join } from 'node:path';
import { isShared } from './file-systems.mjs';

const minimumNode = [20, 20];
const minimumPython = [3, 11];
/** Not all packages have wheels for later ones. */
const newestPython = [3, 14];
/** What the binaries of Node 24 and PyTorch need. */
const minimumGlibc = [2, 28];
/** What the embedded language model's binaries need. */
const glibcOfEmbedded = [2, 34];
const instead = 'use a newer system or an image such as Debian 12';

const gibibyte = 2 ** 30;
/** Room for each part when it is installed, its download included, in bytes; measured, rounded up. */
export const roomOf = {
  npm: 1.8 * gibibyte,
  uv: 0.1 * gibibyte,
  tools: 0.5 * gibibyte,
  llm: 0.2 * gibibyte,
  python: 6.4 * gibibyte,
};
/** The longest path of a socket: a database's lies beside its data, a reward's in the folder for temporary files. */
const longestSocket = 107;
const sockets = { home: 's3/filer.sock', temporary: 'dermflow-0000000000000.sock' };

const numbers = (version) => version.split('.').map(Number);
const isBelow = ([major, minor], [wantedMajor, wantedMinor]) =>
  major < wantedMajor || (major === wantedMajor && minor < wantedMinor);

/**
 * What stands in the way, in the order in which to mend it; empty for a machine that will do.
 *
 * @param machine what `readMachine` returns
 * @param missing parts that are not installed yet: names of {@link roomOf}
 * @param start whether local services are to run on DERMFLOW_HOME, beyond the programs that lie there
 */
export function problemsOf(machine, { missing, start }) {
  const checks = [system, paths, folders, ...(start ? [services, languageModel] : []), pythons, space];
  return checks.flatMap((check) => check(machine, missing)).filter((problem) => problem !== null);
}

function system({ platform, arch, node, libc, npm }, missing) {
  if (platform === 'win32') return ['Windows is not supported; use WSL 2, in a folder of its Linux file system'];
  const known = ['linux/x64', 'linux/arm64', 'darwin/arm64'];
  if (!known.includes(`${platform}/${arch}`)) {
    return [`PyTorch has no binaries for ${platform}/${arch}; use a machine with Linux x86_64`];
  }
  if (libc === 'musl') {
    return [
      'the C library is musl (Alpine), for which Node 24 and PyTorch have no binaries; use an image with glibc, such as Debian 12',
    ];
  }
  return [
    libc !== null && isBelow(numbers(libc), minimumGlibc)
      ? `glibc ${libc} is too old: Node 24 and PyTorch need ${minimumGlibc.join('.')}; ${instead}`
      : null,
    isBelow(numbers(node), minimumNode)
      ? `Node ${node} is too old; install Node ${minimumNode.join('.')} or newer`
      : null,
    missing.includes('npm') && !npm ? 'there is no npm on the PATH; install it with Node' : null,
  ];
}

/** A colon separates folders in PYTHONPATH and PATH. Blanks and other letters do no harm. */
const separates = ({ path }) => /[:\n]/.test(path);
const isInside = (folder, outer) => folder.path.startsWith(`${outer.path}/`);

function paths({ checkout, home }) {
  if (separates(checkout)) {
    return [`${JSON.stringify(checkout.path)} holds a colon, which ends a path in PYTHONPATH; move the checkout`];
  }
  const quoted = JSON.stringify(home.path);
  return [
    separates(home)
      ? `DERMFLOW_HOME ${quoted} holds a colon, which ends a path in PATH; set it to another folder`
      : null,
  ];
}

function folders({ checkout, home, temporary }, missing) {
  const missingHere = missing.includes('npm');
  const remedy = 'make it writable, or run "npm run setup" once where it is and set DERMFLOW_HOME to a folder of yours';
  const unwritable = missingHere ? refused(checkout, 'the checkout', remedy) : null;
  return [
    unwritable,
    // The same cause is reported once.
    unwritable !== null && isInside(home, checkout)
      ? null
      : refused(home, 'DERMFLOW_HOME', 'set DERMFLOW_HOME to a folder of yours on a local disk'),
    refused(temporary, 'the folder for temporary files', 'set TMPDIR to a folder of yours'),
    tooLong(join(temporary.path, sockets.temporary))
      ? `the folder for temporary files ${temporary.path} is too long for a socket (${excess(join(temporary.path, sockets.temporary))}); set TMPDIR to a shorter path`
      : null,
    home.runs
      ? null
      : `no program may run in DERMFLOW_HOME ${home.path} (mounted noexec); set DERMFLOW_HOME to a folder on another disk`,
    !missingHere || checkout.runs
      ? null
      : `no program may run in the checkout ${checkout.path} (mounted noexec); move it to another disk`,
  ];
}

const refused = ({ path, refusal }, name, remedy) =>
  refusal === null ? null : `${name} ${path} cannot be written (${refusal}); ${remedy}`;

/** @returns null where the local services' data may lie in the folder */
export function storeProblem({ path, fileSystem }) {
  if (isShared(fileSystem)) {
    return `DERMFLOW_HOME ${path} is on ${fileSystem}, where the local services' databases break; set DERMFLOW_HOME to a folder on a local disk`;
  }
  return tooLong(join(path, sockets.home))
    ? `DERMFLOW_HOME ${path} is too long for the local services' sockets (${excess(join(path, sockets.home))}); set DERMFLOW_HOME to a shorter path`
    : null;
}

const services = ({ home }) => [storeProblem(home)];

const languageModel = ({ libc, embeddedModel }) => [
  embeddedModel && libc !== null && !isBelow(numbers(libc), minimumGlibc) && isBelow(numbers(libc), glibcOfEmbedded)
    ? `glibc ${libc} is too old for the embedded language model (${glibcOfEmbedded.join('.')}); set DERMFLOW_LLM_BASE_URL to another one, or ${instead}`
    : null,
];

const tooLong = (path) => Buffer.byteLength(path) > longestSocket;
const excess = (path) => `${Buffer.byteLength(path)} bytes, at most ${longestSocket}`;

function pythons({ python, pythonProgram, platform }, missing) {
  const remedy = `install Python ${minimumPython.join('.')} to ${newestPython.join('.')} with pip, or set DERMFLOW_PYTHON`;
  if (!['uv', 'tools', 'llm', 'python'].some((part) => missing.includes(part))) return [];
  if (python === null) return [`there is no ${pythonProgram}; ${remedy}`];
  if (typeof python === 'string') return [`${pythonProgram} does not work (${python}); ${remedy}`];
  const version = python.version.join('.');
  if (python.implementation !== 'cpython') return [`${python.implementation} is not CPython; ${remedy}`];
  if (isBelow(python.version, minimumPython)) return [`Python ${version} is too old; ${remedy}`];
  if (isBelow(newestPython, python.version))
    return [`Python ${version} is too new: not all packages have wheels for it; ${remedy}`];
  if (python.freeThreaded) return [`Python ${version} without its lock has no wheels of PyTorch; ${remedy}`];
  if (python.bits !== 64) return [`Python ${version} has ${python.bits} bits, PyTorch needs 64; ${remedy}`];
  if (platform === 'linux' && python.libc !== 'glibc')
    return [`Python ${version} is built for musl, PyTorch is not; ${remedy}`];
  return [python.pip ? null : `Python ${version} has no pip (Debian: apt-get install python3-pip); ${remedy}`];
}

/** Folders on one disk share its space; a cache on another disk holds a second copy. */
function space({ checkout, home, cache }, missing) {
  const needs = new Map();
  const add = (folder, bytes) => {
    const before = needs.get(folder.disk) ?? { folder, bytes: 0 };
    needs.set(folder.disk, { ...before, bytes: before.bytes + bytes });
  };
  for (const part of missing) add(part === 'npm' ? checkout : home, roomOf[part]);
  if (missing.includes('python') && cache.disk !== home.disk && cache.refusal === null) add(cache, roomOf.python);
  const variables = new Map([
    [checkout, 'move the checkout'],
    [home, 'set DERMFLOW_HOME'],
    [cache, 'set UV_CACHE_DIR'],
  ]);
  return [...needs.values()].map(({ folder, bytes }) =>
    folder.freeBytes >= bytes
      ? null
      : `${gibibytes(folder.freeBytes)} GiB free at ${folder.path}, ${gibibytes(bytes)} GiB are needed; free space or ${variables.get(folder)}`,
  );
}

const gibibytes = (bytes) => (bytes / gibibyte).toFixed(1);
