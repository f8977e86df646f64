#!/usr/bin/env node
/** `npx dermflow <verb>`: starts the command under the Node that set-up installed, whatever Node runs this file. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const ownNode = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
const runsTypeScript = Number(process.versions.node.split('.')[0]) >= 24;

if (runsTypeScript) {
  await import(main);
} else if (existsSync(ownNode)) {
  // The terminal signals the whole group: the child decides how it ends, this process follows it.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
  const { status } = spawnSync(ownNode, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(status ?? 1);
} else {
  console.error('Dermflow is not set up; run "npm start" or "npm run setup"');
  process.exit(3);
}
