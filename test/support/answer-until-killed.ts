/** `answer-until-killed.ts <folder>`: asks 400 items, notes each answer in `<folder>/log`, keeps them in `<folder>/store`. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openAnswerBook } from '../../activities/answers/answer-book.ts';
import { askedItems, askingOf, notingRunner, textsOf } from './answers.ts';
import { createDiskStore } from './disk-store.ts';

const folder = process.argv[2] ?? '';
const runner = notingRunner(20, (id) => appendFileSync(join(folder, 'log'), `${id}\n`));
const asking = askingOf(askedItems(400), runner, { batchSize: 4 });
const texts = await textsOf(createDiskStore(join(folder, 'store')), asking, async (store) => {
  const book = await openAnswerBook(store, asking.answerer, { pauseMs: 100 });
  console.log('asking');
  return book;
});
writeFileSync(join(folder, 'texts.json'), JSON.stringify(texts));
