/**
 * Who owns something on a disk that may outlive its process: one run of one process. A process number alone does not
 * say it: it repeats after a reboot, in every container and on every host.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

/** What is null could not be learned from the system; such an owner is judged by its lease alone (lease.ts). */
export const ownerSchema = z.object({
  /** Names this process alone, whatever the rest says. */
  id: z.string(),
  host: z.string(),
  /** Id of this start of the kernel. */
  boot: z.string().nullable(),
  /** In which `pid` counts: a container has its own. */
  pidNamespace: z.string().nullable(),
  pid: z.int().positive(),
  /** When the process began, in the system's words. */
  start: z.string().nullable(),
});
export type Owner = z.infer<typeof ownerSchema>;

/** `elsewhere`: it cannot be seen from here, e.g. on another host, in another container or before a reboot. */
type OwnerState = 'alive' | 'gone' | 'elsewhere';

let own: Owner | null = null;

export function thisProcess(): Owner {
  own ??= {
    id: randomUUID(),
    host: hostname(),
    boot: readBoot(),
    pidNamespace: process.platform === 'linux' ? orNull(() => readlinkSync('/proc/self/ns/pid')) : 'the only one',
    pid: process.pid,
    start: process.platform === 'linux' ? startInLinux('self') : startByPs(process.pid),
  };
  return own;
}

/** Whether the process that owns something still runs. Never `gone` unless that was seen. */
export function stateOf(owner: Owner): OwnerState {
  const here = thisProcess();
  if (owner.id === here.id) return 'alive';
  const { boot, pidNamespace, start } = owner;
  if (boot === null || pidNamespace === null || start === null) return 'elsewhere';
  if (owner.host !== here.host || boot !== here.boot || pidNamespace !== here.pidNamespace) return 'elsewhere';
  if (!exists(owner.pid)) return 'gone';
  const found = startOf(owner.pid);
  // Another user's process may be hidden.
  if (found === null) return 'elsewhere';
  return found === start ? 'alive' : 'gone';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is another user's.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

/** `ended` for a process that only waits to be reaped, which a container without an init leaves forever. */
function startOf(pid: number): string | null {
  if (process.platform !== 'linux') return startByPs(pid);
  // A /proc mounted in another namespace shows strangers under these numbers.
  return orNull(() => readlinkSync('/proc/self')) === String(process.pid) ? startInLinux(String(pid)) : null;
}

/** Field 22 of `/proc/<pid>/stat`: clock ticks from the kernel's start. The name in field 2 may hold anything. */
function startInLinux(pid: string): string | null {
  const text = orNull(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const [state, ...fields] = text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? [];
  if (state === 'Z' || state === 'X') return 'ended';
  return fields[18] ?? null;
}

const startByPs = (pid: number): string | null =>
  orNull(() => say('ps', ['-o', 'lstart=', '-p', String(pid)], { LC_ALL: 'C', TZ: 'UTC0' }));

const readBoot = (): string | null =>
  process.platform === 'linux'
    ? orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
    : orNull(() => say('sysctl', ['-n', 'kern.bootsessionuuid']));

const say = (program: string, args: string[], env: Record<string, string> = {}): string =>
  // biome-ignore lint/style/noProcessEnv: handed on whole to a child process
  execFileSync(program, args, { encoding: 'utf8', env: { ...process.env, ...env } }).trim();

/** What cannot be read or is empty is not known. */
function orNull(read: () => string): string | null {
  try {
    return read() || null;
  } catch {
    return null;
  }
}
