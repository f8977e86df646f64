/** Which file system a folder is on, and whether other machines may be using it at the same time. */
import { readFileSync, realpathSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** `f_type` of statfs, from the kernel's headers and those of each file system. */
const byMagic = new Map([
  [0x6969, 'nfs'],
  [0x517b, 'smb'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb3'],
  [0x0bd00bd0, 'lustre'],
  [0x47504653, 'gpfs'],
  [0x00c36400, 'ceph'],
  [0x5346414f, 'afs'],
  [0x6b414653, 'afs'],
  [0x73757245, 'coda'],
  [0x01021997, '9p'],
  [0x19830326, 'beegfs'],
  [0xaad7aaea, 'panfs'],
  [0x20030528, 'pvfs2'],
  [0x7461636f, 'ocfs2'],
  [0x01161970, 'gfs2'],
  [0x786f4256, 'vboxsf'],
  [0x65735546, 'fuse'],
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x2fc12fc1, 'zfs'],
  [0x01021994, 'tmpfs'],
  [0x794c7630, 'overlay'],
]);

/** Names in `/proc/self/mountinfo` of what machines share, or where locks and mapped files do not hold. */
const shared =
  /^(nfs|nfs4|smb|smbfs|cifs|smb3|lustre|gpfs|mmfs|ceph|afs|coda|9p|beegfs|beegfs_nodev|panfs|pvfs2|orangefs|ocfs2|gfs2|glusterfs|wekafs|dvs|vboxsf|prl_fs|fuse(\..+)?)$/;
/** FUSE over this machine's own disks. */
const localFuse = /^fuse\.(fuse-overlayfs|ntfs.*|exfat.*|mergerfs|unionfs.*|encfs|gocryptfs|cryfs|bindfs|lxcfs)$/;

export const isShared = (fileSystem) => shared.test(fileSystem) && !localFuse.test(fileSystem);

/** The name of the mount that a path lies in, by the text of `/proc/self/mountinfo`; null where none matches. */
export function mountOf(path, mountinfo) {
  let best = { point: '', name: null };
  for (const line of mountinfo.split('\n')) {
    const fields = line.split(' ');
    const name = fields[fields.indexOf('-') + 1];
    // Blanks in a path are written in octal.
    const point = (fields[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const holds = point === '/' || path === point || path.startsWith(`${point}/`);
    // Where several are mounted on one place, the last one is seen.
    if (point !== '' && holds && point.length >= best.point.length) best = { point, name };
  }
  return best.name;
}

/** The nearest folder of a path that exists, without links. */
export function existing(path) {
  try {
    return realpathSync(path);
  } catch {
    return dirname(path) === path ? path : existing(dirname(path));
  }
}

/** `ext4`, `nfs`, `fuse.sshfs`, …; `unknown` where the system does not say. */
export function fileSystemOf(path) {
  const folder = existing(path);
  const named = byMagic.get(statfsSync(folder).type >>> 0);
  if (named !== undefined && named !== 'fuse') return named;
  return mountOf(folder, readMountinfo()) ?? named ?? 'unknown';
}

function readMountinfo() {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return '';
  }
}
