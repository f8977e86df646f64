/** DermBench's public release as a benchmark: its manifest, its certified texts by their digests, DermNet's pictures. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { concurrently } from '../../../activities/concurrently.ts';
import { digestOf } from '../../../domain/artifact.ts';
import { parseRelease, type ReleaseRow, releaseItem } from '../../../domain/benchmarks/narratives/release.ts';
import type { OwnItem } from '../../../domain/benchmarks/own-items.ts';
import { userMistake } from '../../../domain/failures.ts';

const readsInFlight = 16;
/** Where the release's folder may lie from its manifest, which stands in `data/manifest/`. */
const folders = ['../..', '..', '.'];

/** Throws a user's mistake that names row and file where a text is missing or is not the one that was certified. */
export async function readRelease(text: string, file: string): Promise<OwnItem[]> {
  const rows = parseRelease(text, file);
  const folder = await folderOf(rows, file);
  return concurrently(rows, readsInFlight, async (row) => {
    const bytes = await readFile(resolve(folder, row.cot)).catch((error: unknown) => {
      throw userMistake(`${file}: item ${row.id}: its text ${row.cot} cannot be read; fetch the whole release`, error);
    });
    if (digestOf(bytes) !== row.cot_sha256) {
      throw userMistake(
        `${file}: item ${row.id}: ${row.cot} has another SHA-256 than the manifest says; fetch it again`,
      );
    }
    const certified = bytes
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .trim();
    if (certified === '') throw userMistake(`${file}: item ${row.id}: ${row.cot} is empty`);
    return releaseItem(row, certified);
  });
}

async function folderOf([first]: readonly ReleaseRow[], file: string): Promise<string> {
  if (!first) throw userMistake(`${file}: holds no item; give the release's manifest`);
  for (const folder of folders.map((each) => resolve(dirname(file), each))) {
    const isThere = await readFile(resolve(folder, first.cot)).then(
      () => true,
      () => false,
    );
    if (isThere) return folder;
  }
  throw userMistake(`${file}: its first text ${first.cot} is not there; leave the manifest where the release has it`);
}
