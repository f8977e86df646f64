/** The classification sets of a run: items made of its test cases, a benchmark for each source. */
import { join } from 'node:path';
import { type ArtifactRef, digestOfJson } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { classificationItems, classificationName, pictureFile } from '../../domain/benchmarks/classification-set.ts';
import type { OwnItem } from '../../domain/benchmarks/own-items.ts';
import type { Case, ImageRef } from '../../domain/cases/case.ts';
import type { ClassificationActivities, SetsRecipe } from '../../domain/contracts/distillation.ts';
import { userMistake } from '../../domain/failures.ts';
import { showsLabels } from '../../domain/recipe/evaluation.ts';
import { commitOnce } from '../commit-once.ts';
import { withHeartbeats } from '../heartbeats.ts';
import { writeCanonicalFile } from '../json-file.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { withScratchFolder } from '../scratch.ts';
import { fetchRows } from '../store/rows.ts';

export interface ClassificationDependencies {
  store: ArtifactStore;
  environment: { scratch: string };
}

export function createClassificationActivities({
  store,
  environment,
}: ClassificationDependencies): Pick<ClassificationActivities, 'makeSets'> {
  return {
    makeSets: ({ recipe, dataset }) =>
      withHeartbeats((report) =>
        withScratchFolder(environment.scratch, 'sets', async (folder) => {
          report({ phase: 'reading the test cases', done: 0, total: 0 });
          const { name, schema } = artifactFiles.dataset.cases;
          const bySet = new Map<string, Case[]>();
          for await (const c of await fetchRows(store, dataset, name, schema, folder)) {
            const set = c.source.split('/', 1)[0] ?? c.source;
            if (c.split !== 'test') continue;
            const own = bySet.get(set) ?? [];
            bySet.set(set, own);
            own.push(c);
          }
          return Promise.all(
            setsOf(recipe, bySet).map(async ([set, cases], place) => {
              const items = classificationItems(cases, set, settingsOf(recipe, set));
              const path = join(folder, `own-items-${place}.json`);
              return { name: classificationName(set), items: await storeItems(store, dataset, { cases, items }, path) };
            }),
          );
        }),
      ),
  };
}

const settingsOf = ({ seed, prompts, evaluation }: SetsRecipe, set: string) => ({
  ...{ seed, prompts, candidateLabels: showsLabels(evaluation, set), maxItems: evaluation.maxItems },
});

/** Throws a user's mistake for a set without a test case. */
function setsOf({ data, evaluation }: SetsRecipe, bySet: ReadonlyMap<string, Case[]>): [string, Case[]][] {
  const known = data.sources.map(({ adapter }) => adapter);
  const wanted: readonly string[] = evaluation.sets ?? known.filter((set) => bySet.has(set));
  return wanted.map((set) => {
    const cases = bySet.get(set);
    if (cases) return [set, cases];
    throw userMistake(`evaluation.sets: ${set} has no case in the test split; remove it, or give data.split.test more`);
  });
}

function storeItems(
  store: ArtifactStore,
  dataset: ArtifactRef,
  { cases, items }: { cases: readonly Case[]; items: OwnItem[] },
  path: string,
): Promise<ArtifactRef> {
  const asked = new Set(items.map(({ image }) => image));
  const images: Record<string, ImageRef> = Object.fromEntries(
    cases.flatMap((c) => {
      const [image] = c.images;
      return image && asked.has(pictureFile(c)) ? [[pictureFile(c), image]] : [];
    }),
  );
  const own = { items, images };
  // Of their contents, as items of a user's own: what was asked before is asked again by the same key.
  const params = { items: digestOfJson(own) };
  const work = {
    kind: 'dataset',
    method: 'classification-items/1',
    inputs: { dataset: dataset.sha256 },
    params,
  } as const;
  return commitOnce(store, work, async () => {
    await writeCanonicalFile(path, own);
    return {
      facts: { items: items.length, images: Object.keys(images).length },
      files: { [artifactFiles.dataset.own.name]: { path } },
    };
  });
}
