/** What a local stack keeps between starts: its ports and its secrets. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import getPort from 'get-port';
import { z } from 'zod';
import { ownerSchema } from '../../activities/owner.ts';
import { unavailable } from '../../domain/failures.ts';
import type { Environment } from '../../platform/env.ts';

const portsSchema = z.object({ temporal: z.int(), ui: z.int(), s3: z.array(z.int()).length(10) });
export type Ports = z.infer<typeof portsSchema>;

/** `stack.json`: who runs the stack, where it listens, and which bucket holds the artifacts. */
export const stackFileSchema = z.object({
  /** Null while none runs. */
  owner: ownerSchema.nullable().default(null),
  ports: portsSchema,
  bucket: z.string(),
  /** Whether the servers answer. */
  ready: z.boolean().default(true),
  /** Started for one question: nobody else may rely on it. */
  momentary: z.boolean().default(false),
});
export type StackFile = z.infer<typeof stackFileSchema>;

const secretsSchema = z.object({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  jwt: z.array(z.string()).length(4),
});
export type Secrets = z.infer<typeof secretsSchema>;

export const stackFile = (home: string): string => join(home, 'stack.json');

/** Null where there is none that can be read: a power cut may leave an empty one. */
export const readStackFile = (home: string): Promise<StackFile | null> => readValid(stackFile(home), stackFileSchema);

async function readValid<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export async function writeWhole(path: string, value: unknown, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  await writeFile(partial, `${JSON.stringify(value, null, 2)}\n`, { mode, flush: true });
  await rename(partial, path);
}

/** Made once; readable by their owner alone. */
export async function readOrMakeSecrets(home: string): Promise<Secrets> {
  const path = join(home, 'credentials.json');
  const made = await readValid(path, secretsSchema);
  if (made !== null) return made;
  const random = (): string => randomBytes(24).toString('hex');
  const secrets = {
    accessKeyId: random().slice(0, 20),
    secretAccessKey: random(),
    jwt: [random(), random(), random(), random()],
  };
  await writeWhole(path, secrets, 0o600);
  return secrets;
}

export type WantedPorts = Environment['ports'];

/**
 * The ports asked for, else those of the last start where still free, else any free ones. Throws `Unavailable` where one
 * that was asked for is taken.
 */
export async function choosePorts(wanted: WantedPorts, last: Ports | null): Promise<Ports> {
  const host = '127.0.0.1';
  const taken = new Set<number>();
  const choose = async (name: string, asked: number | undefined, before: number | undefined): Promise<number> => {
    const port = await getPort({ host, exclude: taken, ...((asked ?? before) ? { port: asked ?? before ?? 0 } : {}) });
    if (asked !== undefined && port !== asked) {
      throw unavailable(`port ${asked} for ${name} is taken; free it or set another one in ${variableOf(name)}`);
    }
    taken.add(port);
    return port;
  };
  const temporal = await choose('temporal', wanted.temporal, last?.temporal);
  const ui = await choose('ui', wanted.ui, last?.ui);
  const s3: number[] = [];
  for (let i = 0; i < 10; i += 1) s3.push(await choose('s3', i === 0 ? wanted.s3 : undefined, last?.s3[i]));
  return { temporal, ui, s3 };
}

const variableOf = (name: string): string => `DERMFLOW_${name.toUpperCase()}_PORT`;
