/** Composition root: which queues a role serves, and with what. */
import type { WorkerRole } from '../domain/names.ts';
import type { QueueOptions, WorkerDependencies } from './queue.ts';

type Queues = (dependencies: WorkerDependencies) => QueueOptions[] | Promise<QueueOptions[]>;

/** Only what a role does is loaded: the clients of language models alone are 20 MiB. */
const loaders: Record<WorkerRole, () => Promise<Queues>> = {
  orchestrator: async () => (await import('./roles/orchestrator.ts')).orchestratorQueues,
  cpu: async () => (await import('./roles/cpu.ts')).cpuQueues,
  llm: async () => (await import('./roles/llm.ts')).llmQueues,
  gpu: async () => (await import('./roles/gpu.ts')).gpuQueues,
};

/** The queues of a role, each with the activities that are done there. */
export async function queuesOf(role: WorkerRole, dependencies: WorkerDependencies): Promise<QueueOptions[]> {
  const queues = await loaders[role]();
  return queues(dependencies);
}
