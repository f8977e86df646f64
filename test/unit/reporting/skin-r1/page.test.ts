import { describe, expect, it } from 'vitest';
import { reportPage } from '../../../../activities/reporting/skin-r1/page.ts';
import type { Report } from '../../../../domain/methods/skin-r1/report/report.ts';
import { percent } from '../../../../domain/report/words.ts';
import { hostile, hostileReport, pixel, sampleReport } from '../../../support/report.ts';

const report = withAccuracy(sampleReport(), 263 / 319);
const thumbnails = new Map(report.samples.map(({ image }) => [image.sha256, pixel]));
const page = await reportPage(report, thumbnails);
const matches = (pattern: RegExp, text = page): string[] => [...text.matchAll(pattern)].map(([, found = '']) => found);

/** 82.445 %: 82.4 rounded once, 82.5 rounded twice. */
function withAccuracy(sample: Report, accuracy: number): Report {
  const evaluations = sample.evaluations.map((model) => ({
    ...model,
    tasks: model.tasks.map((task) => (model.label === sample.final ? { ...task, accuracy } : task)),
  }));
  return { ...sample, evaluations };
}

describe('the report page', () => {
  it('has every section, each named in the navigation', () => {
    const sections = matches(/<section id="([^"]+)"/g);
    expect(sections).toEqual(['summary', 'results', 'training', 'samples', 'data', 'lineage', 'reproduce']);
    expect(matches(/<li><a href="#([^"]+)"/g)).toEqual(sections);
  });

  it('lets heartbeats go out between its drawings', async () => {
    let turns = 0;
    let drawn = false;
    const count = (): void => {
      turns += 1;
      if (!drawn) setImmediate(count);
    };
    setImmediate(count);
    const { length } = (await reportPage(report, thumbnails)).split('<svg');
    drawn = true;
    expect(length).toBeGreaterThan(10);
    expect(turns).toBeGreaterThan(length / 2); // one per drawing; without them there is none
  });

  it('shows beside each task what the labels alone earn, and the models that are not above it', () => {
    expect(matches(/<caption>(.*): without the image<\/caption>/g)).toEqual(['Disease diagnosis', 'Lesion condition']);
    for (const { textOnly } of report.baselines) {
      expect(page).toContain(`<td>${percent(textOnly?.accuracy ?? Number.NaN)}</td>`);
      const below = textOnly?.models.filter(({ standing }) => standing === 'below') ?? [];
      expect(below.length).toBeGreaterThan(0);
    }
    expect(matches(/<p>Below text only: (.*)<\/p>/g)).toHaveLength(2);
    expect(page).toContain('for comparison with the paper');
  });

  it('shows beside a task what the pictures tell without a language model, or why that is absent', () => {
    const titles = matches(/<caption>(.*): what the pictures tell without a language model<\/caption>/g);
    expect(titles).toEqual(['Disease diagnosis']);
    const [, rows = ''] = /what the pictures tell without a language model<\/caption>(.*?)<\/table>/s.exec(page) ?? [];
    const final = report.evaluations.find(({ label }) => label === report.final);
    expect(matches(/<th scope="row">(.*?)<\/th>/g, rows)).toEqual([
      'Nearest neighbour, tiny',
      'Linear probe, tiny',
      final?.title,
    ]);
    expect(rows).toContain('<td>50.0 %</td>');
    expect(page).toContain('<p>lesion-condition: nearest neighbour and linear probe: absent: no option');
  });

  it('says nothing of probes where the run had none', async () => {
    const { probes: _, ...without } = report;
    expect(await reportPage(without, thumbnails)).not.toContain('without a language model');
  });

  it('has every plot in a wide and a narrow drawing, axes with units', () => {
    expect(matches(/<figure id="([^"]+)"/g)).toEqual([
      'accuracy-diagnosis',
      'accuracy-lesion-condition',
      'confusion-diagnosis',
      'confusion-lesion-condition',
      'reward',
      'components',
      'loss',
      'kl',
      'cases-diagnosis',
      'cases-condition',
      'cases-modality',
      'dermnet-funnel',
      'lineage-graph',
    ]);
    const texts = matches(/<text[^>]*>([^<]+)<\/text>/g);
    for (const title of [
      'Accuracy (% of held-out questions)',
      'Right label',
      'Label given by the model',
      'GRPO step (optimiser steps)',
      'Mean reward (0 to 2 points)',
      'Mean of the part (points)',
      'SFT step (optimiser steps)',
      'Cross-entropy (nats per token)',
      'KL divergence (nats per token)',
      'Cases (number)',
    ]) {
      expect(texts.filter((text) => text === title).length).toBeGreaterThanOrEqual(2);
    }
  });

  it('writes an accuracy in the plot as in the table', () => {
    const [plot] = matches(/(<figure id="accuracy-diagnosis">.*?<\/figure>)/gs);
    const written = matches(/<text[^>]*>(\d+\.\d)<\/text>/g, plot);
    for (const { tasks } of report.evaluations) {
      expect(written).toContain(percent(tasks[0]?.accuracy ?? 0).replace(' %', ''));
    }
  });

  it('says in words what each drawing shows', () => {
    const drawings = matches(/<svg([^>]*)>/g);
    expect(drawings).toHaveLength(26);
    expect(drawings.every((attributes) => /role="img" aria-label="[^"]{20,}"/.test(attributes))).toBe(true);
  });

  it('asks nothing of the network and runs nothing', () => {
    const [policy] = matches(/<meta http-equiv="Content-Security-Policy" content="([^"]*)">/g);
    expect(policy?.replaceAll('&#39;', "'").split('; ')).toEqual([
      "default-src 'none'",
      'img-src data:',
      "style-src 'unsafe-inline'",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    const addresses = [...matches(/(?:src|href|action)="([^"]*)"/g), ...matches(/url\(([^)]*)\)/g)];
    expect(addresses.length).toBeGreaterThan(20);
    expect(addresses.filter((address) => !/^(?:#|data:)/.test(address))).toEqual([]);
    expect(page).not.toMatch(/<script|<iframe|<object|<embed|@import|\son[a-z]+=/i);
  });

  it('has no id twice, and no link to an id that is not there', () => {
    const ids = matches(/ id="([^"]+)"/g);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    expect(matches(/href="#([^"]+)"/g).filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('shows each sample with its image, its output and its reward', () => {
    expect(matches(/<article class="case (right|wrong)">/g)).toHaveLength(report.samples.length);
    expect(matches(/<img src="([^"]+)"/g)).toEqual(report.samples.map(() => pixel));
    expect(page).toContain('&lt;thinking&gt;');
    expect(page).toContain('format 1');
  });

  it('is the same for the same report', async () => expect(await reportPage(report, thumbnails)).toBe(page));

  it('says on top that the images are drawn, or says nothing of it', async () => {
    expect(page).toContain('<strong>Generated images, not patients.</strong>');
    const real: Report = { ...report, data: { ...report.data, generated: false } };
    expect(await reportPage(real, new Map())).not.toContain('Generated images');
  });

  it('draws the alignment of concepts where a run has it', async () => {
    const aligned: Report = { ...report, training: { ...report.training, concepts: report.training.sft } };
    const figures = async (of: Report): Promise<string[]> =>
      matches(/<figure id="([^"]+)"/g, await reportPage(of, new Map()));
    expect(await figures(aligned)).toContain('concepts');
    expect(await figures(report)).not.toContain('concepts');
  });

  it('leaves out what a run does not have', async () => {
    const bare: Report = {
      ...report,
      samples: [],
      completions: [],
      comparisons: [],
      lineage: [],
      training: { concepts: [], sft: [], grpo: [], rlOnly: [] },
    };
    const text = await reportPage(bare, new Map());
    expect(matches(/<section id="([^"]+)"/g, text)).not.toContain('samples');
    expect(matches(/<figure id="([^"]+)"/g, text).filter((id) => !/accuracy|confusion|cases|funnel/.test(id))).toEqual(
      [],
    );
  });
});

