/** How long the trainer's `generate` takes with the adapters of a distillation, against the model alone. */
import { join } from 'node:path';
import { modelPath } from '../../activities/trainer/model-folders.ts';
import { median } from '../common/median.ts';
import { writeItems } from '../eval/items.ts';
import { answering } from './python.ts';

interface Settings {
  threads: number;
  repeats: number;
  items: number;
  batch: number;
  /** Folder of another base in place of the shipped one. */
  model: string | null;
}

const maxNewTokens = 32;

/** In its Python the adapters stand on one copy of the base and not on the other. */
const variants = {
  'reads the picture': 'picture',
  'reads picture and text': 'picture-and-text',
  'with the side branch': 'branch',
} as const;

export async function compareLatency(folder: string, settings: Settings): Promise<void> {
  const { threads, repeats, items, batch } = settings;
  const { rows, images } = await writeItems(join(folder, 'asked'), items, ['diagnosis']);
  const asked = rows.map((row) => ({ ...row, images: row.images.map((image) => join(images, image)) }));
  const model = settings.model ?? modelPath({ base: 'tiny', sha256: '' });
  const python = await answering('latency.py', { model, threads, batch, maxNewTokens, rows: asked });
  console.log(
    `\n${items} items in batches of ${batch}, at most ${maxNewTokens} tokens each, ${threads} thread${threads > 1 ? 's' : ''}; medians of ${repeats} pairs`,
  );
  try {
    for (const [name, variant] of Object.entries(variants)) {
      const pairs: Record<'plain' | 'distilled', { seconds: number; processor: number }>[] = [];
      for (let round = 0; round <= repeats; round++) {
        // In turns, each first in every other round; the first round is not counted.
        const order = round % 2 === 0 ? (['plain', variant] as const) : ([variant, 'plain'] as const);
        const spent = new Map<string, { seconds: number; processor: number }>();
        for (const which of order) spent.set(which, await python.ask({ which }));
        const [plain, distilled] = [spent.get('plain'), spent.get(variant)];
        if (round > 0 && plain && distilled) pairs.push({ plain, distilled });
      }
      const perItem = (which: 'plain' | 'distilled'): string =>
        ((1_000 * median(pairs.map((pair) => pair[which].seconds))) / items).toFixed(1);
      const ratio = (by: 'seconds' | 'processor'): string =>
        median(pairs.map(({ plain, distilled }) => distilled[by] / plain[by])).toFixed(3);
      console.log(
        `${name.padEnd(22)} ${perItem('distilled')} ms per item, the model alone ${perItem('plain')}: ${ratio('seconds')} of its latency, ${ratio('processor')} of its processor time`,
      );
    }
  } finally {
    await python.close();
  }
}
