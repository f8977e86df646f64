/** Joins the imported sets to the data of a run: split, audited for leaks, reported. */
import { join } from 'node:path';
import { type ArtifactRef, canonicalJson } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { Case, Picture, Split } from '../../../domain/cases/case.ts';
import { createCaseTally, createOodTally, describeData } from '../../../domain/cases/data-report.ts';
import { createDermNetFilter, type DermNetFilter } from '../../../domain/cases/dermnet-filter.ts';
import type { Link } from '../../../domain/cases/groups.ts';
import {
  type AuditedPicture,
  asPictures,
  createLeakSummary,
  type LeakKind,
  type LeakSummary,
  leakKinds,
} from '../../../domain/cases/leakage.ts';
import type { ConceptCase, ReadyCase } from '../../../domain/cases/undiagnosed.ts';
import { userMistake } from '../../../domain/failures.ts';
import type { Knowledge } from '../../../domain/knowledge/knowledge.ts';
import type { Recipe } from '../../../domain/recipe/recipe.ts';
import { Column } from '../../../domain/rows/columns.ts';
import { isTextbookCase } from '../../../domain/trajectories/plan.ts';
import { commitOnce } from '../../commit-once.ts';
import { ownRows, writeLineFiles, writeRows } from '../../json-lines.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { concatRows, filterRows, flatMapRows, type Rows } from '../../rows.ts';
import type { Encoder } from '../encoder/encoder.ts';
import { dealCases } from './deal.ts';
import { conceptCases, inputsOf, type OpenSource, rowsOfSources, trainingCases } from './imported-sets.ts';
import { findLeaks, type KnownTies } from './leaks.ts';

const files = artifactFiles.dataset;

/**
 * Splits the cases, then looks for what training has seen on the other sides.
 *
 * @param folder an empty one on this machine's disk; the artifact's files are written there
 */
export function deriveDataset(
  store: ArtifactStore,
  folder: string,
  sources: readonly OpenSource[],
  { seed, data }: Pick<Recipe, 'seed' | 'data'>,
  knowledge: Knowledge,
  encoder: Encoder | null,
): Promise<ArtifactRef> {
  const settings = { seed, ratio: data.split, groupBy: data.groupBy };
  const concepts = adaptersFor(sources, 'concepts');
  const testedSets = adaptersFor(sources, 'test');
  const params = {
    ...settings,
    leaks: data.leaks,
    minImagesPerClass: data.minImagesPerClass,
    ood: adaptersFor(sources, 'ood'),
    ...(concepts.length > 0 ? { concepts } : {}),
    ...(testedSets.length > 0 ? { test: testedSets } : {}),
  };
  const inputs = { ...inputsOf(sources), knowledge: knowledge.digest };
  const encoded = encoder ? { encoder: { ...data.encoder, file: encoder.sha256 } } : {};
  const work = { kind: 'dataset', method: 'split/4', inputs, params: { ...params, ...encoded } } as const;
  return commitOnce(store, work, async () => {
    const dermnet = createDermNetFilter(knowledge, data);
    const sorted = await sortOut(sources, folder, dermnet);
    const { books, ofDermNet, others, concepts, links, items } = sorted;
    const usable = concatRows(others, filterRows(ofDermNet, dermnet.keeps));
    const trained = flatMapRows(concatRows<Case | ConceptCase>(books, concepts), (picture) => [asLink(picture)]);
    const { splitOf, officialSplits } = await dealCases(usable, settings, { links, trained });
    const [training, dealt] = await writeSides(usable, splitOf, folder);
    const test = concatRows(dealt, filterRows(sorted.tested, dermnet.keeps));

    const seen = concatRows<Picture>(training, books, concepts);
    const similar = (await encoder?.findSimilar(seen, test)) ?? null;
    const tested = await audit(seen, test, { links, similar }, data.leaks.test, folder);
    const tally = createCaseTally();
    const cases = concatRows(
      training,
      filterRows(test, (_, at) => tested.keeps(at)),
    );
    await writeRows(join(folder, files.cases.name), flatMapRows(cases, tap(tally.add)));

    // An item is out of distribution if no set of the run holds it: not for training, not for testing, not left out.
    const inDomain = concatRows<Picture>(seen, test, ofDermNet);
    const alike = (await encoder?.findSimilar(inDomain, items)) ?? null;
    const known = concatRows<AuditedPicture>(inDomain, flatMapRows(links, asPictures));
    const ood = await audit(known, items, { links, similar: alike }, data.leaks.ood, folder);
    const oodTally = createOodTally();
    const kept = filterRows(items, (item, at) => {
      oodTally.add(item, ood.kindAt(at), ood.keeps(at));
      return ood.keeps(at);
    });
    const oodKept = await writeRows(join(folder, files.ood.name), kept);

    const counts = tally.splits();
    const total = counts.train + counts.validation + counts.test;
    const empty = (['train', 'test'] as const).find((split) => counts[split] === 0);
    if (empty) throw userMistake(`data.split leaves no case for ${empty}: ${total} cases are too few`);
    const malignantLeftOut = Object.fromEntries(
      await Promise.all(sources.map(async (source) => [source.adapter, await source.malignantLeftOut()] as const)),
    );
    const report = describeData({
      ...{ malignantLeftOut, cases: tally, officialSplits, funnel: dermnet.funnel((set) => imagesOf(sources, set)) },
      leaks: { test: tested.summary.audit(), ood: ood.summary.audit() },
      ood: oodTally.counts(),
    });
    return {
      facts: { ...counts, ood: oodKept },
      files: {
        [files.cases.name]: { path: join(folder, files.cases.name) },
        [files.ood.name]: { path: join(folder, files.ood.name) },
        [files.report.name]: canonicalJson(report),
      },
    };
  });
}

