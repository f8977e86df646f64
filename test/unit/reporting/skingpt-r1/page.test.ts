import { describe, expect, it } from 'vitest';
import { narrativeReportPage } from '../../../../activities/reporting/skingpt-r1/page.ts';
import { buildNarrativeReport } from '../../../../domain/methods/skingpt-r1/report/build.ts';
import { narrativeSources } from '../../../support/narrative-report.ts';

const pageOf = (sources = narrativeSources()): Promise<string> => narrativeReportPage(buildNarrativeReport(sources));
const page = await pageOf();
const matches = (pattern: RegExp, text = page): string[] => [...text.matchAll(pattern)].map(([, found = '']) => found);

describe('the page of a run of SkinGPT-R1', () => {
  it('has every section, each named in the navigation', () => {
    const sections = matches(/<section id="([^"]+)"/g);
    expect(sections).toEqual([
      ...['summary', 'recognition', 'dermbench', 'narratives', 'certified', 'training', 'data', 'lineage', 'reproduce'],
    ]);
    expect(matches(/<li><a href="#([^"]+)"/g)).toEqual(sections);
  });

  it('calls scripted reviewers so in its head, beside their scores and beside their agreement', async () => {
    expect(page).toContain('Scripted reviewers, not people.');
    for (const caption of [
      'Scores by scripts',
      'Reviewers with one another \\(scripts\\)',
      'and reviewers \\(scripts\\)',
    ])
      expect(page).toMatch(new RegExp(`<caption>[^<]*${caption}`));
    const people = await pageOf(narrativeSources('person'));
    expect(people).toMatch(/<caption>Scores by people/);
    expect(people).toContain('<td>2026-01-01 00:00 UTC</td>');
    expect(page).not.toMatch(/ UTC<\/td>|1970-/);
    expect(people).not.toMatch(/scripted|scripts|>a script/i);
  });

  it('names who scored beside the scores of the models, and the paper’s number with its reasons', () => {
    expect(page).toMatch(/<caption>Scores by dimension, by what is known of the drawings/);
    const [, paper = ''] = /Beside the paper<\/h3>(.*?)<\/section>/s.exec(page) ?? [];
    expect(paper).toContain('4.031');
    expect(paper).toContain('+41 %');
    expect(paper).toContain('+250 %');
    expect(paper).toContain('Not comparable: judge: none');
  });

  it('draws the curves of what was trained alone', () => {
    expect(matches(/<figure id="([^"]+)"/g)).toEqual(
      expect.arrayContaining(['dermcot-0', 'dermcot-1', 'distillation-0', 'distillation-1', 'distillation-2']),
    );
    expect(page).not.toContain('id="dermcot-2"');
  });

  it('escapes what reviewers, models and data say', async () => {
    const hostile = '<img src=x onerror=alert(1)>"\'&';
    const sources = narrativeSources();
    const reviews = sources.reviews.map((review) => ({ ...review, reviewer: `${review.reviewer}${hostile}` }));
    const scorer = { ...sources.scorer, words: hostile };
    const evaluations = sources.evaluations.map(({ result, answers }) => ({
      ...{ answers, result: { ...result, benchmark: hostile } },
    }));
    const reasons = new Map([[hostile, 1]]);
    expect(await pageOf({ ...sources, reviews, scorer, reasons, evaluations })).not.toContain('<img src=x');
  });

  it('has no part for reviews where there were none', async () => {
    const sources = narrativeSources();
    const bare = await pageOf({ ...sources, input: { ...sources.input, certified: null }, bench: [] });
    expect(matches(/<section id="([^"]+)"/g, bare)).not.toContain('certified');
    expect(bare).toContain('This run has no part for DermBench.');
  });
});
