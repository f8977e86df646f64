/** A Chromium for the browser tests: one found on the machine, or Debian's package where this process may install it. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './steps.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const elsewhere = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

export const remedy = 'install Chromium (Debian: apt-get install chromium) or set DERMFLOW_CHROMIUM to its program';

// biome-ignore lint/style/noProcessEnv: set-up runs before what parses it is installed, and hands it on whole
const variables = process.env;

/** Path of the program, null where there is none. */
export function findChromium() {
  const set = variables.DERMFLOW_CHROMIUM;
  if (set) return existsSync(set) ? set : null;
  const folders = (variables.PATH ?? '').split(delimiter);
  const candidates = [...folders.flatMap((folder) => names.map((name) => join(folder, name))), ...elsewhere];
  return candidates.find((path) => existsSync(path)) ?? null;
}

export async function installChromium(log) {
  const env = { ...variables, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { log, env });
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], { log, env });
}
installChromium.possible = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
