/** What is added to a list of the product is found by its users: in the table of its page, with a layout and labels. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { benchmarks } from '../../domain/benchmarks/catalogue/index.ts';
import { llmProviders } from '../../domain/llm-settings.ts';
import { questionKinds } from '../../domain/prompts/profile.ts';
import { type AdapterName, adapterNames } from '../../domain/recipe/data.ts';
import { labelledSets } from '../../infra/draw-taxonomy.ts';
import { repositoryRoot } from '../../platform/env.ts';
import { layouts } from '../support/layouts.ts';

/** Names in code face in the first column of a page's tables. */
async function rowsOf(page: string): Promise<Set<string>> {
  const lines = (await readFile(join(repositoryRoot, 'docs', page), 'utf8')).split('\n');
  const heads = lines.flatMap((line) => /^\|([^|]*)\|/.exec(line)?.[1] ?? []);
  return new Set(heads.flatMap((head) => [...head.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)));
}

/** The set's title in docs/overlaps.md. */
const titles: Record<AdapterName, string | null> = {
  ham10000: 'HAM10000',
  isic2018: 'ISIC 2018',
  bcn20000: 'BCN20000',
  isic2019: 'ISIC 2019',
  'pad-ufes-20': 'PAD-UFES-20',
  derm12345: 'DERM12345',
  derm7pt: 'Derm7pt',
  dermnet: 'DermNet',
  isic2020: 'ISIC 2020',
  'isic-archive': null, // whatever its user downloads
  fitzpatrick17k: 'Fitzpatrick17k',
  ddi: 'DDI',
  skincon: null, // labelled by the sets whose pictures it describes
  omnimedvqa: null, // brings its questions
  textbook: null, // whatever its user writes
};

describe('in the tables of docs/', () => {
  it.each(benchmarks.map(({ name }) => name))('benchmark %s', async (name) =>
    expect(await rowsOf('evaluation.md')).toContain(name),
  );
  it.each(adapterNames)('data set %s', async (name) => expect(await rowsOf('data-sets.md')).toContain(name));
  it.each(llmProviders.filter((name) => name !== 'embedded'))('provider %s', async (name) =>
    expect(await rowsOf('llm.md')).toContain(name),
  );
  it.each(questionKinds)('kind of question %s', async (kind) =>
    expect(await readFile(join(repositoryRoot, 'docs/evaluation.md'), 'utf8')).toMatch(
      new RegExp(`^Kinds are .*\`${kind}\``, 'm'),
    ),
  );
});

describe('a data set', () => {
  it.each(adapterNames)('%s is tried in each form in which it is downloaded', (name) =>
    expect(layouts.map(({ adapter }) => adapter)).toContain(name),
  );

  it('has labels that are checked against the taxonomy, or a reason why not', async () => {
    const named = (await labelledSets()).map(({ name }) => name).join(' ');
    for (const title of Object.values(titles)) if (title !== null) expect(named).toContain(title);
  });
});
