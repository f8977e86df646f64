/** Checks of a machine and of the services that it is pointed at. Each says what it found, or throws what to do. */
import { statfs } from 'node:fs/promises';
import { execa } from 'execa';
import { openAddress } from '../activities/llm/address.ts';
import { type Examined, examineEndpoint, findings } from '../activities/llm/examine.ts';
import { askForModels, notReached } from '../activities/llm/identity.ts';
import { probeStore } from '../activities/store/probe.ts';
import { createS3Client, ensureBucket } from '../activities/store/s3.ts';
import { unavailable } from '../domain/failures.ts';
import { type LlmSettings, llmProviders, settingsFor } from '../domain/llm-settings.ts';
import { searchAttributes } from '../domain/names.ts';
import { type Environment, repositoryRoot } from '../platform/env.ts';
import { root } from '../platform/places.mjs';
import { connectClient } from '../platform/temporal.ts';
import { findSmallModel, findTools } from '../platform/tools.ts';
import { howToRegister, missingSearchAttributes } from './search-attributes.ts';
import { fileSystemOf, isShared } from './setup/file-systems.mjs';
import { readMachine } from './setup/machine.mjs';
import { problemsOf, storeProblem } from './setup/requirements.mjs';

interface Check {
  name: string;
  /** Its absence stops nothing. */
  optional?: boolean;
  run(): Promise<string>;
}

export interface Finding {
  name: string;
  state: 'good' | 'missing' | 'absent';
  detail: string;
}

const loopback = '127.0.0.1';
const gibibyte = 2 ** 30;
/** A run of the demo leaves about one; a 7B model's checkpoints need far more. */
const leastFreeGibibytes = 2;
/** SeaweedFS takes no more writes where less than this share of its disk is free. */
const sparedByStore = 0.01;

export const machineChecks = ({ home, scratch, python, trainerPython, s3 }: Environment): Check[] => [
  {
    name: 'this machine',
    run: async () => {
      const machine = readMachine({ checkout: root, home, python });
      const problems = problemsOf(machine, { missing: [], start: false });
      if (problems.length > 0) throw unavailable(problems.join('; '));
      return `${machine.platform} ${machine.arch}${machine.libc === null ? '' : `, glibc ${machine.libc}`}`;
    },
  },
  {
    name: 'Node',
    run: async () => {
      if (Number(process.versions.node.split('.')[0]) < 24) throw unavailable('run "npm run setup": it brings Node 24');
      return process.versions.node;
    },
  },
  { name: 'local servers', run: async () => Object.keys(findTools(home)).join(', ') },
  { name: 'small language model', run: async () => findSmallModel(home).replace(`${home}/`, '') },
  {
    name: 'trainer',
    run: async () => {
      const script =
        'import importlib.metadata as m; print(", ".join(f"{n} {m.version(n)}" for n in ("torch", "transformers", "trl", "peft", "accelerate")))';
      const result = await execa(trainerPython, ['-c', script], { reject: false });
      if (result.exitCode === 0) return result.stdout;
      throw unavailable(
        `${trainerPython} lacks the trainer's packages; run "npm run setup" or set DERMFLOW_TRAINER_PYTHON`,
      );
    },
  },
  {
    name: 'accelerators',
    optional: true,
    run: async () => {
      const result = await execa('nvidia-smi', ['--query-gpu=name,memory.total', '--format=csv,noheader'], {
        reject: false,
      });
      if (result.exitCode !== 0) throw new Error('none found: training runs on the CPU');
      return result.stdout.replaceAll('\n', '; ');
    },
  },
  spaceCheck('scratch space', scratch, 'DERMFLOW_SCRATCH'),
  {
    name: 'local store',
    // Where the environment names another store, none runs here.
    optional: s3.endpoint !== undefined && !s3.endpoint.startsWith(`http://${loopback}:`),
    run: async () => {
      const problem = storeProblem({ path: home, fileSystem: fileSystemOf(home) });
      if (problem !== null) throw unavailable(problem);
      return spaceCheck('local store', home, 'DERMFLOW_HOME', sparedByStore).run();
    },
  },
];

/** @param spared share of the disk that nobody may fill */
const spaceCheck = (name: string, folder: string, variable: string, spared = 0): Check => ({
  name,
  run: async () => {
    const found = await statfs(folder).catch(() => statfs(repositoryRoot));
    const free = Math.max(0, (found.bavail - spared * found.blocks) * found.bsize) / gibibyte;
    const besides = spared === 0 ? '' : `, besides the ${100 * spared} % of its disk that the S3 server leaves free`;
    if (free < leastFreeGibibytes) {
      throw unavailable(`${free.toFixed(1)} GiB free at ${folder}${besides}; free space or set ${variable}`);
    }
    const fileSystem = fileSystemOf(folder);
    const slow = isShared(fileSystem) ? `, on ${fileSystem}: slower than a local disk` : '';
    return `${free.toFixed(0)} GiB free at ${folder}${besides}${slow}`;
  },
});

