/**
 * `npm run bench features`: features of a teacher by the product's own path, PNG in and numbers out, against PyTorch on the
 * same pictures, same encoder and same threads, PyTorch at its best batch (of Dermflow's threads each decodes pictures, then
 * encodes them; while libvips decodes one, it waits); and how long a model answers with the adapters
 * of a distillation, without the teacher, against the model alone.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { userMistake } from '../domain/failures.ts';
import { readCount } from './common/arguments.ts';
import { compareLatency } from './features/latency.ts';
import { compareTeachers, encoders } from './features/teachers.ts';

const parts = ['teacher', 'latency'] as const;

export default async function features(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      parts: { type: 'string', default: parts.join(',') },
      /** `shipped`: the tower of the tiny model. The others: random ViTs with a class token, 224 pixels in patches of 16. */
      encoders: { type: 'string', default: 'shipped,vit-tiny' },
      pictures: { type: 'string', default: '256' },
      threads: { type: 'string', default: String(cpus().length) },
      repeats: { type: 'string', default: '5' },
      /** Of PyTorch. */
      batches: { type: 'string', default: '1,4,16,64' },
      /** Of the answers. */
      items: { type: 'string', default: '64' },
      batch: { type: 'string', default: '32' },
      /** Folder of another Qwen2.5-VL in place of the shipped base. */
      model: { type: 'string' },
    },
  });
  const chosen = listed('--parts', values.parts, parts);
  const count = (name: 'pictures' | 'threads' | 'repeats' | 'items' | 'batch'): number =>
    readCount(`--${name}`, values[name]);
  const common = { threads: count('threads'), repeats: count('repeats') };
  const folder = await mkdtemp(join(tmpdir(), 'dermflow-bench-'));
  try {
    if (chosen.includes('teacher')) {
      const batches = values.batches.split(',').map((batch) => readCount('--batches', batch));
      for (const encoder of listed('--encoders', values.encoders, Object.keys(encoders)))
        await compareTeachers(encoder, folder, { ...common, batches, pictures: count('pictures') });
    }
    if (chosen.includes('latency')) {
      const model = values.model === undefined ? null : resolve(values.model);
      await compareLatency(folder, { ...common, model, items: count('items'), batch: count('batch') });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function listed(flag: string, text: string, known: readonly string[]): string[] {
  const names = text.split(',');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw userMistake(`${flag} ${unknown}: expected some of ${known.join(', ')}`);
  return names;
}
