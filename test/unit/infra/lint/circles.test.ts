import { describe, expect, it } from 'vitest';
import { findCircles, importsOf } from '../../../../infra/lint/circles.ts';

/** Circles of a tree that is given as `file -> file`, as their members. */
const circlesOf = (...steps: string[]): string[][] =>
  findCircles(
    steps.map((step) => {
      const [from = '', to = ''] = step.split(' -> ');
      return { from, to };
    }),
  ).map(({ members }) => members);

describe('importsOf', () => {
  it('finds imports of every form and none in comments', () => {
    const text = [
      "import { a } from './a.ts';",
      "import type { B } from '../b.ts';",
      'import {',
      '  c,',
      '  type D,',
      "} from '../../c/c.ts';",
      "import './e.ts';",
      "export { f } from './f.ts';",
      "const g = await import('./g.ts');",
      "import { z } from 'zod';",
      " * import type { H } from './h.ts';",
      "// import { i } from './i.ts';",
    ].join('\n');
    expect(importsOf('x/y/z.ts', text).map(({ to }) => to)).toEqual([
      ...['x/y/a.ts', 'x/b.ts', 'c/c.ts', 'x/y/e.ts', 'x/y/f.ts', 'x/y/g.ts'],
    ]);
  });
});

describe('findCircles', () => {
  it.each<[string, string[], string[][]]>([
    ['nothing', [], []],
    ['a tree', ['a/x.ts -> b/y.ts', 'b/y.ts -> c/z.ts', 'a/x.ts -> c/z.ts'], []],
    ['two files', ['a/x.ts -> a/y.ts', 'a/y.ts -> a/x.ts'], [['a/x.ts', 'a/y.ts']]],
    ['two folders by different files', ['a/x.ts -> b/y.ts', 'b/z.ts -> a/w.ts'], [['a', 'b']]],
    ['three folders', ['a/x.ts -> b/x.ts', 'b/x.ts -> c/x.ts', 'c/y.ts -> a/y.ts'], [['a', 'b', 'c']]],
    ['folders in one folder', ['a/b/x.ts -> a/c/x.ts', 'a/c/y.ts -> a/b/y.ts'], [['a/b', 'a/c']]],
    ['a folder and a file beside it', ['a/b/x.ts -> a/y.ts', 'a/y.ts -> a/b/z.ts'], [['a/b', 'a/y.ts']]],
    ['a folder between two files beside it', ['a/x.ts -> a/b/y.ts', 'a/b/y.ts -> a/z.ts'], []],
    ['a file that imports itself', ['a/x.ts -> a/x.ts'], []],
    [
      'two that hang together by nothing',
      ['a/x.ts -> b/x.ts', 'b/x.ts -> a/x.ts', 'c/x.ts -> d/x.ts', 'd/x.ts -> c/x.ts', 'b/x.ts -> c/x.ts'],
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
  ])('%s', (_, steps, circles) => expect(circlesOf(...steps)).toEqual(circles));

  it('shows the shortest way round', () => {
    const [circle] = findCircles([
      { from: 'a/1.ts', to: 'b/1.ts' },
      { from: 'b/1.ts', to: 'c/1.ts' },
      { from: 'c/1.ts', to: 'a/1.ts' },
      { from: 'b/2.ts', to: 'a/2.ts' },
    ]);
    expect(circle?.way).toEqual([
      { from: 'a/1.ts', to: 'b/1.ts' },
      { from: 'b/2.ts', to: 'a/2.ts' },
    ]);
  });
});