/** The language model that this machine's llm worker would ask for a recipe that names none. */
const languageModelCheck = (environment: Environment): Check => ({
  name: 'language model',
  run: async () => {
    const llm = settingsFor(environment.llm, undefined);
    if (llm.provider === 'embedded')
      return 'embedded (good for plumbing, not for trajectories that are meant to teach)';
    const address = openAddress(llm);
    const asked = askForModels(llm, address, AbortSignal.timeout(10_000));
    const response = await asked.catch((error: unknown) => {
      throw notReached(error, address, llm.variable);
    });
    if (response.status === 401) throw unavailable(`${address.shown} refuses the key; set ${llm.variable}API_KEY`);
    return `${llm.model || 'no model set (DERMFLOW_LLM_MODEL, or llm.model in the recipe)'} at ${address.shown}`;
  },
});

/** The environment's own endpoint, and those that recipes may choose and whose model it names. */
function configuredModels({ llm }: Environment): LlmSettings[] {
  const chosen = llmProviders.filter((provider) => provider !== llm.provider && llm.places[provider]?.model);
  return [undefined, ...chosen.map((provider) => ({ provider }))].map((choice) => settingsFor(llm, choice));
}

/** Asks the endpoint once, a few paid tokens, and returns one line for each finding. */
function examinationChecks(llm: LlmSettings, index: number): Check[] {
  if (llm.provider === 'embedded' || llm.model === '') return [];
  let examined: Promise<Examined> | null = null;
  const examine = (): Promise<Examined> => {
    examined ??= examineEndpoint(llm, AbortSignal.timeout(2 * llm.timeoutMs));
    return examined;
  };
  const whose = index === 0 ? '' : ` (${llm.provider})`;
  return findings.map(({ name, say }, line) => ({
    name: `${name}${whose}`,
    optional: line > 0,
    run: async () => {
      const found = await examine().catch((error: unknown) => {
        throw line === 0 ? error : new Error('not asked: the endpoint gives no answer');
      });
      return say(found);
    },
  }));
}

/** What a run on this machine needs before its services are started. Throws the first thing that is missing. */
export async function requireMachine(environment: Environment): Promise<void> {
  for (const check of [...machineChecks(environment), languageModelCheck(environment)]) {
    if (!check.optional) await check.run();
  }
}

/**
 * @param environment with the addresses of a local stack, where one runs; without any there is nothing to ask
 */
export function serviceChecks(environment: Environment): Check[] {
  const { s3, temporal } = environment;
  const pointed = temporal.address !== undefined;
  const notPointed = 'no local stack runs and no address is set; "dermflow up" starts one';
  return [
    {
      name: 'Temporal',
      optional: !pointed,
      run: async () => {
        if (!pointed) throw new Error(notPointed);
        const { client, close } = await connectClient(environment);
        try {
          await client.workflowService.describeNamespace({ namespace: client.options.namespace });
          return `namespace ${client.options.namespace} at ${temporal.address ?? 'the profile’s address'}`;
        } finally {
          await close();
        }
      },
    },
    {
      name: 'search attributes',
      optional: true,
      run: async () => {
        if (!pointed) throw new Error(notPointed);
        const { client, close } = await connectClient(environment);
        try {
          const { namespace } = client.options;
          const missing = await missingSearchAttributes(client);
          if (missing === null) return 'not reported by the server; "dermflow run" says where they are missing';
          if (missing.length === 0) return Object.values(searchAttributes).join(', ');
          throw new Error(
            `namespace ${namespace} lacks ${missing.join(', ')}; runs work, "list" searches slower. ${howToRegister(namespace, missing)}`,
          );
        } finally {
          await close();
        }
      },
    },
    {
      name: 'S3',
      optional: s3.endpoint === undefined,
      run: async () => {
        if (s3.endpoint === undefined && !pointed) throw new Error(notPointed);
        const client = createS3Client(s3);
        try {
          await ensureBucket(client, s3);
          const { lacks } = await probeStore(client, s3);
          return [`bucket ${s3.bucket} at ${s3.endpoint ?? 'AWS'}, conditional writes honoured`, ...lacks].join('; ');
        } finally {
          client.destroy();
        }
      },
    },
    languageModelCheck(environment),
    ...configuredModels(environment).flatMap(examinationChecks),
  ];
}
