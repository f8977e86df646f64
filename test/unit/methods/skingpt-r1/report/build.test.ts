import { describe, expect, it } from 'vitest';
import { buildNarrativeReport } from '../../../../../domain/methods/skingpt-r1/report/build.ts';
import { narrativeReportSchema } from '../../../../../domain/methods/skingpt-r1/report/report.ts';
import { summariseNarrativeRun } from '../../../../../domain/methods/skingpt-r1/report/summary.ts';
import { all, narrativeSources } from '../../../../support/narrative-report.ts';

const sources = narrativeSources();
const report = buildNarrativeReport(sources);

describe('the report of narratives', () => {
  it('is what its schema says, and the same of the same sources', () => {
    expect(narrativeReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(buildNarrativeReport(narrativeSources())).toEqual(report);
  });

  it('has the scores of what was kept and of what was dropped, and why replies were rejected', () => {
    const means = report.narratives.groups.map(({ name, narratives, means: { average } }) => [
      ...[name, narratives, average?.value, average?.items],
    ]);
    expect(means).toEqual([
      ['kept', 20, 4, 20],
      ['dropped', 10, 2, 10],
    ]);
    expect(report.narratives.reasons).toEqual([
      { reason: 'cut off', count: 2 },
      { reason: 'names the diagnosis', count: 1 },
    ]);
  });

  it('has them by skin tone, what is not noted apart; none where no narrative has one', () => {
    expect(report.narratives.tones.map(({ tone, narratives, kept }) => [tone, narratives, kept])).toEqual([
      ['I-II', 8, 8],
      ['V-VI', 4, 4],
      [null, 18, 8],
    ]);
    const without = { ...sources, narratives: sources.narratives.map(({ id, group }) => ({ id, group })) };
    expect(buildNarrativeReport(without).narratives.tones).toEqual([]);
  });

  it('leaves a missing score out of every mean', () => {
    const scores = new Map([...sources.scores, ['case-0#0', { ...all(5), safety: null }]]);
    const [kept] = buildNarrativeReport({ ...sources, scores }).narratives.groups;
    expect([kept?.means.average?.items, kept?.means.dimensions.safety?.items]).toEqual([19, 19]);
    expect(kept?.means.dimensions.accuracy?.items).toBe(20);
  });

  it('says how far reviewers agree with one another, and the scorer with them', () => {
    const { between, scorer, reviewers } = report.certified ?? {};
    expect(between?.average).toMatchObject({ items: 10, groups: 5, correlation: null });
    expect(between?.average?.deviation.value).toBeCloseTo(0.55, 10);
    expect(between?.average?.bias.value).toBeCloseTo(-0.55, 10);
    expect(scorer?.part).toBe('all');
    expect(scorer?.agreements.average).toMatchObject({ items: 10, deviation: { value: 0.5 }, bias: { value: 0.5 } });
    expect(reviewers?.map(({ name, kind, scored }) => [name, kind, scored])).toEqual([
      ['script-1', 'script', 10],
      ['script-2', 'script', 10],
    ]);
  });

  it('says of people when they reviewed, and counts a person once by any writing of the name', () => {
    const reviews = narrativeSources('person').reviews.map((each, i) => ({
      ...each,
      reviewer: i % 4 === 0 ? each.reviewer.toUpperCase() : each.reviewer,
      at: new Date(Date.UTC(2026, 10, 26, 12, i)).toISOString(),
    }));
    const { certified, summary } = buildNarrativeReport({ ...narrativeSources('person'), reviews });
    expect(certified?.reviewers.map(({ name, scored, from, to }) => [name, scored, from, to])).toEqual([
      ['PERSON-1', 10, '2026-11-26T12:00:00.000Z', '2026-11-26T12:18:00.000Z'],
      ['person-2', 10, '2026-11-26T12:01:00.000Z', '2026-11-26T12:19:00.000Z'],
    ]);
    expect(summary.join('\n')).toContain('certified by 2 people');
    expect(report.certified?.reviewers.every((own) => !('from' in own))).toBe(true);
  });

  it('holds a trained evaluator to the part that it has not learned from', () => {
    const trained = { ...sources, scorer: { ...sources.scorer, by: 'dermeval' as const } };
    expect(buildNarrativeReport(trained).certified?.scorer).toMatchObject({
      part: 'bench',
      agreements: { average: { items: 4 } },
    });
  });

  it('tests each model against each later one, in the order of the stages, controls apart', () => {
    const [set] = report.classification;
    expect(set?.models.map(({ label, grey }) => [label, grey?.strict.score.value ?? null])).toEqual([
      ['base', null],
      ['dermcot', null],
      ['distillation', 0.24],
    ]);
    const strict = set?.pairs.filter(({ reader }) => reader === 'strict') ?? [];
    expect(strict.map(({ first, second, difference }) => [first, second, difference])).toEqual([
      ['base', 'dermcot', 0.56],
      ['base', 'distillation', 0.6],
      ['dermcot', 'distillation', 0.04],
    ]);
    const [gain, , none] = strict;
    expect(gain?.low).toBeGreaterThan(0);
    expect(none?.p).toBe(1);
    expect(gain && gain.correctedP >= gain.p).toBe(true);
  });

  it('has means of DermBench’s part and their differences on the scale of the scores', () => {
    const { bench } = report;
    expect(bench?.scorer).toBe('what is known of the drawings');
    expect(bench?.models.map(({ label, means }) => [label, means.average?.value.toFixed(2)])).toEqual([
      ['base', '1.00'],
      ['dermcot', '3.00'],
      ['distillation', '3.50'],
    ]);
    const last = bench?.pairs.find(({ first, second }) => first === 'dermcot' && second === 'distillation');
    expect(last).toMatchObject({ dimension: 'average', items: 12, groups: 6 });
    expect(last?.difference).toBeCloseTo(0.5, 10);
    expect(bench?.pairs).toHaveLength(3 * 7);
  });

  it('has the published number beside ours, and why the two cannot be compared', () => {
    const { published } = report;
    expect(published.value).toBe(4.031);
    expect(published.ours?.value).toBeCloseTo(3.5, 10);
    expect(published.gain.published).toBe(0.41);
    expect(published.gain.ours).toBeCloseTo(2.5, 10);
    const reasons = published.notComparable.join('\n');
    for (const word of ['judge: none', 'drawings', 'by a program', 'dermflow/tiny', 'not those of DermBench'])
      expect(reasons).toContain(word);
  });

  it('calls a difference a gain or a loss by the corrected test alone', () => {
    const [set] = report.classification;
    const pair = set?.pairs.find(({ reader }) => reader === 'strict');
    if (!set || !pair) throw new RangeError('no pair');
    const said = (changes: object): string =>
      summariseNarrativeRun({
        ...report,
        ...{ recipe: sources.input.recipe, bench: null, certified: null },
        classification: [{ ...set, pairs: [{ ...pair, ...changes }] }],
      }).join('\n');
    expect(said({ low: 0.1, high: 0.3, correctedP: 0.01 })).toContain('corrected): a gain.');
    expect(said({ low: -0.3, high: -0.1, correctedP: 0.01 })).toContain('corrected): a loss.');
    expect(said({ low: -0.3, high: -0.1, correctedP: 0.11 })).toContain('not shown once corrected');
    expect(said({ low: -0.3, high: 0.1, correctedP: 0.4 })).toContain('no difference that this number');
  });

  it('names a script wherever its scores are spoken of, and people as people', () => {
    expect(report.summary.join('\n')).toMatch(/2 scripts instead of people.* No number here rests on a physician/);
    const people = buildNarrativeReport(narrativeSources('person')).summary.join('\n');
    expect(people).toContain('certified by 2 people');
    expect(people).not.toContain('script');
  });

  it('has the curves of the stages that were trained, and no others', () => {
    expect(Object.keys(report.training)).toEqual(['dermcot', 'distillation']);
  });

  it('of a run without reviews and without DermBench’s part says so', () => {
    const { certified: _, ...input } = sources.input;
    const bare = buildNarrativeReport({ ...sources, input: { ...input, certified: null }, bench: [] });
    expect([bare.certified, bare.bench, bare.published.ours, bare.published.gain.ours]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(bare.published.notComparable).toContain('this run has no part for DermBench');
  });
});
