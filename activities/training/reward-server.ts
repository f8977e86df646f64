/** Answers the trainer's `POST /rewards` on a Unix socket, by the one implementation of rewards. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Question } from '../../domain/questions/question.ts';
import type { RewardSettings } from '../../domain/recipe.ts';
import { rewardNames, scoreCompletion } from '../../domain/rewards/rewards.ts';
import { type RewardRequest, type RewardResponse, rewardRequestSchema } from '../../domain/trainer.ts';

export interface RewardServer {
  socket: string;
  close(): Promise<void>;
}

/** Scores the completions of one step. An id without a question is an error of the sender. */
export function scoreStep(
  { ids, completions }: RewardRequest,
  questions: ReadonlyMap<string, Question>,
  settings: RewardSettings,
): RewardResponse {
  if (ids.length !== completions.length)
    throw new RangeError(`${ids.length} ids for ${completions.length} completions`);
  const parts = completions.map((completion, i) => {
    const question = questions.get(ids[i] ?? '');
    if (!question) throw new RangeError(`there is no question "${ids[i]}"`);
    return scoreCompletion(completion, question, settings);
  });
  return { components: Object.fromEntries(rewardNames.map((name) => [name, parts.map((part) => part[name])])) };
}

/** Listens until closed. Socket paths are limited to some 100 bytes, so it stands in the system's temporary folder. */
export async function serveRewards(questions: readonly Question[], settings: RewardSettings): Promise<RewardServer> {
  const byId = new Map(questions.map((question) => [question.id, question]));
  const socket = join(tmpdir(), `dermflow-${randomUUID().slice(0, 13)}.sock`);
  const server = createServer(async (request, response) => {
    const answer = await respond(request, byId, settings);
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
  await listen(server, socket);
  return {
    socket,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
      await rm(socket, { force: true });
    },
  };
}

async function respond(
  request: IncomingMessage,
  questions: ReadonlyMap<string, Question>,
  settings: RewardSettings,
): Promise<{ status: number; body: string }> {
  if (request.method !== 'POST' || request.url !== '/rewards') return { status: 404, body: 'POST /rewards' };
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const asked = rewardRequestSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    return { status: 200, body: JSON.stringify(scoreStep(asked, questions, settings)) };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError || error instanceof z.ZodError)) throw error;
    return { status: 400, body: error.message };
  }
}

const listen = (server: Server, socket: string): Promise<void> =>
  new Promise((listening, failed) => {
    server.once('error', failed);
    server.listen(socket, listening);
  });
