/** Settled reviews as certified narratives, the benchmark that a part of them becomes, and rows for an evaluator. */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ArtifactRef, digestOfJson } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { createMemoryLists } from '../../domain/cases/memory-index.ts';
import { indexHashes, type NearDuplicateIndex } from '../../domain/cases/near-duplicates.ts';
import type { CertifiedResult, ReviewActivities } from '../../domain/contracts/narratives.ts';
import type { JudgedRow } from '../../domain/dermeval/soreb.ts';
import { unavailable } from '../../domain/failures.ts';
import type { Narrative } from '../../domain/narratives/narrative.ts';
import { benchItem, benchPicture } from '../../domain/reviews/bench-items.ts';
import { evaluatorRow } from '../../domain/reviews/evaluations.ts';
import { mergeReviews } from '../../domain/reviews/merge.ts';
import type { Certified } from '../../domain/reviews/review.ts';
import { reviewerKey } from '../../domain/reviews/reviewer.ts';
import { splitCertified } from '../../domain/reviews/split.ts';
import { countStates, countWords, isComplete, type ReviewedCase } from '../../domain/reviews/state.ts';
import { commitOnce } from '../commit-once.ts';
import { writeCanonicalFile } from '../json-file.ts';
import { rowFiles, writeRows } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { flatMapRows, listRows, type Rows } from '../rows.ts';
import { withScratchFolder } from '../scratch.ts';
import { fetchRows, type ReadingFrom } from '../store/rows.ts';
import { createReviewLog } from './review-log.ts';
import { readNarratives, reviewedCases } from './review-set.ts';

type CertifyInput = Parameters<ReviewActivities['certify']>[0];

const inTurns = (looks: readonly string[]): AsyncIterable<string> => ({
  [Symbol.asyncIterator]: async function* () {
    for (const look of looks) {
      await nextTurn();
      yield look;
    }
  },
});

/** Heartbeats have their turn while thousands of pictures are compared. */
const indexInTurns = (looks: readonly string[]): Promise<NearDuplicateIndex> =>
  indexHashes(inTurns(looks), looks.length, {
    lists: { wholes: createMemoryLists(), windows: createMemoryLists() },
    hashAt: (position) => looks[position] ?? '',
    turn: () => nextTurn(),
  });

/** Share of what evaluators learn from that validates them; its cases stand with those that belong together. */
const validationShare = 0.1;

export const certify = ({ store, scratch }: ReadingFrom, input: CertifyInput): Promise<CertifiedResult> =>
  withScratchFolder(scratch, 'certified', (folder) => certifyIn({ store, folder }, input));

/** The folder stands until the files are stored. */
interface Place {
  store: ArtifactStore;
  folder: string;
}

async function certifyIn(place: Place, { recipe, set }: CertifyInput): Promise<CertifiedResult> {
  const { store, folder } = place;
  const narratives = await readNarratives(store, set);
  const { by, reviewers, settleAbove, benchShare } = recipe.certified;
  const given = await createReviewLog(store, narratives, recipe.certified).read();
  const cases = reviewedCases(narratives, given, { by, reviewers, settleAbove });
  const counts = countStates(cases.map(({ reviewed }) => reviewed.state));
  if (!isComplete(counts)) throw unavailable(`cases wait for reviews still: ${countWords(counts)}`);
  // What did not count, e.g. a program's reviews where people were asked, is kept nowhere.
  const reviews = cases.flatMap(({ reviewed: { opinions, settlement } }) => [
    ...opinions,
    ...(settlement ? [settlement] : []),
  ]);
  const work = {
    ...({ kind: 'certified', method: 'certified/1', inputs: { set: set.sha256 } } as const),
    params: { seed: recipe.seed, by, reviewers, settleAbove, benchShare, reviews: digestOfJson(reviews) },
  };
  const certified = await commitOnce(store, work, async () => {
    const rows = await certifiedRows(cases, recipe.seed, benchShare);
    const parts = Object.groupBy(rows, ({ part }) => part);
    return {
      facts: {
        certified: rows.length,
        skipped: counts.skipped,
        settled: rows.filter(({ settled }) => settled).length,
        ...{ train: parts.train?.length ?? 0, bench: parts.bench?.length ?? 0, by },
      },
      files: await rowFiles(folder, {
        [artifactFiles.certified.certified.name]: rows,
        [artifactFiles.certified.reviews.name]: reviews,
      }),
    };
  });
  const { name, schema } = artifactFiles.certified.certified;
  const rows = await listRows(await fetchRows(store, certified, name, schema, folder));
  const train = rows.filter(({ part }) => part === 'train');
  const bench = rows.filter(({ part }) => part === 'bench');
  return {
    certified,
    bench: bench.length === 0 ? null : await benchOf(place, certified, bench, recipe.prompts),
    judgements: await judgementsOf(place, { certified, set }, narratives, train, recipe.seed),
    people: new Set(rows.flatMap(({ reviewers }) => reviewers.map(reviewerKey))).size,
    counts: {
      certified: rows.length,
      skipped: counts.skipped,
      settled: rows.filter(({ settled }) => settled).length,
      ...{ train: train.length, bench: bench.length, evaluatorRows: train.length },
    },
  };
}

