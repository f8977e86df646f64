import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { architectureOf } from '../../../../cli/start/plan.ts';
import { failureTypes } from '../../../../domain/failures.ts';
import { temporaryFolder, writeFiles } from '../../../support/datasets.ts';

describe('the sizes of a base model', () => {
  it('are read from its folder, and not known without one or of another type', async () => {
    const folder = await temporaryFolder();
    expect(await architectureOf('tiny')).toMatchObject({ hidden: expect.any(Number) });
    expect(await architectureOf(folder)).toBeNull();
    await writeFiles(folder, { 'config.json': '{"model_type": "llama"}' });
    expect(await architectureOf(folder)).toBeNull();
  });

  it.each(['{"x": ', '[1]', '{}'])('are refused in one line where its config is none: %s', async (text) => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'config.json': text });
    await expect(architectureOf(folder)).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: `model.base: ${join(folder, 'config.json')} cannot be read as a configuration; give a folder of a whole model`,
    });
  });
});
