import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawKnowledge } from '../../../domain/knowledge/draw.ts';
import { parseKnowledge } from '../../../domain/knowledge/knowledge.ts';
import { drawPages } from '../../../infra/draw-taxonomy.ts';
import { repositoryRoot } from '../../../platform/env.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';

describe.each(Object.entries(await drawPages()))('%s', (path, page) => {
  it('is up to date; else run node infra/draw-taxonomy.ts', () => {
    expect(readFileSync(join(repositoryRoot, path), 'utf8') === page).toBe(true); // no diff of a thousand lines
  });
});

describe('drawKnowledge', () => {
  it('draws trees, codes, counts and pairs', () => {
    const taxonomy = `
- { name: nevus, root: true, malignancy: benign }
- { name: blue nevus, parent: nevus, icd10: D22 }
- { name: pale nevus, parent: nevus }
- { name: spotted blue nevus, parent: blue nevus }
- { name: cancer, root: true, malignancy: malignant, synonyms: [carcinoma] }`;
    const ddx =
      '{ sources: { book: A book }, pairs: [{ between: [blue nevus, cancer], reason: both blue, source: book }] }';
    const page = drawKnowledge(
      parseKnowledge({ taxonomy: [{ file: 't', text: taxonomy }], ddx: { file: 'd', text: ddx } }),
    );
    const tree = ['nevus · b', '├─ blue nevus · b [ICD-10 D22]', '│  └─ spotted blue nevus · b', '└─ pale nevus · b'];
    expect(page).toContain(tree.join('\n'));
    expect(page).toContain('5 nodes under 2 roots, 3 of them leaves; 1 synonyms; 1 pairs');
    expect(page).toContain('| cancer | 1 | 0 | 1 | 0 | 0 |');
    expect(page).toContain('f0 ---|1| f1');
    expect(page).toContain('| blue nevus (b) | 1 | cancer |');
    expect(page).toContain('| blue nevus | cancer | both blue | book |  |');
  });

  it('marks each pair that is never asked, says why, and names the page that lists them', () => {
    const { taxonomy, ddx } = shippedKnowledge;
    const page = drawKnowledge(shippedKnowledge);
    const lines = page.split('\n');
    for (const { between } of ddx.edges) {
      const row = lines.find((line) => line.startsWith(`| ${between.join(' | ')} |`));
      expect([between, /† \w.* \|$/.test(row ?? '')]).toEqual([between, taxonomy.overlap(...between)]);
    }
    expect(page).toContain(
      '| verrucous carcinoma | genital wart | warty anogenital growth | clinical | † giant condyloma is both |',
    );
    expect(page).toContain('(overlaps.md#differential-diagnoses-that-are-no-options-of-one-question)');
  });
});
