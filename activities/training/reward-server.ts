/** Answers the trainer's `POST /rewards` on a Unix socket, by the one implementation of rewards. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { DermflowError } from '../../domain/failures.ts';
import { extractAnswer } from '../../domain/questions/extract.ts';
import type { Question } from '../../domain/questions/question.ts';
import type { RewardSettings } from '../../domain/recipe.ts';
import { rewardNames, scoreCompletion } from '../../domain/rewards/rewards.ts';
import { type RewardRequest, type RewardResponse, rewardRequestSchema } from '../../domain/trainer.ts';
import type { LoadedPlugin } from './reward-plugin.ts';
import type { RewardSource } from './stages.ts';

export interface RewardServer extends RewardSource {
  /** What the recipe's own reward did wrong; the trainer sees no more than a refusal. */
  failure(): DermflowError | null;
  close(): Promise<void>;
}

export interface Scoring {
  questions: ReadonlyMap<string, Question>;
  settings: RewardSettings;
  plugin: LoadedPlugin | null;
}

/** Scores the completions of one step. An id without a question is an error of the sender. */
export function scoreStep({ ids, completions }: RewardRequest, scoring: Scoring): RewardResponse {
  if (ids.length !== completions.length)
    throw new RangeError(`${ids.length} ids for ${completions.length} completions`);
  const scores = completions.map((completion, i) => {
    const question = scoring.questions.get(ids[i] ?? '');
    if (!question) throw new RangeError(`there is no question "${ids[i]}"`);
    return scoreOne(completion, question, scoring);
  });
  const names = componentNames(scoring.plugin);
  return { components: Object.fromEntries(names.map((name) => [name, scores.map((score) => score[name] ?? 0)])) };
}

function scoreOne(completion: string, question: Question, { settings, plugin }: Scoring): Record<string, number> {
  const parts = scoreCompletion(completion, question, settings);
  if (!plugin) return parts;
  const answer = extractAnswer(completion, question);
  return { ...parts, [plugin.name]: plugin.reward({ completion, question, answer, parts }) };
}

const componentNames = (plugin: LoadedPlugin | null): string[] => [...rewardNames, ...(plugin ? [plugin.name] : [])];

/** Listens until closed. Socket paths are limited to some 100 bytes, so it stands in the system's temporary folder. */
export async function serveRewards(
  questions: readonly Question[],
  settings: RewardSettings,
  plugin: LoadedPlugin | null,
): Promise<RewardServer> {
  const scoring = { questions: new Map(questions.map((question) => [question.id, question])), settings, plugin };
  const socket = join(tmpdir(), `dermflow-${randomUUID().slice(0, 13)}.sock`);
  let failure: DermflowError | null = null;
  const server = createServer(async (request, response) => {
    const answer = await respond(request, scoring, (error) => {
      failure = error;
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
  await listen(server, socket);
  return {
    socket,
    names: componentNames(plugin),
    failure: () => failure,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
      await rm(socket, { force: true });
    },
  };
}

async function respond(
  request: IncomingMessage,
  scoring: Scoring,
  onFailure: (error: DermflowError) => void,
): Promise<{ status: number; body: string }> {
  if (request.method !== 'POST' || request.url !== '/rewards') return { status: 404, body: 'POST /rewards' };
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const asked = rewardRequestSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    return { status: 200, body: JSON.stringify(scoreStep(asked, scoring)) };
  } catch (error) {
    if (error instanceof DermflowError) {
      onFailure(error);
      return { status: 500, body: error.message };
    }
    if (!(error instanceof SyntaxError || error instanceof RangeError || error instanceof z.ZodError)) throw error;
    return { status: 400, body: error.message };
  }
}

const listen = (server: Server, socket: string): Promise<void> =>
  new Promise((listening, failed) => {
    server.once('error', failed);
    server.listen(socket, listening);
  });
