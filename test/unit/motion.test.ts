/** Heartbeats tell what moves: files by bytes, replies by pieces, and since when nothing did. */
import { randomFillSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { withHeartbeats } from '../../activities/heartbeats.ts';
import { byteCounter, MotionMeter, transferring, workNoter } from '../../activities/motion.ts';
import { createS3Client, createS3Store } from '../../activities/store/s3.ts';
import { digestOfFile } from '../../activities/store/store.ts';
import type { Motion, Transfer } from '../../domain/heartbeats.ts';
import { temporaryFolder } from '../support/datasets.ts';
import { anyCredentials, type Habit, startFakeS3 } from '../support/fake-s3.ts';

const mebibyte = 2 ** 20;

describe('MotionMeter', () => {
  it('tells the file with most to come, and forgets it when it is there', async () => {
    const meter = new MotionMeter();
    await meter.follow(() =>
      transferring('downloading', 'small', 10, () =>
        transferring('uploading', 'large', 100, async () => {
          byteCounter()(40);
          expect(meter.state().transfer).toMatchObject({ way: 'uploading', name: 'large', done: 40, total: 100 });
          byteCounter()(-40);
          expect(meter.state().transfer).toMatchObject({ done: 0 });
        }),
      ),
    );
    expect(meter.state().transfer).toBeNull();
  });

  it('counts silence from the last movement, and apart from uploads beside the work', async () => {
    const meter = new MotionMeter();
    await meter.follow(async () => {
      const [count, note] = [byteCounter(), workNoter()];
      const began = performance.now();
      await sleep(400);
      // What moved since it slept is at least 400 ms younger than its beginning, however busy the machine is.
      const youngest = () => performance.now() - began - 350;
      count(1);
      expect(meter.state().silentMs).toBeLessThan(youngest());
      expect(meter.state({ besides: true }).silentMs).toBeGreaterThan(350);
      note();
      expect(meter.state({ besides: true }).silentMs).toBeLessThan(youngest());
    });
  });

  it('keeps activities apart, and is no matter outside of one', async () => {
    const [one, other] = [new MotionMeter(), new MotionMeter()];
    await Promise.all([
      one.follow(() => transferring('reading', 'one', 5, async () => expect(other.state().transfer).toBeNull())),
      other.follow(() => sleep(5)),
    ]);
    expect(await transferring('reading', 'nobody', 5, async () => byteCounter()(5))).toBeUndefined();
  });
});

/** Does the work inside an activity; `look` says what its heartbeats would tell now. */
async function inActivity<T>(work: (look: () => Promise<Motion>) => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const environment = new MockActivityEnvironment();
  let told: Motion = { silentMs: 0, transfer: null };
  environment.on('heartbeat', (details: Motion) => {
    told = details;
  });
  const look = async (): Promise<Motion> => {
    vi.advanceTimersByTime(2_000);
    return told;
  };
  return environment.run(() => withHeartbeats(() => work(look)));
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}

describe('heartbeats', () => {
  /** Stops half-way until it is released. */
  function halting() {
    let release = (): void => {};
    const habit: Habit = ({ method, key, headers, response }, objects) => {
      const found = objects.get(key);
      if (method !== 'GET' || !found || headers.range) return false;
      response.writeHead(200, { 'content-length': String(found.length) });
      response.write(found.subarray(0, found.length / 2));
      release = () => void response.end(found.subarray(found.length / 2));
      return true;
    };
    return { habit, release: () => release() };
  }

  it('tell a download by name and bytes, and since when no byte came', async () => {
    const { habit, release } = halting();
    const { settings } = await startFakeS3(habit);
    const store = createS3Store(createS3Client(settings, anyCredentials), settings);
    const blob = await store.putBlob(randomFillSync(Buffer.alloc(2 * mebibyte)));
    const folder = await temporaryFolder();
    await inActivity(async (look) => {
      const copy = store.getFile(blob, join(folder, 'model.safetensors'));
      let told = await look();
      await until(() => {
        void look().then((latest) => {
          told = latest;
        });
        return told.transfer?.done === mebibyte;
      });
      expect(told.transfer).toMatchObject({ way: 'downloading', name: 'model.safetensors', total: 2 * mebibyte });
      await sleep(100);
      const later = await look();
      expect(later.silentMs).toBeGreaterThan(80);
      expect(later.transfer?.silentMs).toBeGreaterThan(80);
      release();
      await copy;
      expect((await look()).transfer).toBeNull();
    });
  });

  it('tell an upload while its bytes go, not when they are there', async () => {
    const taken: (() => void)[] = [];
    const { settings } = await startFakeS3(({ method, request, response }) => {
      if (method !== 'PUT') return false;
      // Takes half, then waits.
      let bytes = 0;
      request.on('data', (chunk) => {
        bytes += chunk.length;
        if (bytes > 4 * mebibyte && taken.length === 0) {
          request.pause();
          taken.push(() => request.resume());
        }
      });
      request.on('end', () => response.writeHead(200, { etag: '"x"' }).end());
      return true;
    });
    const store = createS3Store(createS3Client(settings, anyCredentials), settings);
    const path = join(await temporaryFolder(), 'optimizer.pt');
    await writeFile(path, randomFillSync(Buffer.alloc(16 * mebibyte)));
    const known = await digestOfFile(path).then((sha256) => ({ sha256, bytes: 16 * mebibyte }));
    await inActivity(async (look) => {
      const upload = store.putFile(path, known);
      await until(() => taken.length > 0);
      await sleep(100);
      const { transfer } = await look();
      expect(transfer).toMatchObject({ way: 'uploading', name: 'optimizer.pt', total: 16 * mebibyte });
      expect(transfer?.done).toBeGreaterThan(2 * mebibyte);
      expect(transfer?.done).toBeLessThan(16 * mebibyte);
      taken[0]?.();
      await upload;
    });
  });

  it('tell the reading of a large file', async () => {
    const path = join(await temporaryFolder(), 'base.safetensors');
    await writeFile(path, Buffer.alloc(64 * mebibyte));
    await inActivity(async (look) => {
      let read = false;
      const digest = digestOfFile(path).finally(() => {
        read = true;
      });
      // At every turn of the loop: how soon the file is open, and how fast it is read, is the machine's matter.
      let told: Transfer | null = null;
      while (!told && !read) {
        await nextTurn();
        told = (await look()).transfer;
      }
      expect(told).toMatchObject({ way: 'reading', name: 'base.safetensors', total: 64 * mebibyte });
      await digest;
    });
  });
});
