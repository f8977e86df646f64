import { describe, expect, it } from 'vitest';
import { isShared, mountOf } from '../../../infra/setup/file-systems.mjs';

const mountinfo = [
  '22 27 0:21 / /proc rw,relatime - proc proc rw',
  '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard',
  '40 27 0:50 / /people rw,relatime shared:7 - nfs4 filer:/people rw,vers=4.2',
  '41 40 0:51 / /people/ada/my\\040disk rw - ext4 /dev/vdb rw',
  '42 27 0:52 / /mnt/models rw - fuse.sshfs ada@host:/models rw',
  '43 27 0:53 / /mnt rw - tmpfs tmpfs rw',
  '44 27 0:54 / /mnt rw - lustre mgs@tcp:/scratch rw',
].join('\n');

describe('mountOf', () => {
  it.each([
    ['/', 'ext4'],
    ['/peoples', 'ext4'],
    ['/people', 'nfs4'],
    ['/people/ada/dermflow', 'nfs4'],
    ['/people/ada/my disk/dermflow', 'ext4'],
    ['/mnt/models/x', 'fuse.sshfs'],
    ['/mnt/x', 'lustre'],
  ])('%s lies on %s', (path, name) => expect(mountOf(path, mountinfo)).toBe(name));
});

describe('isShared', () => {
  it.each([
    ...['nfs', 'nfs4', 'cifs', 'smb3', 'lustre', 'gpfs', 'ceph', 'beegfs', 'wekafs', '9p', 'glusterfs'],
    ...['fuse', 'fuse.sshfs', 'fuse.glusterfs', 'fuse.s3fs', 'fuse.gcsfuse', 'fuse.juicefs'],
  ])('%s', (name) => expect(isShared(name)).toBe(true));

  it.each(['ext4', 'xfs', 'btrfs', 'zfs', 'tmpfs', 'overlay', 'fuse.fuse-overlayfs', 'fuseblk', 'virtiofs', 'unknown'])(
    'not %s',
    (name) => expect(isShared(name)).toBe(false),
  );
});
