import { describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/cases/case.ts';
import { type AuditedPicture, asPictures, createLeakSummary } from '../../../domain/cases/leakage.ts';
import { makeCase, testImage } from '../../support/cases.ts';
import { drawnHash } from '../../support/drawn-pictures.ts';
import { listLeaks } from '../../support/preparation.ts';

describe('findLeaks', () => {
  const digest = (letter: string) => [{ ...testImage, sha256: letter.repeat(64) }];
  const picture = (id: string, more: Partial<Case>): AuditedPicture =>
    makeCase(id, 'melanoma', { source: 'train', images: digest('1'), look: drawnHash(1), ...more });
  const train = [picture('t', { archiveIds: ['isic/ISIC_1'], group: 'lesion/HAM_1' })];
  const far = { images: digest('2'), look: drawnHash(2) };
  const cases: [what: string, more: Partial<Case>, expected: object | null][] = [
    ['nothing in common', far, null],
    ['the same name in an archive', { ...far, archiveIds: ['x/1', 'isic/ISIC_1'] }, { kind: 'archive id' }],
    ['the same pixels', { images: digest('1'), look: drawnHash(2) }, { kind: 'same pixels' }],
    [
      'nearly the same perceptual hash',
      { images: digest('2'), look: drawnHash(1) },
      { kind: 'near-duplicate', likeness: expect.closeTo(1) },
    ],
    ['the same lesion', { ...far, group: 'lesion/HAM_1' }, { kind: 'same patient or lesion' }],
    ['several: the surest counts', { archiveIds: ['isic/ISIC_1'], group: 'lesion/HAM_1' }, { kind: 'archive id' }],
  ];
  for (const [what, more, expected] of cases) {
    it(`knows ${what}`, async () => {
      const leaks = await listLeaks(train, [picture('x', { source: 'ood', ...more })]);
      const sides = { test: { id: 'x', source: 'ood' }, train: { id: 't', source: 'train' } };
      if (expected === null) expect(leaks).toEqual([]);
      else expect(leaks).toEqual([{ ...expected, ...sides }]);
    });
  }

  it('knows a picture or lesion through what rows say of others', async () => {
    const link = { source: undefined, group: 'lesion/HAM_1', archiveIds: ['isic/ISIC_9'], images: [] };
    const pair = { ...link, group: 'g', archiveIds: ['isic/ISIC_1', 'isic/ISIC_8'] };
    const kinds = async (more: Partial<Case>) =>
      (await listLeaks(train, [picture('x', { ...far, ...more })], { links: [link, pair] })).map(({ kind }) => kind);
    expect(await kinds({ archiveIds: ['isic/ISIC_9'] })).toEqual(['same patient or lesion']);
    expect(await kinds({ archiveIds: ['isic/ISIC_8'] })).toEqual(['archive id']);
    expect(await kinds({ lesion: 'lesion/HAM_1' })).toEqual(['same patient or lesion']);
    expect(await kinds({ archiveIds: ['isic/ISIC_7'] })).toEqual([]);
  });

  it('takes rows of a set for its pictures, and those of a table of lesions not', () => {
    const row = { group: 'g', archiveIds: ['isic/ISIC_5'], images: [], officialSplit: 'test' as const };
    expect([{ source: 'ham10000', ...row }, row].flatMap(asPictures)).toEqual([
      { id: 'isic/ISIC_5', source: 'ham10000', group: 'g', archiveIds: ['isic/ISIC_5'], images: [] },
    ]);
  });

  it('is counted by both sets and kind', async () => {
    const test = ['a', 'b', 'c'].map((id) =>
      picture(id, { source: id === 'c' ? 'other' : 'ood', ...far, group: 'lesion/HAM_1' }),
    );
    const summary = createLeakSummary();
    for (const each of await listLeaks(train, test)) summary.add(each);
    expect(summary.audit().counts).toEqual([
      { test: 'ood', train: 'train', kind: 'same patient or lesion', count: 2 },
      { test: 'other', train: 'train', kind: 'same patient or lesion', count: 1 },
    ]);
  });
});
