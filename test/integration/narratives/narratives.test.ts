/** Narratives through their activities: a vision model behind an endpoint, killed and resumed; and the demo's two models. */
import { tmpdir } from 'node:os';
import { MockActivityEnvironment } from '@temporalio/testing';
import pino from 'pino';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createLlmChooser } from '../../../activities/llm/client.ts';
import {
  createDermcotActivities,
  createDescriptionActivities,
  createNarrativeActivities,
} from '../../../activities/narratives/activities.ts';
import type { ArtifactStore } from '../../../activities/ports/artifact-store.ts';
import { readJsonLines } from '../../../activities/store/rows.ts';
import { identifyModel } from '../../../activities/trainer/base-model.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { Case } from '../../../domain/cases/case.ts';
import { renderLesion } from '../../../domain/demo/lesion.ts';
import { generateWorld } from '../../../domain/demo/world.ts';
import { usualJudge } from '../../../domain/dermeval/judge.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { readEnvironment } from '../../../platform/env.ts';
import { makeCase } from '../../support/cases.ts';
import { type Asked, chatCompletion, chatError, serveChat } from '../../support/chat-server.ts';
import { sixOf } from '../../support/judging.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { drawnCases, generated, narrativeRecipe, storeCases, storeRows } from '../../support/narratives.ts';

const logger = pino({ level: 'silent' });
const file = artifactFiles.narratives.narratives;
const inActivity = <T>(work: () => Promise<T>, environment = new MockActivityEnvironment()): Promise<T> =>
  environment.run(work);

function activitiesOf(store: ArtifactStore, variables: Record<string, string>) {
  const environment = { ...readEnvironment({ ...process.env, ...variables }), scratch: tmpdir() };
  const chooseLlm = createLlmChooser(environment, (image) => store.getBlob(image));
  return {
    ...createNarrativeActivities({ store, chooseLlm, environment, logger }),
    ...createDescriptionActivities({ store, environment, logger }),
    ...createDermcotActivities({ store, environment, logger }),
  };
}

describe('a vision model behind an endpoint', () => {
  const cases = drawnCases();
  const train = cases.filter(({ split }) => split === 'train');
  const description = '<description>\nMorphology: One round spot.\nColour: It is brown.\n</description>';
  /** Whether a request tells the diagnosis, and which. */
  const labelIn = ({ body }: Asked): string | undefined =>
    /The diagnosis is ([^.]+)\. Write the rest/.exec(JSON.stringify(body))?.[1];
  const reasons = (diagnosis: string): string =>
    JSON.stringify({
      meaning: 'The colour and the shape speak for it.',
      differentials: [
        { diagnosis: 'acne', whyNot: 'There are no comedones at all.' },
        { diagnosis: 'psoriasis', whyNot: 'It does not scale anywhere.' },
      ],
      conclusion: `It is most likely ${diagnosis}.`,
      diagnosis,
    });
  const answer = (asked: Asked): string => {
    const label = labelIn(asked);
    return label === undefined ? description : `<think>It was told.</think>${reasons(label)}`;
  };
  const recipe = narrativeRecipe({ describer: 'llm', scoredBy: 'judge', maxUnscored: 0 }, { prompts: 'paper' });

  it('describes each picture without its label, then reasons; killed, it asks for the rest alone; a judge scores all', async () => {
    const store = createMemoryStore();
    const dataset = await storeCases(store, cases);
    const environment = new MockActivityEnvironment();
    const killAt = train.length + 7;
    let asked = 0;
    const server = await serveChat((_, request) => {
      if (JSON.stringify(request.body).includes('Grade the candidate')) return chatCompletion({ content: sixOf(4) });
      asked += 1;
      if (asked === 3) return chatError(503, 'busy');
      if (asked === killAt) environment.cancel();
      return chatCompletion({ content: answer(request) });
    });
    const variables = {
      ...{ DERMFLOW_LLM_PROVIDER: 'openai-compatible', DERMFLOW_LLM_MODEL: 'vision' },
      ...{ DERMFLOW_LLM_BASE_URL: server.baseUrl, DERMFLOW_LLM_CONCURRENCY: '2' },
    };
    const activities = activitiesOf(store, variables);
    const input = { recipe, dataset, descriptions: null };
    await expect(inActivity(() => activities.writeNarratives(input), environment)).rejects.toThrow();
    const before = asked;
    expect(before).toBeLessThan(2 * train.length);

    const again = activitiesOf(store, variables);
    const { narratives, counts, llm } = await inActivity(() => again.writeNarratives(input));
    expect(counts).toEqual({ cases: train.length, written: train.length, rejected: 0, llmCalls: 2 * train.length });
    // One that told who answers, one that was busy; what was under way at the kill may have been asked twice.
    expect(asked).toBeGreaterThanOrEqual(2 * train.length + 2);
    expect(asked).toBeLessThanOrEqual(2 * train.length + 2 + 3);
    expect(llm?.requests).toBe(2 * train.length);
    const rows = await readJsonLines(store, narratives, file.name, file.schema);
    expect(rows.every(({ text, diagnosis }) => text.endsWith(`The answer is ${diagnosis}.`))).toBe(true);
    const told = server.requests.map((request) => [labelIn(request), JSON.stringify(request.body)] as const);
    const blind = told.filter(([label, body]) => label === undefined && body.includes('image_url'));
    expect(blind.length).toBeGreaterThanOrEqual(train.length);
    for (const [, body] of blind) for (const { diagnosis } of train) expect(body).not.toContain(diagnosis);

    const scoring = { ...recipe, judge: { ...usualJudge, model: 'strict', provider: 'openai-compatible' as const } };
    const { counts: scored } = await inActivity(() => again.judgeNarratives({ recipe: scoring, narratives }));
    expect(scored).toEqual({ scored: train.length, missing: 0 });
  });

  it('is paid for nothing where the judge that is to score its narratives takes no pictures', async () => {
    const store = createMemoryStore();
    const dataset = await storeCases(store, cases);
    const server = await serveChat((_, { body }) =>
      JSON.stringify(body).includes('Grade the candidate') && JSON.stringify(body).includes('image_url')
        ? chatError(400, 'strict is not a multimodal model')
        : chatCompletion({ content: description }),
    );
    const activities = activitiesOf(store, {
      ...{ DERMFLOW_LLM_PROVIDER: 'openai-compatible', DERMFLOW_LLM_MODEL: 'vision' },
      DERMFLOW_LLM_BASE_URL: server.baseUrl,
    });
    const scoring = { ...recipe, judge: { ...usualJudge, model: 'strict', provider: 'openai-compatible' as const } };
    await expect(
      inActivity(() => activities.writeNarratives({ recipe: scoring, dataset, descriptions: null })),
    ).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringMatching(/serves "strict", which takes no images .*judge\.model/),
    });
    const described = server.requests.filter(({ body }) => JSON.stringify(body).includes('Morphology'));
    expect(described).toEqual([]);
  });

  it('is not the embedded one, which sees no pictures and judges nothing', async () => {
    const store = createMemoryStore();
    const dataset = await storeCases(store, cases);
    const activities = activitiesOf(store, { DERMFLOW_LLM_PROVIDER: '', DERMFLOW_LLM_BASE_URL: '' });
    await expect(
      inActivity(() => activities.writeNarratives({ recipe, dataset, descriptions: null })),
    ).rejects.toMatchObject({ type: failureTypes.userMistake, message: expect.stringContaining('takes no images') });
    const scoring = { ...recipe, judge: { ...usualJudge, model: 'strict' } };
    await expect(
      inActivity(() => activities.judgeNarratives({ recipe: scoring, narratives: dataset })),
    ).rejects.toMatchObject({ type: failureTypes.userMistake, message: expect.stringContaining('judge.model strict') });
  });
});

