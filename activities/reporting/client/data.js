/** The items as the page carries them: columns as gzipped JSON, pictures a line each. */

/** @typedef {import('../../../domain/pages/explorer.ts').ExplorerData} ExplorerData */
/** @typedef {import('../../../domain/pages/explorer.ts').ExplorerModel} ExplorerModel */

/** @param {string} id */
const textOf = (id) => document.getElementById(id)?.textContent?.trim() ?? '';

/** @returns {Promise<ExplorerData>} */
export async function unpackItems() {
  const bytes = Uint8Array.from(atob(textOf('explorer-data')), (character) => character.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(plain).json();
}

/** Data of WebP pictures by place, in base 64; empty where there is none. */
export const unpackPictures = () => textOf('explorer-pictures').split('\n');

/** @param {string | undefined} data */
export const pictureAddress = (data) => (data ? `data:image/webp;base64,${data}` : '');

/** @typedef {'right' | 'wrong' | 'unread' | 'not asked'} Verdict */

/**
 * By one reader. A score that is a share is right where nothing is missing.
 *
 * @param {ExplorerModel} model
 * @param {'strict' | 'lenient'} reader
 * @param {number} item
 * @returns {Verdict}
 */
export function verdictOf(model, reader, item) {
  if ((model.output[item] ?? -1) < 0) return 'not asked';
  const { predicted, score } = model[reader];
  if ((score[item] ?? 0) >= 1) return 'right';
  return (predicted[item] ?? -1) < 0 ? 'unread' : 'wrong';
}
