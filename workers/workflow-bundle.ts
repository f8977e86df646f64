/** The workflows' code for the orchestrator, in one piece. */
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { loadDataConverter } from '../platform/data-converter.ts';
import type { Environment } from '../platform/env.ts';

const program = fileURLToPath(new URL('./bundle-program.ts', import.meta.url));
const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));

/**
 * Bundled by a process of its own: what the bundler loads and leaves behind, some 130 MiB, would stay with the
 * orchestrator as long as it runs. Rejects where `shutdown` ends it.
 */
export async function bundleWorkflows(
  { payloadCodec }: Pick<Environment, 'payloadCodec'>,
  shutdown: AbortSignal,
): Promise<string> {
  const { failureConverterPath = '' } = await loadDataConverter(payloadCodec);
  const args = [...process.execArgv, program, workflowsPath, failureConverterPath];
  const { stdout } = await execa(process.execPath, args, {
    ...{ stdin: 'ignore', stderr: 'inherit', cancelSignal: shutdown },
    // Ctrl-C reaches a whole group: it would die before the orchestrator knows that it is ended itself.
    detached: true,
  });
  return stdout;
}
