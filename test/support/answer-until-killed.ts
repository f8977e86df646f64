/**
 * `answer-until-killed.ts <folder> <items> <batch> [<export> <images>]`: asks items, of an ONNX export where one is named,
 * else of a stand-in. Keeps the answers in `<folder>/store`; notes in `<folder>/asked` each row that the model is asked,
 * before it is, a line for a batch, and in `<folder>/answered` each that it has answered.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openOnnxModel } from '../../activities/inference/onnx-runner.ts';
import type { ModelRunner } from '../../activities/ports/model-runner.ts';
import { askedItems, askingOf, notingRunner, onnxAnswerer, textsOf } from './answers.ts';
import { createDiskStore } from './disk-store.ts';

const [folder = '', count = '', batch = '', exported, images = '/nowhere'] = process.argv.slice(2);
const note = (file: string, line: string): void => appendFileSync(join(folder, file), `${line}\n`);
const model = exported ? await openOnnxModel(exported, { threads: 1 }) : notingRunner(20);
const runner: ModelRunner = {
  ...model,
  generate: async function* (rows, options) {
    for (let start = 0; start < rows.length; start += options.batchSize) {
      const asked = rows.slice(start, start + options.batchSize);
      note('asked', asked.map(({ id }) => id).join(' '));
      if (start === 0) console.log('asking');
      for await (const answer of model.generate(asked, options)) {
        note('answered', answer.id);
        yield answer;
      }
    }
  },
};
const texts = await textsOf(
  createDiskStore(join(folder, 'store')),
  askingOf(askedItems(Number(count)), runner, {
    batchSize: Number(batch),
    open: async () => ({ runner, images }),
    ...(exported ? { answerer: onnxAnswerer } : {}),
  }),
);
writeFileSync(join(folder, 'texts.json'), JSON.stringify(texts));
process.exit(); // the model's thread