describe('the demo', () => {
  it('has its base describe, the embedded model reason, the drawings score', async () => {
    const store = createMemoryStore();
    const cases: Case[] = [];
    for (const { id, patient, diagnosis, appearance } of generateWorld(generated, 1).clinic.slice(0, 8)) {
      const { width, height, rgb } = renderLesion(appearance);
      const blob = await store.putBlob(
        await sharp(rgb, { raw: { width, height, channels: 3 } })
          .png()
          .toBuffer(),
      );
      const more = { split: 'train' as const, group: patient, images: [{ ...blob, width, height }] };
      cases.push(makeCase(`ham10000/${id}`, diagnosis.name, more));
    }
    const lines = cases.map((row) => `${JSON.stringify(row)}\n`).join('');
    const dataset = await storeRows(store, 'dataset', { [artifactFiles.dataset.cases.name]: lines });
    const activities = activitiesOf(store, { DERMFLOW_LLM_PROVIDER: '', DERMFLOW_LLM_BASE_URL: '' });
    const python = readEnvironment(process.env).trainerPython;
    const model = await identifyModel('tiny', { python, run: null });
    const recipe = narrativeRecipe({ maxTokens: 96, maxRejectedShare: 0.3 });
    const descriptions = await inActivity(() => activities.describePictures({ recipe, model, dataset }));
    const { narratives, counts } = await inActivity(() =>
      activities.writeNarratives({ recipe, dataset, descriptions }),
    );
    expect(counts.cases).toBe(8);
    expect(counts.llmCalls).toBeLessThanOrEqual(8);
    expect(counts.written).toBeGreaterThan(5);
    const { scores, counts: scored } = await inActivity(() => activities.scoreByDrawing({ recipe, narratives }));
    expect(scored).toEqual({ scored: counts.written, missing: 0 });
    const choice = { ...recipe, narratives: { ...recipe.narratives, keep: { threshold: 4, top: 10 } } };
    const { dermcot, counts: chosen } = await inActivity(() =>
      activities.chooseNarratives({ recipe: choice, narratives, scores, certified: null }),
    );
    expect(chosen.filtered).toBeGreaterThan(1);
    const { train } = artifactFiles.dermcot;
    const rows = await readJsonLines(store, dermcot, train.name, train.schema);
    expect(rows.every(({ mean }) => (mean ?? 0) >= 4)).toBe(true);
  });
});
