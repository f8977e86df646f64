/** Commands that run as on another machine or in another container, which only root can arrange. */
import { execaSync } from 'execa';

/** Null, said aloud, where it cannot be arranged. */
export function findUnshare(): true | null {
  const tried = execaSync('unshare', ['--mount', '--pid', '--uts', '--fork', '--mount-proc', 'true'], {
    reject: false,
  });
  if (tried.exitCode === 0) return true;
  console.warn('skipped: other containers and machines (unshare needs root; run the tests as root to include them)');
  return null;
}

type Command = readonly [program: string, ...args: string[]];

/** After a shell script. */
export const after = (script: string, command: Command): Command => [
  'sh',
  '-c',
  `${script}\nexec "$@"`,
  'sh',
  ...command,
];

/** In a container of its own: process numbers begin at 1. */
export const inContainer = (command: Command): Command => [
  'unshare',
  ...['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
  ...command,
];

/**
 * As on a machine of another name that was started at another time; both share this machine's disk.
 *
 * @param bootFile holds the boot's id
 */
export const onHost = (name: string, bootFile: string, command: Command): Command => [
  ...(['unshare', '--mount', '--uts'] as const),
  ...after(`hostname ${name}; mount --bind '${bootFile}' /proc/sys/kernel/random/boot_id`, command),
];

/** With what `mounts`, a shell script, changes in this command's own view of the file system. */
export const withMounts = (mounts: string, command: Command): Command => [
  ...(['unshare', '--mount'] as const),
  ...after(mounts, command),
];

/** Under a user id that has no name, without HOME. */
export const asNobodyKnown = (uid: number, command: Command): Command => [
  ...(['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', 'env', '-u', 'HOME'] as const),
  ...['-u', 'USER', '-u', 'LOGNAME'],
  ...command,
];

/** Whether another user can read this checkout at all. */
export const othersMayRead = (file: string): boolean => {
  const [program, ...args] = asNobodyKnown(12_345, ['test', '-r', file]);
  return execaSync(program, args, { reject: false }).exitCode === 0;
};
