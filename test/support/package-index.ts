/** A package index of one wheel, as a hospital's mirror is one. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import yazl from 'yazl';

export interface PackageIndex {
  /** Ends in `/simple`. */
  url: string;
  /** A line of a requirements file, with the wheel's digest. */
  requirement: string;
  /** Paths that were asked for. */
  asked: string[];
  close(): void;
}

export async function startPackageIndex(): Promise<PackageIndex> {
  const file = 'only_here-1.0-py3-none-any.whl';
  const wheel = await tinyWheel();
  const sha256 = createHash('sha256').update(wheel).digest('hex');
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    if (path === `/${file}`) response.end(wheel);
    else if (path === '/simple/only-here/') {
      response.setHeader('content-type', 'text/html');
      response.end(`<!DOCTYPE html><a href="/${file}#sha256=${sha256}">${file}</a>`);
    } else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    url: `http://127.0.0.1:${port}/simple`,
    requirement: `only-here==1.0 --hash=sha256:${sha256}`,
    asked,
    close: () => void server.close(),
  };
}

function tinyWheel(): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  const info = 'only_here-1.0.dist-info';
  const files = {
    'only_here.py': 'here = True\n',
    [`${info}/METADATA`]: 'Metadata-Version: 2.1\nName: only-here\nVersion: 1.0\n',
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${info}/RECORD`]: `only_here.py,,\n${info}/METADATA,,\n${info}/WHEEL,,\n${info}/RECORD,,\n`,
  };
  for (const [name, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), name);
  zip.end();
  return buffer(zip.outputStream);
}
