/**
 * A part of `npm run check`: no circle between files or folders, no source file over 250 lines, no folder over 20 files.
 *
 * Own code, because the tools for it (madge, dependency-cruiser) see type-only imports through TypeScript's JavaScript
 * API, which TypeScript 7 does not have.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '../../platform/env.ts';
import { findCircles, importsOf } from './circles.ts';

const mostLines = 250;
const mostFiles = 20;
const folders = 'domain platform workflows activities workers cli infra bench examples trainer recipes docs'.split(' ');
/** Not read: caches, the shipped model, tests. */
const skipped = /^(?:\..*|__pycache__|node_modules|backbone|tests|.*\.egg-info)$/;

async function filesBelow(folder: string): Promise<string[]> {
  const entries = (await readdir(join(repositoryRoot, folder), { withFileTypes: true })).filter(
    ({ name }) => !skipped.test(name),
  );
  const below = await Promise.all(
    entries.map((entry) =>
      entry.isDirectory() ? filesBelow(`${folder}/${entry.name}`) : Promise.resolve([`${folder}/${entry.name}`]),
    ),
  );
  return below.flat();
}

const files = (await Promise.all(folders.map(filesBelow))).flat();
const sources = await Promise.all(
  files
    .filter((file) => /\.(?:ts|mts|mjs|js|py)$/.test(file))
    .map(async (file) => ({ file, text: await readFile(join(repositoryRoot, file), 'utf8') })),
);
const circles = findCircles(sources.flatMap(({ file, text }) => (file.endsWith('.py') ? [] : importsOf(file, text))));

const problems = [
  ...circles.flatMap(({ members, way }) => [
    `circle: ${members.join(', ')}`,
    ...way.map(({ from, to }) => `  ${from} imports ${to}`),
  ]),
  ...sources
    .map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > mostLines)
    .map(({ file, lines }) => `${file}: has ${lines} lines, at most ${mostLines}; it holds more than one idea`),
  ...[...Map.groupBy(files, (file) => file.slice(0, file.lastIndexOf('/')))]
    .filter(([, own]) => own.length > mostFiles)
    .map(([folder, own]) => `${folder}: holds ${own.length} files, at most ${mostFiles}; make folders of its parts`),
];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
