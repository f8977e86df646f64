/** `dermflow data` as a user types it on a machine where no service runs. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hamFolder } from '../../support/datasets.ts';
import { type Home, makeHome } from '../../support/home.ts';
import { dermflow } from '../../support/start.ts';

let home: Home;
beforeAll(async () => {
  home = await makeHome();
});
afterAll(() => home.remove());

const away = {
  TEMPORAL_ADDRESS: undefined,
  DERMFLOW_S3_ENDPOINT: undefined,
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
};
const run = (...args: string[]) =>
  execa(process.execPath, [dermflow, 'data', ...args], { env: { ...home.env, ...away }, reject: false });
const rows = ['A', 'B', 'C', 'D'].map((id) => ({ id }));

it('check ends with 0 or, where the import would fail, with 1 and the share', async () => {
  const folder = await hamFolder(rows);
  const good = await run('check', 'ham10000', '--from', folder);
  expect(good).toMatchObject({ exitCode: 0, stderr: '' });
  expect(good.stdout).toContain('rows          4 read: 4 used, 0 left out');
  await rm(join(folder, 'HAM10000_images_part_1/A.jpg'));
  const bad = await run('check', 'ham10000', '--from', folder);
  expect(bad).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/a share of 0\.25; .*\(--max-bad-share\)$/) });
  expect(bad.stdout).toContain('absent images 1, e.g. HAM10000_metadata.csv: row 2: there is no image A');
  const json = await run('check', 'ham10000', '--from', folder, '--json');
  expect(json).toMatchObject({ exitCode: 1, stderr: '' });
  expect(JSON.parse(json.stdout)).toMatchObject({ absentImages: 1, failure: expect.stringContaining('0.25') });
  expect(await run('check', 'ham10000', '--from', folder, '--max-bad-share', '0.25')).toMatchObject({ exitCode: 0 });
});

it('import without services starts nothing and says what to run', async () => {
  const before = await readdir(home.path);
  const outcome = await run('import', 'ham10000', '--from', await hamFolder(rows));
  expect(outcome).toMatchObject({ exitCode: 3, stdout: '', stderr: expect.stringMatching(/run "dermflow up"/) });
  expect(outcome.stderr).not.toContain('\n');
  expect(await readdir(home.path)).toEqual(before);
});