describe('text that a model, a data set or a user wrote', () => {
  it('stays text, wherever it stands', async () => {
    const text = await reportPage(hostileReport(), new Map());
    expect(text).not.toMatch(/<script|<img src=x/i);
    expect(text).not.toMatch(/<[a-z][^>]*\sonerror=[^>]*>/i);
    // Each place shows it: run, base model, labels, outputs, completions, lineage, software.
    expect(text.split('&lt;script&gt;').length - 1).toBeGreaterThan(20);
    expect(text).not.toContain(hostile);
  });
});

describe('the results', () => {
  it('show the lenient accuracy beside the strict one, and unreadable outputs by form', () => {
    const scored = sampleReport();
    const evaluations = scored.evaluations.map((model) => ({
      ...model,
      tasks: model.tasks.map((task) => ({
        ...task,
        lenient: { accuracy: 0.987, unparsed: 0.004 },
        unreadable: [
          { form: 'no tags' as const, count: 1234 },
          { form: 'several options' as const, count: 5 },
        ],
      })),
    }));
    return reportPage({ ...scored, evaluations }, thumbnails).then((drawn) => {
      expect(drawn).toContain('Accuracy, lenient');
      expect(drawn).toContain('98.7 %');
      expect(drawn).toContain('no tags 1,234, several options 5');
    });
  });
});
