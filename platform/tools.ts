/** Where set-up put the programs that Dermflow brings along. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { unavailable } from '../domain/failures.ts';

export interface Tools {
  temporal: string;
  temporalTestServer: string;
  weed: string;
}

const missing = (what: string, path: string): never => {
  throw unavailable(`${what} is not installed (${path}); run "npm run setup"`);
};

/** Programs of the local services. Throws `Unavailable` where set-up has not run. */
export function findTools(home: string): Tools {
  const program = (name: string): string => {
    const path = join(home, 'tools/bin', name);
    return existsSync(path) ? path : missing(name, path);
  };
  return { temporal: program('temporal'), temporalTestServer: program('temporal-test-server'), weed: program('weed') };
}

/** The small language model's GGUF file. */
export function findSmallModel(home: string): string {
  const folder = join(home, 'llm');
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  const file = names.find((name) => name.endsWith('.gguf'));
  return file === undefined ? missing('the small language model', folder) : join(folder, file);
}
