/** What belongs together is dealt together: names in archives, pixels, lesions and patients, across sets. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../domain/artifact.ts';
import { type Case, type Split, splits } from '../../../domain/cases/case.ts';
import { keysOf, type Link, pictureKeysOf } from '../../../domain/cases/groups.ts';
import { outermost } from '../../../domain/cases/official.ts';
import { makeCase, testImage } from '../../support/cases.ts';
import { assignSplits, deal } from '../../support/preparation.ts';

const ratio = { train: 6, validation: 2, test: 2 };
const settings = { seed: 3, ratio, groupBy: 'patient' } as const;
const pixels = (n: number) => [{ ...testImage, sha256: digestOf(`pixels ${n}`) }];

/** Few names of each kind, so that chains over several kinds are common. */
const ties = fc.record({
  group: fc.oneof(
    fc.nat(20).map((n) => `patient/${n}`),
    fc.nat(20).map((n) => `lesion/${n}`),
  ),
  lesion: fc.option(
    fc.nat(20).map((n) => `lesion/${n}`),
    { nil: undefined },
  ),
  archiveIds: fc.uniqueArray(
    fc.nat(40).map((n) => `isic/${n}`),
    { maxLength: 2 },
  ),
  images: fc.nat(60).map(pixels),
});
const side = fc.option(fc.constantFrom(...splits), { nil: undefined });
/** `official` and `whole` have a side for each picture, `part` for some, `free` for none. */
const drawnCases = fc
  .array(
    fc.record({
      ties,
      diagnosis: fc.constantFrom('melanoma', 'hemangioma'),
      source: fc.constantFrom('free', 'part', 'official', 'whole'),
      side,
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((rows) =>
    rows.map((row, i) => {
      const { lesion, ...own } = row.ties;
      const always = row.source === 'official' ? 'train' : 'test';
      const official = row.source === 'free' ? undefined : (row.side ?? (row.source === 'part' ? undefined : always));
      return makeCase(`${row.source}/${i}`, row.diagnosis, {
        ...own,
        ...(lesion ? { lesion } : {}),
        source: row.source,
        ...(official ? { officialSplit: official } : {}),
      });
    }),
  );
const drawnLinks = fc.array(
  fc
    .record({ source: fc.constantFrom(undefined, 'free', 'official'), officialSplit: side, ties })
    .map(({ ties: own, ...row }): Link => ({ ...row, ...own, images: own.images.map(({ sha256 }) => ({ sha256 })) })),
  { maxLength: 15 },
);

/** The sides of each set of cases that keys join, found the slow way. */
function sidesOfJoined(cases: readonly Case[], links: readonly Link[], keys: typeof keysOf): Set<Split | undefined>[] {
  let sets = [...cases, ...links].map((one) => ({ keys: new Set(keys(one)), sides: [] as (Split | undefined)[] }));
  for (const [i, c] of cases.entries()) sets[i]?.sides.push(c.split);
  for (let before = -1; before !== sets.length; ) {
    before = sets.length;
    sets = sets.reduce<typeof sets>((merged, set) => {
      const touching = merged.filter((other) => [...set.keys].some((key) => other.keys.has(key)));
      const all = [set, ...touching];
      const union = { keys: new Set(all.flatMap((s) => [...s.keys])), sides: all.flatMap((s) => s.sides) };
      return [...merged.filter((other) => !touching.includes(other)), union];
    }, []);
  }
  return sets.filter(({ sides }) => sides.length > 0).map(({ sides }) => new Set(sides));
}

describe('dealCases', () => {
  it('never puts on two sides what shares a name, pixels, a lesion or a patient, directly or through others', async () => {
    await fc.assert(
      fc.asyncProperty(drawnCases, drawnLinks, fc.nat(), async (cases, links, seed) => {
        const dealt = await assignSplits(cases, { ...settings, seed }, { links });
        for (const sides of sidesOfJoined(dealt, links, keysOf)) expect(sides.size).toBe(1);
      }),
    );
  });

  it('never puts one picture on two sides, even image by image', async () => {
    await fc.assert(
      fc.asyncProperty(drawnCases, drawnLinks, async (cases, links) => {
        const dealt = await assignSplits(cases, { ...settings, groupBy: 'image' }, { links });
        for (const sides of sidesOfJoined(dealt, links, pictureKeysOf)) expect(sides.size).toBe(1);
      }),
    );
  });

  it('depends on cases, links and seed, not on their order, and keeps the order of the cases', async () => {
    await fc.assert(
      fc.asyncProperty(drawnCases, drawnLinks, fc.nat(), async (cases, links, seed) => {
        const first = await assignSplits(cases, { ...settings, seed }, { links });
        const again = await assignSplits(cases.toReversed(), { ...settings, seed }, { links: links.toReversed() });
        expect(again.toReversed()).toEqual(first);
        expect(first.map(({ id }) => id)).toEqual(cases.map(({ id }) => id));
      }),
    );
  });

  it('keeps the ratio to within the largest group of each set and diagnosis', async () => {
    const rows = fc.array(fc.record({ group: fc.nat(30), name: fc.nat(200) }), { minLength: 1, maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(rows, fc.nat(), async (drawn, seed) => {
        const cases = drawn.map(({ group, name }, i) =>
          makeCase(`c${i}`, 'melanoma', { group: `patient/${group}`, archiveIds: [`isic/${name}`] }),
        );
        const dealt = await assignSplits(cases, { ...settings, seed });
        const largest = Math.max(...groupSizes(cases));
        for (const split of splits) {
          const count = dealt.filter((c) => c.split === split).length;
          expect(Math.abs(count - (cases.length * ratio[split]) / 10)).toBeLessThanOrEqual(largest);
        }
      }),
    );
  });

  it('puts a group whose official splits disagree on the test side, and reports it', async () => {
    const official = (id: string, officialSplit: Split, more: Partial<Case> = {}) =>
      makeCase(id, 'melanoma', { source: id.slice(0, 1), officialSplit, ...more });
    const shared = { archiveIds: ['isic/ISIC_1'] };
    const cases = [
      official('a/1', 'train', shared),
      official('a/2', 'test'),
      official('b/1', 'test', shared),
      official('b/2', 'train', { group: 'lesion/L' }),
      official('b/3', 'validation', { group: 'lesion/L' }),
    ];
    const { cases: dealt, officialSplits } = await deal(cases, settings);
    expect(dealt.map(({ split }) => split)).toEqual(['test', 'test', 'test', 'validation', 'validation']);
    expect(officialSplits.examples.map(({ to, marks }) => [to, marks.map(({ id }) => id)])).toEqual([
      ['test', ['a/1', 'b/1']],
      ['validation', ['b/2', 'b/3']],
    ]);
  });

  it('lets the outermost official side win in every group', async () => {
    await fc.assert(
      fc.asyncProperty(drawnCases, async (cases) => {
        const whole = cases.map((c) => ({ ...c, source: 'whole', officialSplit: c.officialSplit ?? 'train' }));
        const named = new Set(whole.map((c) => c.officialSplit));
        if (!named.has('test') || !named.has('train') || !named.has('validation')) return;
        const dealt = await assignSplits(whole, settings);
        for (const c of dealt) {
          const group = dealt.filter((other) => keysOf(other).some((key) => keysOf(c).includes(key)));
          const wanted = outermost(group.flatMap(({ officialSplit }) => officialSplit ?? []));
          expect(splits.indexOf(c.split ?? 'train')).toBeGreaterThanOrEqual(splits.indexOf(wanted ?? 'train'));
        }
      }),
    );
  });

  it("heeds a challenge's test pictures in another set, by their names in the archive", async () => {
    const challenge = ['validation', 'test'].map((officialSplit, i) =>
      makeCase(`isic2018/${i}`, 'melanoma', {
        source: 'isic2018',
        archiveIds: [`isic/${i}`],
        officialSplit: officialSplit as Split, // one of the two above
      }),
    );
    const archive = Array.from({ length: 20 }, (_, i) =>
      makeCase(`ham10000/${i}`, 'melanoma', { source: 'ham10000', archiveIds: [`isic/${i}`] }),
    );
    const sides = (await assignSplits([...challenge, ...archive], settings)).map(({ split }) => split);
    expect([sides[0], sides[1], sides[2], sides[3]]).toEqual(['validation', 'test', 'validation', 'test']);
    const told: Link[] = [
      { source: 'isic2018', group: 'g', archiveIds: ['isic/7'], images: [], officialSplit: 'test' },
    ];
    expect((await assignSplits(archive, settings, { links: told }))[7]?.split).toBe('test');
  });

  it('does not test on a picture that training sees whatever the split', async () => {
    const cases = Array.from({ length: 30 }, (_, i) => makeCase(`c${i}`, 'melanoma', { images: pixels(i) }));
    const trained = cases.map(({ images }): Link => ({ source: 'textbook', group: 'book', archiveIds: [], images }));
    for (const c of await assignSplits(cases, settings, { trained })) expect(c.split).toBe('train');
  });

  it('deals 100,000 cases, a chain of 20,000 among them, without comparing each with each', async () => {
    const cases = Array.from({ length: 100_000 }, (_, i) =>
      makeCase(`c${i}`, 'melanoma', {
        images: [testImage].map((image) => ({ ...image, sha256: String(i) })),
        group: i < 20_000 ? `lesion/${i >> 1}` : `patient/${i >> 2}`,
        archiveIds: i < 20_000 ? [`isic/${(i + 1) >> 1}`] : [],
      }),
    );
    const dealt = await assignSplits(cases, settings);
    expect(new Set(dealt.slice(0, 20_000).map(({ split }) => split)).size).toBe(1);
    for (const split of splits) {
      const count = dealt.filter((c) => c.split === split).length;
      expect(Math.abs(count - (100_000 * ratio[split]) / 10)).toBeLessThanOrEqual(20_000);
    }
  });
});

/** Sizes of the groups, the slow way. */
function groupSizes(cases: readonly Case[]): number[] {
  const names = cases.map((_, i) => i);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [i, a] of cases.entries()) {
      for (const [j, b] of cases.entries()) {
        const [x = 0, y = 0] = [names[i], names[j]];
        if (x === y || !keysOf(a).some((key) => keysOf(b).includes(key))) continue;
        names[i] = names[j] = Math.min(x, y);
        changed = true;
      }
    }
  }
  return [...Map.groupBy(names, (name) => name).values()].map(({ length }) => length);
}
