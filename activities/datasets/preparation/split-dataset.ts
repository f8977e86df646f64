/** Joins the imported sets to the data of a run: split, audited for leaks, reported. */
import { type ArtifactRef, canonicalJson } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { Case } from '../../../domain/cases/case.ts';
import { countDisagreements, countOod, countSplits, describeData } from '../../../domain/cases/data-report.ts';
import { dermNet, usableCases } from '../../../domain/cases/dermnet-filter.ts';
import type { Link } from '../../../domain/cases/groups.ts';
import {
  type AuditedPicture,
  asPictures,
  findLeaks,
  type Leak,
  summariseLeaks,
} from '../../../domain/cases/leakage.ts';
import { dealCases } from '../../../domain/cases/splits.ts';
import type { ConceptCase } from '../../../domain/cases/undiagnosed.ts';
import { userMistake } from '../../../domain/failures.ts';
import type { Knowledge } from '../../../domain/knowledge/knowledge.ts';
import type { Recipe } from '../../../domain/recipe/recipe.ts';
import { isTextbookCase } from '../../../domain/trajectories/plan.ts';
import { commitOnce } from '../../commit-once.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { toJsonLines } from '../../store/commit.ts';
import type { Encoder } from '../encoder/encoder.ts';
import { conceptCases, inputsOf, type OpenSource, trainingCases } from './imported-sets.ts';

/** Splits the cases, then looks for what training has seen on the other sides. */
export function deriveDataset(
  store: ArtifactStore,
  sources: readonly OpenSource[],
  { seed, data }: Pick<Recipe, 'seed' | 'data'>,
  knowledge: Knowledge,
  encoder: Encoder | null,
): Promise<ArtifactRef> {
  const settings = { seed, ratio: data.split, groupBy: data.groupBy };
  const concepts = adaptersFor(sources, 'concepts');
  const params = {
    ...settings,
    leaks: data.leaks,
    minImagesPerClass: data.minImagesPerClass,
    ood: adaptersFor(sources, 'ood'),
    ...(concepts.length > 0 ? { concepts } : {}),
  };
  const inputs = { ...inputsOf(sources), knowledge: knowledge.digest };
  const encoded = encoder ? { encoder: { ...data.encoder, file: encoder.sha256 } } : {};
  const work = { kind: 'dataset', method: 'split/4', inputs, params: { ...params, ...encoded } } as const;
  return commitOnce(store, work, async () => {
    const labelled = await trainingCases(sources);
    const books = labelled.filter(isTextbookCase);
    const { usable, ofDermNet, funnel } = usableCases(
      labelled.filter((c) => !isTextbookCase(c)),
      knowledge,
      { minImagesPerClass: data.minImagesPerClass, imagesOfSet: imagesOf(sources, dermNet) },
    );
    const concepts = await conceptCases(sources);
    const links = await linksOf(sources);
    const trained = [...books, ...concepts].map(asLink);
    const { cases: all, disagreements } = dealCases(usable, settings, { links, trained });
    const training = all.filter((c) => c.split !== 'test');
    const seen = [...training, ...books, ...concepts];
    const test = all.filter((c) => c.split === 'test');
    const items = (
      await Promise.all(sources.filter(({ use }) => use === 'ood').map((source) => source.ready()))
    ).flat();
    const similar = await encoder?.findSimilar(seen, test);
    const tested = audit(findLeaks(seen, test, { links, ...(similar ? { similar } : {}) }), test, data.leaks.test);
    const cases = [...training, ...tested.kept];
    // An item is out of distribution if no set of the run holds it: not for training, not for testing, not left out.
    const inDomain = [...seen, ...test, ...ofDermNet];
    const alike = await encoder?.findSimilar(inDomain, items);
    const known = [...inDomain, ...asPictures(links)];
    const ood = audit(findLeaks(known, items, { links, ...(alike ? { similar: alike } : {}) }), items, data.leaks.ood);

    const files = artifactFiles.dataset;
    const counts = countSplits(cases);
    const empty = (['train', 'test'] as const).find((split) => counts[split] === 0);
    if (empty) throw userMistake(`data.split leaves no case for ${empty}: ${cases.length} cases are too few`);
    const leaks = { test: summariseLeaks(tested.leaks), ood: summariseLeaks(ood.leaks) };
    const malignantLeftOut = Object.fromEntries(
      await Promise.all(sources.map(async (source) => [source.adapter, await source.malignantLeftOut()] as const)),
    );
    const report = describeData({
      ...{ malignantLeftOut, cases, leaks, funnel },
      ood: countOod(items, ood.kept, ood.leaks),
      officialSplits: countDisagreements(disagreements),
    });
    return {
      facts: { ...counts, ood: ood.kept.length },
      files: {
        [files.cases.name]: toJsonLines(cases),
        [files.ood.name]: toJsonLines(ood.kept),
        [files.report.name]: canonicalJson(report),
      },
    };
  });
}

const adaptersFor = (sources: readonly OpenSource[], purpose: OpenSource['use']): string[] =>
  sources.filter(({ use }) => use === purpose).map(({ adapter }) => adapter);

interface Audit<T> {
  leaks: Leak[];
  kept: readonly T[];
}

function audit<T extends AuditedPicture>(
  leaks: Leak[],
  tested: readonly T[],
  policy: Recipe['data']['leaks']['ood'],
): Audit<T> {
  if (policy === 'report') return { leaks, kept: tested };
  const leaking = new Set(leaks.map(({ test }) => test.id));
  return { leaks, kept: tested.filter(({ id }) => !leaking.has(id)) };
}

/** Of sets whose items are out of distribution a link ties names, but is no picture of a set that is in it. */
const linksOf = async (sources: readonly OpenSource[]): Promise<Link[]> =>
  (
    await Promise.all(
      sources.map(async ({ use, links }) => (await links()).map((link) => (use === 'ood' ? tieOnly(link) : link))),
    )
  ).flat();

const tieOnly = ({ source: _, officialSplit: __, ...link }: Link): Link => link;

const asLink = ({ source, group, lesion, archiveIds, images }: ConceptCase | Case): Link => ({
  ...{ source, group, lesion, archiveIds, images },
});

/** Images that the set holds, whether or not they became cases; 0 without the set. */
function imagesOf(sources: readonly OpenSource[], adapter: OpenSource['adapter']): number {
  const facts = sources.find((source) => source.adapter === adapter)?.facts;
  return facts ? facts.cases + facts.leftOut + facts.quarantined + facts.duplicates : 0;
}
