/** A codec for payloads, as for encryption: a whole run of the demo's recipe by it, and the commands that read its history. */
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knownStatusOf } from '../../../cli/follow/recorded.ts';
import { startRun } from '../../../cli/runs.ts';
import { resume } from '../../../cli/steer/resume.ts';
import type { Activities } from '../../../domain/contracts/run.ts';
import { failureTypes, userMistake } from '../../../domain/failures.ts';
import { loadDataConverter } from '../../../platform/data-converter.ts';
import { repositoryRoot } from '../../../platform/env.ts';
import { createGate, stretch } from '../../support/fake-activities.ts';
import { type Home, makeHome } from '../../support/home.ts';
import { demoRecipe } from '../../support/recipes.ts';
import { useRuns } from '../../support/runs.ts';
import { dermflow } from '../../support/start.ts';
import { startDevServer } from '../../support/temporal.ts';

const codec = join(repositoryRoot, 'test/support/reversing-codec.ts');
const converter = await loadDataConverter(codec);
const runs = useRuns(() => startDevServer(undefined, converter), converter);
const session = () => ({
  client: runs.environment.client,
  store: () => Promise.reject(new Error('no store here')),
  workers: true,
});

let home: Home;
beforeAll(async () => {
  home = await makeHome();
});
afterAll(() => home.remove());

const begin = (run: string, instead: Partial<Activities>) => {
  runs.fakes.begin(instead);
  const start = { input: { recipe: demoRecipe() }, run, reuse: 'ALLOW_DUPLICATE_FAILED_ONLY' } as const;
  return startRun(session().client, start);
};

async function command(...args: string[]) {
  const env = { ...home.env, TEMPORAL_ADDRESS: runs.environment.address, DERMFLOW_PAYLOAD_CODEC: codec };
  return execa(process.execPath, [dermflow, ...args], { env, reject: false });
}

/** Every string in a history that lies there as it was written, also inside of payloads. */
async function plainText({ workflowId }: WorkflowHandle): Promise<string> {
  const { client } = session();
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId },
  });
  const bytes = (value: unknown): string => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : '');
  const text = (value: unknown): string => {
    if (typeof value === 'string') return `${value}\n`;
    if (value instanceof Uint8Array) return `${bytes(value)}\n`;
    if (typeof value !== 'object' || value === null) return '';
    return Object.values(value).map(text).join('');
  };
  return text(history);
}

describe('a run whose payloads are reversed', () => {
  it('goes through, and nothing of its payloads, results and failures lies plain in its history', async () => {
    let failures = 0;
    const run = await begin('reversed', {
      trainSft: async ({ epoch }) => {
        if (failures++ === 0) {
          throw ApplicationFailure.create({ message: 'the secret of SFT', type: failureTypes.unavailable });
        }
        return stretch('sft', 2 * epoch);
      },
    });
    const { evaluations } = await run.result();
    expect(evaluations).toHaveLength(12);
    const text = await plainText(run);
    expect(text.includes('trainSft')).toBe(true); // names of activities are no payloads
    // Beside search attributes, by which a namespace searches, and names of runs, nothing of a run's own is plain.
    for (const word of ['skin-r1', 'perDeviceBatchSize', 'accuracy', '"grpo-20"', 'the secret of SFT', '"kind"']) {
      expect(text.includes(word), word).toBe(false);
    }
  });

  it('is listed and told by commands that know the codec', async () => {
    const { stdout } = await command('list', '--recipe', demoRecipe().name, '--json');
    expect(JSON.parse(stdout)).toMatchObject([{ run: 'reversed', state: 'COMPLETED' }]);
    const status = JSON.parse((await command('status', 'reversed', '--json')).stdout);
    expect(status).toMatchObject({ state: 'COMPLETED', progress: { recipe: demoRecipe().name } });
  });

  it('tells heartbeats and failed attempts of what runs', async () => {
    const [heard, go] = [createGate(), createGate()];
    let attempts = 0;
    const { Context } = await import('@temporalio/activity');
    const run = await begin('running', {
      synthesiseTrajectories: async () => {
        if (attempts++ === 0) {
          const failure = {
            message: 'the model is away\nstack',
            type: failureTypes.unavailable,
            nextRetryDelay: '1 ms',
          };
          throw ApplicationFailure.create({ ...failure, nextRetryDelay: '1 millisecond' });
        }
        Context.current().heartbeat({ phase: 'reasoning', done: 3, total: 9 });
        heard.open();
        await go.opened;
        throw userMistake('enough');
      },
    });
    await heard.opened;
    const pending = async () =>
      (await knownStatusOf(session(), 'running')).pending.find(({ id }) => id === 'synthesiseTrajectories-1');
    await expect
      .poll(pending, { timeout: 20_000 })
      .toMatchObject({ work: { phase: 'reasoning', done: 3, total: 9 }, lastFailure: 'the model is away' });
    go.open();
    await expect(run.result()).rejects.toThrow();
    expect(await knownStatusOf(session(), 'running')).toMatchObject({ state: 'FAILED', failure: 'enough' });
  });

  it('is resumed with the input that its history keeps', async () => {
    runs.fakes.begin({});
    expect(await resume(session(), 'running')).toMatch(/run running continues/);
    await runs.environment.client.workflow.getHandle('running').result();
    expect(runs.fakes.records.at(-1)?.recipe).toEqual(demoRecipe());
  });
});

describe('a codec that cannot be used', () => {
  it.each([
    ['nowhere.ts', /cannot be loaded \(.*nowhere\.ts.*\)/],
    [join(repositoryRoot, 'test/support/knowledge.ts'), /exports no codecs; give "export const payloadCodecs/],
  ])('%s is one line', async (file, words) => {
    const { exitCode, stderr } = await execa(process.execPath, [dermflow, 'list'], {
      env: { ...home.env, TEMPORAL_ADDRESS: runs.environment.address, DERMFLOW_PAYLOAD_CODEC: file },
      reject: false,
    });
    expect(stderr).toMatch(/^DERMFLOW_PAYLOAD_CODEC: /);
    expect(stderr).toMatch(words);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(exitCode).toBe(2);
  });
});
