import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportCommand } from '../../../../cli/export/export.ts';
import { failureTypes } from '../../../../domain/failures.ts';
import { temporaryFolder, writeFiles } from '../../../support/datasets.ts';

const merged = async (files: Record<string, string>): Promise<unknown> => {
  const folder = await temporaryFolder();
  await writeFiles(folder, files);
  return exportCommand().parseAsync([folder, '--merged', '--to', join(folder, 'out')], { from: 'user' });
};

describe('dermflow export FOLDER --merged', () => {
  const notOne = 'adapter_config.json: is not the configuration of an adapter; give the folder of an adapter';
  it.each([
    [{}, 'has no adapter_config.json'],
    [{ 'adapter_config.json': '{"r": ' }, notOne],
    [{ 'adapter_config.json': '[]' }, notOne],
    [{ 'adapter_config.json': '{"base_model_name_or_path": 7}' }, notOne],
    [{ 'adapter_config.json': '{"peft_type": "LORA"}' }, 'names no base model; give --base'],
    [
      { 'adapter_config.json': '{"adapter_type": "dermflow-distillation"}' },
      'adapters of a distillation are no part of any weights; leave --merged out',
    ],
  ])('refuses in one line what cannot be merged: %j', async (files, words) => {
    const refused = merged(files);
    await expect(refused).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringContaining(words),
    });
    expect(String(await refused.catch((error: unknown) => error))).not.toContain('\n');
  });
});
