/**
 * DermCoT's rows: the best narratives by their scores, and the certified ones of the training part. Nothing of DermBench's
 * part of the certified cases is among them: not the case, its patient or lesion, its picture, nor one that shows the same.
 */
import { join } from 'node:path';
import type { ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { AuditedPicture } from '../../domain/cases/leakage.ts';
import type { NarrativeRecipe } from '../../domain/contracts/narratives.ts';
import { meanScore } from '../../domain/dermeval/dimensions.ts';
import { corrupt, DermflowError, failureTypes, userMistake } from '../../domain/failures.ts';
import { type Candidate, chooseBest } from '../../domain/narratives/choose.ts';
import type { DermcotRow, Narrative } from '../../domain/narratives/narrative.ts';
import { countTones } from '../../domain/narratives/skin-tone.ts';
import { narrativeWordings } from '../../domain/narratives/wordings.ts';
import type { CertifiedSettings } from '../../domain/recipe/narratives.ts';
import type { Certified } from '../../domain/reviews/review.ts';
import { holdOut } from '../../domain/trajectories/hold-out.ts';
import { commitOnce } from '../commit-once.ts';
import { findLeaks } from '../datasets/preparation/leaks.ts';
import { writeLineFiles } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { filterRows, flatMapRows, type Rows } from '../rows.ts';
import { withScratchFolder } from '../scratch.ts';
import { readJson } from '../store/commit.ts';
import { fetchRows } from '../store/rows.ts';

/** A change of what is chosen, or of the rows' form, changes the version. */
const method = 'dermcot/2';
const files = artifactFiles.dermcot;
const { stats: scored } = artifactFiles.scores;

interface ChoiceRequest {
  recipe: NarrativeRecipe & { certified: CertifiedSettings };
  narratives: ArtifactRef;
  scores: ArtifactRef;
  certified: ArtifactRef | null;
}

export async function chooseNarratives(
  { recipe, narratives, scores, certified }: ChoiceRequest,
  { store, scratch }: { store: ArtifactStore; scratch: string },
): Promise<ArtifactRef> {
  const { seed, prompts } = recipe;
  const { keep, validationShare } = recipe.narratives;
  const { minMean } = recipe.certified;
  const { prompt } = narrativeWordings[prompts];
  const work = {
    kind: 'dermcot',
    method,
    inputs: {
      ...{ narratives: narratives.sha256, scores: scores.sha256 },
      ...(certified ? { certified: certified.sha256 } : {}),
    },
    params: { seed, prompt, keep, validationShare, ...(certified ? { minMean } : {}) },
  } as const;
  return withScratchFolder(scratch, 'dermcot', (folder) =>
    commitOnce(store, work, async () => {
      const file = artifactFiles.narratives.narratives;
      const all = await fetchRows(store, narratives, file.name, file.schema, folder);
      const people = await readCertified(store, certified, folder);
      const bench = filterRows(people, ({ part }) => part === 'bench');
      const trained = filterRows(people, ({ part }) => part === 'train');
      await refuseOverlap(bench, trained, folder);

      // Of a case that people have reviewed or skipped, their decision alone counts: no narrative of the run's own is chosen.
      const reviewed = new Set<string>();
      for await (const { caseId } of people) reviewed.add(caseId);
      const seen = await readReviewed(store, certified, folder);
      for await (const { id, caseId } of all) if (seen.has(id)) reviewed.add(caseId);
      const others = filterRows(all, ({ caseId }) => !reviewed.has(caseId));
      const tied = await tiedTo(bench, others, folder);
      const means = await readMeans(store, scores, folder);
      const counts = { train: 0, validation: 0, certified: 0, filtered: 0, dropped: 0 };
      const candidates: Candidate[] = [];
      for await (const { id, caseId } of others) {
        if (!means.has(id))
          throw corrupt(`scores ${scores.key} know nothing of narrative ${id}; score these narratives`);
        if (!tied.has(id)) candidates.push({ id, caseId, mean: means.get(id) ?? null });
      }
      const chosen = chooseBest(candidates, keep);

      const rows = async function* (): AsyncGenerator<DermcotRow> {
        for await (const each of others) {
          const mean = chosen.get(each.id);
          if (mean !== undefined) yield { ...trainingRow(each, prompt), mean, origin: 'filtered' };
        }
        for await (const each of trained) {
          const mean = meanScore(each.scores);
          if (mean !== null && mean >= minMean)
            yield { ...trainingRow(each, prompt), mean, origin: each.kind === 'script' ? 'scripted' : 'certified' };
        }
      };
      const groups = new Set<string>();
      for await (const { group } of rows()) groups.add(group);
      const heldOut = holdOut(groups, validationShare, seed);
      const tones = countTones();
      let sum = 0;
      const paths = { train: join(folder, files.train.name), validation: join(folder, files.validation.name) };
      await writeLineFiles(paths, async (writers) => {
        for await (const row of rows()) {
          counts[row.origin === 'filtered' ? 'filtered' : 'certified'] += 1;
          sum += row.mean ?? 0;
          tones.add(row);
          await (heldOut.has(row.group) ? writers.validation : writers.train).write(row);
        }
        counts.train = writers.train.count();
        counts.validation = writers.validation.count();
      });
      let total = 0;
      for await (const _ of all) total += 1;
      counts.dropped = total - counts.filtered;
      if (counts.train === 0) {
        const why =
          counts.validation > 0
            ? `all ${counts.validation} that are kept validate the training; lower narratives.validationShare`
            : candidates.length === 0
              ? "all of their cases were reviewed, or are tied to DermBench's part; lower certified.cases or certified.benchShare"
              : `${candidates.length} were to be chosen from; lower narratives.keep.threshold`;
        throw userMistake(
          `narratives.keep: none of ${total} narratives is left to train on: ${why}, or write about more cases`,
        );
      }
      const stats = {
        ...counts,
        /** Why narratives were dropped. */
        left: {
          reviewed: await countOf(filterRows(all, ({ caseId }) => reviewed.has(caseId))),
          tiedToBench: tied.size,
        },
        mean: sum / (counts.train + counts.validation),
        skinTones: tones.counts(),
        scorer: await readJson(store, await store.manifest(scores), scored.name, scored.schema),
      };
      return {
        facts: counts,
        files: {
          [files.train.name]: { path: paths.train },
          [files.validation.name]: { path: paths.validation },
          [files.stats.name]: `${JSON.stringify(stats, null, 2)}\n`,
        },
      };
    }),
  );
}

const trainingRow = ({ id, image, text, diagnosis, group, skinTone }: Narrative, prompt: string) => ({
  ...{ id, image, prompt, completion: text, diagnosis, group },
  ...(skinTone === undefined ? {} : { skinTone }),
});

async function readCertified(
  store: ArtifactStore,
  certified: ArtifactRef | null,
  folder: string,
): Promise<Rows<Certified>> {
  const { name, schema } = artifactFiles.certified.certified;
  return certified ? fetchRows(store, certified, name, schema, folder) : [];
}

/** Ids of the narratives that people have judged, also those that they skipped. */
async function readReviewed(store: ArtifactStore, certified: ArtifactRef | null, folder: string): Promise<Set<string>> {
  const { name, schema } = artifactFiles.certified.reviews;
  const ids = new Set<string>();
  for await (const { id } of certified ? await fetchRows(store, certified, name, schema, folder) : []) ids.add(id);
  return ids;
}

/** Ids are those of narratives in `scores.jsonl`; null where a dimension is missing. */
async function readMeans(
  store: ArtifactStore,
  scores: ArtifactRef,
  folder: string,
): Promise<Map<string, number | null>> {
  const { name, schema } = artifactFiles.scores.scores;
  const means = new Map<string, number | null>();
  for await (const { id, scores: own } of await fetchRows(store, scores, name, schema, folder))
    means.set(id, meanScore(own));
  return means;
}

const auditedPictureOf = ({ id, source, group, image, look }: Narrative): AuditedPicture => ({
  ...{ id, source, group, archiveIds: [], images: [image], look },
});
const picturesOf = (rows: Rows<Narrative>): Rows<AuditedPicture> => flatMapRows(rows, (row) => [auditedPictureOf(row)]);

/** A certified narrative that is trained on and one of DermBench's part must have nothing in common. */
async function refuseOverlap(bench: Rows<Certified>, trained: Rows<Certified>, folder: string): Promise<void> {
  for await (const { leak } of findLeaks(picturesOf(bench), picturesOf(trained), {}, folder)) {
    throw new DermflowError(
      failureTypes.corrupt,
      `certified: ${leak.test.id} of the training part and ${leak.train.id} of DermBench's part are tied (${leak.kind}); certify these cases again`,
      { final: true }, // it is stored so
    );
  }
}

/** Ids of the narratives whose picture, patient or lesion is in DermBench's part. */
async function tiedTo(bench: Rows<Certified>, others: Rows<Narrative>, folder: string): Promise<Set<string>> {
  const tied = new Set<string>();
  if ((await countOf(bench)) === 0) return tied;
  for await (const { leak } of findLeaks(picturesOf(bench), picturesOf(others), {}, folder)) tied.add(leak.test.id);
  return tied;
}

async function countOf(rows: Rows<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of rows) count += 1;
  return count;
}
