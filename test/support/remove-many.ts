/** `node remove-many.ts FOLDER`: prints by how many MiB this process was larger, at most, while it removed the folder. */
import { readFileSync } from 'node:fs';
import { removeFolder } from '../../activities/remove-folder.ts';

const mib = (field: string): number =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;

const [folder = ''] = process.argv.slice(2);
const before = mib('VmRSS');
await removeFolder(folder);
console.log(mib('VmHWM') - before);