async function certifiedRows(
  cases: readonly { narrative: Narrative; reviewed: ReviewedCase }[],
  seed: number,
  benchShare: number,
): Promise<Certified[]> {
  const merged = cases.flatMap(({ narrative, reviewed }) => {
    const own = mergeReviews(reviewed);
    return own ? [{ narrative, own }] : [];
  });
  const parts = await splitCertified(
    merged.map(({ narrative }) => narrative),
    { seed, benchShare },
    indexInTurns,
  );
  return merged.map(({ narrative, own: { text, ...rest } }) => ({
    ...narrative,
    text: text ?? narrative.text,
    ...rest,
    part: parts.get(narrative.id) ?? 'train',
  }));
}

function benchOf(
  { store, folder }: Place,
  certified: ArtifactRef,
  rows: readonly Certified[],
  prompts: CertifyInput['recipe']['prompts'],
): Promise<ArtifactRef> {
  const own = {
    items: rows.map((row) => benchItem(row, prompts)),
    images: Object.fromEntries(rows.map((row) => [benchPicture(row), row.image])),
  };
  const work = {
    ...({ kind: 'dataset', method: 'certified-items/1', inputs: { certified: certified.sha256 } } as const),
    params: { prompts },
  };
  return commitOnce(store, work, async () => {
    const { name } = artifactFiles.dataset.own;
    const path = join(folder, name);
    await writeCanonicalFile(path, own);
    return {
      facts: { items: rows.length, images: Object.keys(own.images).length },
      files: { [name]: { path } },
    };
  });
}

async function judgementsOf(
  { store, folder }: Place,
  { certified, set }: { certified: ArtifactRef; set: ArtifactRef },
  narratives: readonly Narrative[],
  rows: readonly Certified[],
  seed: number,
): Promise<ArtifactRef> {
  const work = {
    ...({ kind: 'judgements', method: 'certified-judgements/1' } as const),
    inputs: { certified: certified.sha256, set: set.sha256 },
    params: { seed, validationShare },
  };
  return commitOnce(store, work, async () => {
    const parts = await splitCertified(rows, { seed, benchShare: validationShare }, indexInTurns);
    const asSeen = new Map(narratives.map((narrative) => [narrative.id, narrative]));
    const rowsOf = (part: 'train' | 'bench'): Rows<JudgedRow> =>
      flatMapRows(rows, ({ id, scores }) => {
        const narrative = asSeen.get(id);
        return narrative && parts.get(id) === part ? [evaluatorRow(narrative, scores)] : [];
      });
    const { judgements: files } = artifactFiles;
    const [train, validation] = [join(folder, files.train.name), join(folder, files.validation.name)];
    return {
      facts: {
        train: await writeRows(train, rowsOf('train')),
        validation: await writeRows(validation, rowsOf('bench')),
      },
      files: { [files.train.name]: { path: train }, [files.validation.name]: { path: validation } },
    };
  });
}
