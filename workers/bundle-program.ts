/** `node bundle-program.ts <workflows> <failure converter, or nothing>`: writes the bundled workflows to stdout. */
import { once } from 'node:events';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const [workflowsPath = '', failureConverterPath = ''] = process.argv.slice(2);
const { code } = await bundleWorkflowCode({
  workflowsPath,
  logger: new DefaultLogger('WARN'),
  ...(failureConverterPath === '' ? {} : { failureConverterPath }),
});
if (!process.stdout.write(code)) await once(process.stdout, 'drain');
