/** Writes the pages of evaluations of one benchmark, and the same numbers for programs, into a folder. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { evaluationPage } from '../../activities/reporting/evaluations/page.ts';
import { buildPage, type EvaluationSource } from '../../domain/pages/build.ts';
import { explorerOf } from '../../domain/pages/explorer.ts';
import { cardMetadata, pageCsv, pageMarkdown } from '../../domain/pages/exports.ts';
import type { PageSources } from './page-sources.ts';

/** File names below the folder, the page to open first. */
export type WrittenPages = readonly [index: string, ...pages: string[]];

export const indexFile = 'index.html';

/** Many pictures are shown smaller, so that a page stays one that a browser opens: 20,000 are about 30 MB. */
const sizes = [
  { upTo: 1000, side: 224, quality: 80 },
  { upTo: 5000, side: 128, quality: 70 },
  { upTo: Number.POSITIVE_INFINITY, side: 72, quality: 60 },
] as const;

/**
 * `index.html` with `evaluation.json`, `.csv`, `.md`, and where there are several models a page for each in `models/`;
 * metadata for a model card beside each model's page.
 */
export async function writePages(store: ArtifactStore, folder: string, read: PageSources): Promise<WrittenPages> {
  const { benchmark, asked, data } = read;
  const rules = read.sources.filter(({ kind }) => kind === 'rule');
  const models = read.sources.filter(({ kind }) => kind !== 'rule');
  const thumbnails = await thumbnailsOf(store, read);
  const write = async (
    name: string,
    sources: readonly EvaluationSource[],
    pages: readonly (readonly [string, string])[] = [],
  ) => {
    const page = buildPage(benchmark, sources, data);
    const shown = sources.filter(({ kind }) => kind !== 'rule');
    // Rules are rows of the tables; nobody reads their items, unless they were asked for by themselves.
    const explorer = explorerOf(shown.length > 0 ? shown : sources, asked);
    await writeFile(join(folder, `${name}.html`), await evaluationPage(page, explorer, thumbnails, { pages }));
    return page;
  };
  await mkdir(join(folder, 'models'), { recursive: true });
  const files = namesOf(models);
  const several = models.length > 1;
  const links = several ? models.map((source, i) => [source.label, `models/${files[i]}.html`] as const) : [];
  const page = await write('index', read.sources, links);
  await writeFile(join(folder, 'evaluation.json'), `${JSON.stringify(page, null, 2)}\n`);
  await writeFile(join(folder, 'evaluation.csv'), pageCsv(page));
  await writeFile(join(folder, 'evaluation.md'), pageMarkdown(page));
  for (const [i, source] of models.entries()) {
    const own = several
      ? await write(`models/${files[i]}`, [source, ...rules], [['All models', `../${indexFile}`]])
      : page;
    const [row] = own.rows;
    if (row) await writeFile(join(folder, 'models', `${files[i]}.card.md`), cardMetadata(own, row));
  }
  return [indexFile, ...links.map(([, file]) => file)];
}

async function thumbnailsOf(store: ArtifactStore, { asked, sources }: PageSources) {
  const shown = new Set(sources.flatMap(({ items }) => items.map(({ id }) => id)));
  const images = [...asked.values()].flatMap(({ id, image }) => (shown.has(id) ? [image] : []));
  const count = new Set(images.map(({ sha256 }) => sha256)).size;
  const size = sizes.find(({ upTo }) => count <= upTo);
  // What shrinks images takes a second to load, which commands without are spared.
  const { drawThumbnails } = await import('../../activities/reporting/thumbnails.ts');
  return drawThumbnails(store, images, size);
}

/** File names that no two evaluations share. */
function namesOf(sources: readonly EvaluationSource[]): string[] {
  const plain = sources.map(({ label }) => label.replaceAll(/[^A-Za-z0-9._@-]+/g, '-').replace(/^[.-]+/, ''));
  return plain.map((name, i) =>
    name === '' || plain.indexOf(name) !== plain.lastIndexOf(name) ? `${name}-${sources[i]?.key ?? i}` : name,
  );
}