interface SortedOut {
  books: Rows<Case>;
  ofDermNet: Rows<Case>;
  /** All other labelled cases. */
  others: Rows<Case>;
  /** Of sets whose cases are all tested. */
  tested: Rows<Case>;
  concepts: Rows<ConceptCase>;
  links: Rows<Link>;
  /** Out-of-distribution items. */
  items: Rows<ReadyCase>;
}

/** Reads and checks each row of the sources once; from then on files of this machine are read. */
async function sortOut(sources: readonly OpenSource[], folder: string, dermnet: DermNetFilter): Promise<SortedOut> {
  const path = (name: keyof SortedOut): string => join(folder, `sorted-${name}.jsonl`);
  const paths: Record<keyof SortedOut, string> = {
    ...{ books: path('books'), ofDermNet: path('ofDermNet'), others: path('others') },
    ...{ tested: path('tested'), concepts: path('concepts'), links: path('links'), items: path('items') },
  };
  await writeLineFiles(paths, async (writers) => {
    for await (const c of await trainingCases(sources)) {
      if (isTextbookCase(c)) await writers.books.write(c);
      else {
        dermnet.count(c);
        await writers[dermnet.filters(c) ? 'ofDermNet' : 'others'].write(c);
      }
    }
    for await (const c of await rowsOfSources(sources, 'test', (source) => source.cases())) {
      if (isTextbookCase(c)) continue;
      dermnet.count(c);
      await writers.tested.write({ ...c, split: 'test' });
    }
    for await (const picture of await conceptCases(sources)) await writers.concepts.write(picture);
    for (const { use, links } of sources)
      for await (const link of await links()) await writers.links.write(use === 'ood' ? tieOnly(link) : link);
    for await (const item of await rowsOfSources(sources, 'ood', (source) => source.ready()))
      await writers.items.write(item);
  });
  return {
    ...{ books: ownRows(paths.books), ofDermNet: ownRows(paths.ofDermNet), others: ownRows(paths.others) },
    ...{
      tested: ownRows(paths.tested),
      concepts: ownRows(paths.concepts),
      links: ownRows(paths.links),
      items: ownRows(paths.items),
    },
  };
}

/** Cases with their splits: those of training and validation, and those of the test split. */
async function writeSides(
  usable: Rows<Case>,
  splitOf: (at: number) => Split,
  folder: string,
): Promise<[training: Rows<Case>, test: Rows<Case>]> {
  const paths = { training: join(folder, 'side-training.jsonl'), test: join(folder, 'side-test.jsonl') };
  await writeLineFiles(paths, async (writers) => {
    let at = 0;
    for await (const c of usable) {
      const split = splitOf(at++);
      await writers[split === 'test' ? 'test' : 'training'].write({ ...c, split });
    }
  });
  return [ownRows(paths.training), ownRows(paths.test)];
}

const adaptersFor = (sources: readonly OpenSource[], purpose: OpenSource['use']): string[] =>
  sources.filter(({ use }) => use === purpose).map(({ adapter }) => adapter);

interface Audit {
  summary: LeakSummary;
  /** How the tested picture at a position is known, if it is. */
  kindAt(at: number): LeakKind | null;
  /** Whether it stays in the data. */
  keeps(at: number): boolean;
}

async function audit(
  seen: Rows<AuditedPicture>,
  tested: Rows<AuditedPicture>,
  ties: KnownTies,
  policy: Recipe['data']['leaks']['ood'],
  folder: string,
): Promise<Audit> {
  const summary = createLeakSummary();
  /** By position one more than the number of the kind; 0, or nothing at the end, where there is no leak. */
  const kinds = new Column();
  for await (const { at, leak } of findLeaks(seen, tested, ties, folder)) {
    summary.add(leak);
    while (kinds.length < at) kinds.push(0);
    kinds.push(1 + leakKinds.indexOf(leak.kind));
  }
  return {
    summary,
    kindAt: (at) => leakKinds[kinds.at(at) - 1] ?? null,
    keeps: (at) => policy === 'report' || kinds.at(at) === 0,
  };
}

/** Passes a row on, after `note` has read it. */
const tap =
  <T>(note: (row: T) => void) =>
  (row: T): T[] => {
    note(row);
    return [row];
  };

/** Of sets whose items are out of distribution a link ties names, but is no picture of a set that is in it. */
const tieOnly = ({ source: _, officialSplit: __, ...link }: Link): Link => link;

const asLink = ({ source, group, lesion, archiveIds, images }: ConceptCase | Case): Link => ({
  ...{ source, group, lesion, archiveIds, images },
});

/** Images that the set holds, whether or not they became cases; 0 without the set. */
function imagesOf(sources: readonly OpenSource[], adapter: string): number {
  const facts = sources.find((source) => source.adapter === adapter)?.facts;
  return facts ? facts.cases + facts.leftOut + facts.quarantined + facts.duplicates : 0;
}
