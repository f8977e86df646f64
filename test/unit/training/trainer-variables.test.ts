import { expect, it, onTestFinished, vi } from 'vitest';
import { spawnTrainer } from '../../../activities/trainer/trainer-process.ts';
import { flatMemory } from '../../../infra/node24.mjs';

it("keeps a worker's secrets from a trainer", async () => {
  const own = ['LLM_API_KEY', 'LLM_AZURE_API_KEY', 'LLM_BASE_URL', 'LLM_BODY', 'WEBHOOK_SECRET'];
  const secrets = [...own.map((name) => `DERMFLOW_${name}`), 'TEMPORAL_API_KEY'];
  for (const name of [...secrets, 'WANDB_API_KEY']) vi.stubEnv(name, 'secret');
  onTestFinished(() => void vi.unstubAllEnvs());
  const script = "console.log(Object.keys(process.env).filter((name) => process.env[name] === 'secret').join())";
  const { lines } = spawnTrainer({ file: 'node', args: ['-e', script] }, 1_000);
  expect((await lines.next()).value).toBe('WANDB_API_KEY');
});

it("keeps a worker's memory settings from a trainer", async () => {
  for (const [name, value] of Object.entries(flatMemory.env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const names = JSON.stringify(Object.keys(flatMemory.env));
  const script = `console.log(JSON.stringify(${names}.filter((name) => name in process.env)))`;
  const { lines } = spawnTrainer({ file: 'node', args: ['-e', script] }, 1_000);
  expect((await lines.next()).value).toBe('[]');
});
