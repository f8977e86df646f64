/** Data sets to write narratives about, and writers, for tests. */
import { tmpdir } from 'node:os';
import { z } from 'zod';
import { toJsonLines } from '../../activities/json-lines.ts';
import type { Asking } from '../../activities/llm/asking/ask.ts';
import type { DescriptionContext } from '../../activities/narratives/describe.ts';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { commitFiles } from '../../activities/store/commit.ts';
import type { ArtifactKind, ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { Case } from '../../domain/cases/case.ts';
import type { ScoringRecipe } from '../../domain/contracts/narratives.ts';
import { type Findings, listFindings } from '../../domain/demo/findings.ts';
import { generateWorld } from '../../domain/demo/world.ts';
import { compactNarratives } from '../../domain/narratives/compact.ts';
import {
  type CertifiedSettings,
  certifiedSchema,
  type NarrativesSettings,
  narrativesSchema,
} from '../../domain/recipe/narratives.ts';
import { joinFindings } from '../../domain/trajectories/rationale.ts';
import { makeCase } from './cases.ts';
import { drawnHash } from './drawn-pictures.ts';
import { silent } from './finished-run.ts';
import { shippedKnowledge } from './knowledge.ts';
import { llmSettings } from './llm.ts';
import { demoRecipe } from './recipes.ts';

const choices = z.object({
  properties: z.record(z.string(), z.object({ enum: z.tuple([z.string()], z.string()) })),
});

/** A reply that takes the first choice of each list. */
export const firstChoices = (jsonSchema: unknown): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(choices.parse(jsonSchema).properties).map(([name, { enum: list }]) => [name, list[0]]),
    ),
  );

/** An empty finding is left out. */
export function compactText(findings: Findings, diagnosis: string): string {
  const told = { diagnosis, description: joinFindings(listFindings(findings).filter(Boolean)) };
  const reply = firstChoices(compactNarratives.reason(told, shippedKnowledge).jsonSchema);
  const read = compactNarratives.readReasons(reply, told, shippedKnowledge);
  if (!read.ok) throw new Error(read.reason);
  return compactNarratives.compose(told, read.text, shippedKnowledge);
}

export const generated = { images: 60, textbook: 8, atypical: 0.25, atypicalTextbook: 0.1 };

/** The clinic's pictures as cases: three of four for training, patients together. */
export const drawnCases = (): Case[] =>
  generateWorld(generated, 1).clinic.map(({ id, patient, diagnosis }, i) =>
    makeCase(`ham10000/${id}`, diagnosis.name, {
      ...{ source: 'ham10000', group: `patient/${patient}`, look: drawnHash(i) },
      split: Number(patient.slice(2)) % 4 === 0 ? 'test' : 'train',
    }),
  );

export const storeRows = (
  store: ArtifactStore,
  kind: ArtifactKind,
  files: Record<string, string>,
  key = 'all',
): Promise<ArtifactRef> =>
  commitFiles(
    store,
    { kind, key, method: 'test/1', inputs: {}, params: {}, facts: {} },
    Object.fromEntries(Object.entries(files).map(([name, data]) => [name, { data }])),
  );

/** Their pictures are their ids, by whose digest `makeCase` knows them. */
export async function storeCases(store: ArtifactStore, cases: readonly Case[], key = 'all'): Promise<ArtifactRef> {
  for (const { id } of cases) await store.putBlob(id);
  return storeRows(store, 'dataset', { [artifactFiles.dataset.cases.name]: toJsonLines(cases) }, key);
}

export type NarrativeTestRecipe = ScoringRecipe & { certified: CertifiedSettings };

export function narrativeRecipe(
  narratives: Partial<NarrativesSettings> = {},
  more: Partial<NarrativeTestRecipe> = {},
): NarrativeTestRecipe {
  const { seed, prompts, model } = demoRecipe();
  return {
    ...{ seed, prompts, model, data: { generate: generated } },
    narratives: {
      ...narrativesSchema.parse({ maxRejectedShare: 0.1, describer: 'base', scoredBy: 'drawn', temperature: 0 }),
      ...narratives,
    },
    certified: certifiedSchema.parse({}),
    ...more,
  };
}

export const writing = (store: ArtifactStore, llm: Asking['llm'], execution = 'first'): Asking => ({
  ...{ store, scratch: tmpdir(), settings: llmSettings, budget: {}, spent: [], onReply: () => {} },
  ...{ llm, run: { id: 'run', execution }, now: () => new Date(0), signal: new AbortController().signal },
});

/** @param answer by the place of a row among those that are asked at once */
export const describing = (
  store: ArtifactStore,
  answer: (place: number, image: string) => string,
): DescriptionContext & { asked: string[] } => {
  const asked: string[] = [];
  return {
    ...{ asked, store, scratch: tmpdir(), signal: new AbortController().signal, onProgress: () => {} },
    trainer: { python: 'none', logger: silent },
    openRunner: async () => ({
      generate: async function* (rows) {
        for (const [
          place,
          {
            id,
            images: [image = ''],
          },
        ] of rows.entries()) {
          asked.push(image);
          yield { id, text: answer(place, image.replace('.png', '')), tokens: [1] };
        }
      },
      close: async () => {},
    }),
  };
};
