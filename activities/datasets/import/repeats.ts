/** Cases whose image file another case has already: Derm7pt has nine with one file for both views. */
import { createDiskMap } from '../opening/disk-map.ts';
import type { SourceRecord } from '../records/record.ts';

interface RepeatFinder extends Disposable {
  /** True for the second case of a file; the import, which sees pixels, also finds copies of other bytes. */
  isRepeat(record: SourceRecord): boolean;
}

export function createRepeatFinder(): RepeatFinder {
  const seen = createDiskMap();
  return {
    isRepeat({ kind, image }) {
      // Questions may share an image.
      if (kind === 'question' || 'absent' in image) return false;
      const key = JSON.stringify([image.path, image.member?.headerAt, image.cell?.row]);
      if (seen.get(key).length > 0) return true;
      seen.add(key, '');
      return false;
    },
    [Symbol.dispose]: () => seen[Symbol.dispose](),
  };
}
