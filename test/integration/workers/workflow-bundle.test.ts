/** The workflows' code as the orchestrator gets it from another process. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDataConverter } from '../../../platform/data-converter.ts';
import { bundleWorkflows } from '../../../workers/workflow-bundle.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { bundleWorkflows as bundledHere } from '../../support/temporal.ts';

const codec = `const same = async (payloads) => payloads;
  export const payloadCodecs = [{ encode: same, decode: same }];`;

const shutdown = new AbortController().signal;

describe('the bundled workflows', () => {
  it('are what the SDK makes of them in this process', async () =>
    expect(await bundleWorkflows({ payloadCodec: null }, shutdown)).toBe((await bundledHere()).code));

  it('encode their failures where payloads have a codec', async () => {
    const payloadCodec = join(await temporaryFolder(), 'codec.mjs');
    await writeFile(payloadCodec, codec);
    const { code } = await bundledHere(undefined, await loadDataConverter(payloadCodec));
    expect(code).toContain('encoded-failures.ts');
    expect(await bundleWorkflows({ payloadCodec }, shutdown)).toBe(code);
  });
});
