/** What the set-up needs to know of the machine that it runs on. Changes nothing that stays. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { accessSync, chmodSync, constants, mkdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { existing, fileSystemOf } from './file-systems.mjs';

/**
 * @param folders `checkout` and `home`, DERMFLOW_HOME
 * @param python the program that DERMFLOW_PYTHON names
 */
// biome-ignore lint/style/noProcessEnv: set-up runs before what parses it is installed
export function readMachine({ checkout, home, python, variables = process.env }) {
  return {
    platform: process.platform,
    arch: process.arch,
    node: process.versions.node,
    libc: libcOf(),
    checkout: folder(checkout),
    home: { ...folder(home), fileSystem: fileSystemOf(home) },
    temporary: folder(tmpdir()),
    cache: folder(variables.UV_CACHE_DIR || join(variables.XDG_CACHE_HOME || join(homeOf(variables), '.cache'), 'uv')),
    embeddedModel: ['', 'embedded'].includes(variables.DERMFLOW_LLM_PROVIDER ?? '') && !variables.DERMFLOW_LLM_BASE_URL,
    npm: isOnPath('npm', variables),
    npmCache: folder(variables.npm_config_cache || variables.NPM_CONFIG_CACHE || join(homeOf(variables), '.npm')),
    pythonProgram: python,
    python: readPython(python, variables),
  };
}

/** Empty for a user without a home, whom {@link userVariables} gives one. */
function homeOf(variables) {
  try {
    return variables.HOME || homedir();
  } catch {
    return '';
  }
}

/** The version of glibc, `musl`, or null on other systems. */
function libcOf() {
  if (process.platform !== 'linux') return null;
  // Names of the network's machines would be asked for.
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime ?? 'musl';
}

/** What can be done in a folder, or in the nearest one above it that exists. */
function folder(path) {
  const place = existing(path);
  const { bavail, bsize } = statfsSync(place);
  return { path, ...tryOut(place), freeBytes: bavail * bsize, disk: statSync(place).dev };
}

/** @returns `refusal`: the system's code for why nothing can be written, null where it can; `runs`: programs do */
function tryOut(place) {
  const probe = join(place, `.dermflow-${randomUUID()}`);
  try {
    mkdirSync(probe);
  } catch (error) {
    return { refusal: error.code ?? String(error), runs: true };
  }
  try {
    const program = join(probe, 'program');
    writeFileSync(program, '#!/bin/sh\nexit 0\n');
    chmodSync(program, 0o755);
    const { error, status } = spawnSync(program, { stdio: 'ignore' });
    // Another process that starts just now may hold the file open for a moment.
    return { refusal: null, runs: error?.code === 'ETXTBSY' || (error === undefined && status === 0) };
  } catch (error) {
    return { refusal: error.code ?? String(error), runs: true };
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}

const pythonScript = `
import importlib.util, json, platform, struct, sys, sysconfig
print(json.dumps({
    "version": list(sys.version_info[:2]), "implementation": sys.implementation.name,
    "bits": 8 * struct.calcsize("P"), "freeThreaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "libc": platform.libc_ver()[0], "pip": importlib.util.find_spec("pip") is not None,
}))
`;

/** Null where there is no such program, a text where it does not work. */
function readPython(program, variables) {
  const { PYTHONHOME, PYTHONPATH, ...env } = variables;
  const { error, status, stdout, stderr } = spawnSync(program, ['-c', pythonScript], { encoding: 'utf8', env });
  if (error) return null;
  if (status !== 0) return stderr.trim().split('\n').at(-1) ?? '';
  try {
    return JSON.parse(stdout);
  } catch {
    return `it wrote ${JSON.stringify(stdout.slice(0, 80))}`;
  }
}

const isOnPath = (program, variables) =>
  (variables.PATH ?? '').split(delimiter).some((place) => {
    try {
      accessSync(join(place, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
