/** `hold-scratch.ts <scratch>`: works in a scratch folder forever, says its name, and renews its lease ten times per second. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withScratchFolder } from '../../activities/scratch.ts';

const [scratch = ''] = process.argv.slice(2);
await withScratchFolder(
  scratch,
  'sft',
  async (folder) => {
    await writeFile(join(folder, 'optimizer.pt'), 'state');
    console.log(dirname(folder));
    await new Promise((resolve) => setTimeout(resolve, 2 ** 30));
  },
  100,
);
