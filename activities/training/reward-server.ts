/** Answers the trainer's `POST /rewards` on a Unix socket, by the one implementation of rewards. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import { extractAnswer } from '../../domain/questions/extract.ts';
import type { Question } from '../../domain/questions/question.ts';
import { type RewardSettings, rewardNames } from '../../domain/reward-settings.ts';
import { type RewardRequest, type RewardResponse, rewardRequestSchema } from '../../domain/rewards/exchange.ts';
import { scoreCompletion } from '../../domain/rewards/rewards.ts';
import type { RewardSource } from './jobs/common.ts';
import type { LoadedPlugin } from './reward-plugin.ts';

interface RewardServer extends RewardSource {
  /** What went wrong here, e.g. in the recipe's own reward; the trainer sees no more than a refusal. */
  failure(): Error | null;
  close(): Promise<void>;
}

interface Scoring {
  questions: ReadonlyMap<string, Question>;
  settings: RewardSettings;
  plugin: LoadedPlugin | null;
}

/** Scores the completions of one step. An id without a question is an error of the sender. */
export async function scoreStep({ ids, completions }: RewardRequest, scoring: Scoring): Promise<RewardResponse> {
  const { questions, settings, plugin } = scoring;
  if (ids.length !== completions.length)
    throw new RangeError(`${ids.length} ids for ${completions.length} completions`);
  const scored = completions.map((completion, i) => {
    const question = questions.get(ids[i] ?? '');
    if (!question) throw new RangeError(`there is no question "${ids[i]}"`);
    return { completion, question, parts: scoreCompletion(completion, question, settings) };
  });
  const components: Record<string, number[]> = {};
  for (const name of rewardNames) components[name] = scored.map(({ parts }) => parts[name]);
  if (plugin) {
    const inputs = scored.map((each) => ({ ...each, answer: extractAnswer(each.completion, each.question) }));
    components[plugin.name] = await plugin.reward(inputs);
  }
  return { components };
}

/** How often the trainer hears from this server while rewards are computed; it gives up one that is silent. */
const signOfLifeMs = 10_000;

/** Rewards of answers to questions. */
export function serveRewards(
  questions: readonly Question[],
  settings: RewardSettings,
  plugin: LoadedPlugin | null,
  logger?: Logger,
): Promise<RewardServer> {
  const scoring = { questions: new Map(questions.map((question) => [question.id, question])), settings, plugin };
  const names = [...rewardNames, ...(plugin ? [plugin.name] : [])];
  return serveScores((request) => scoreStep(request, scoring), names, logger);
}

/**
 * Listens until closed. Socket paths are limited to some 100 bytes, so it stands in the system's temporary folder.
 *
 * @param score throws a RangeError where the trainer asks for what cannot be scored
 * @param names of the components that it returns
 */
export async function serveScores(
  score: (request: RewardRequest) => Promise<RewardResponse>,
  names: string[],
  logger?: Logger,
): Promise<RewardServer> {
  const socket = join(tmpdir(), `dermflow-${randomUUID().slice(0, 13)}.sock`);
  let failure: Error | null = null;
  const scoreOnce = onceForEqual(async (body) => score(rewardRequestSchema.parse(JSON.parse(body))));

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // A trainer may be killed at any moment; then nobody is there to be answered.
    for (const end of [request, response])
      end.on('error', (error) => logger?.debug({ reason: error.message }, 'trainer left'));
    if (request.method !== 'POST' || request.url !== '/rewards') return answer(response, 404, 'POST /rewards');
    const body = await bodyOf(request);
    if (body === null) return;
    const life = setInterval(() => response.writeContinue(), signOfLifeMs);
    try {
      answer(response, 200, JSON.stringify(await scoreOnce(body)));
    } catch (error) {
      const isSenders = error instanceof SyntaxError || error instanceof RangeError || error instanceof z.ZodError;
      if (!isSenders) failure = error instanceof Error ? error : new Error(String(error));
      answer(response, isSenders ? 400 : 500, error instanceof Error ? error.message : String(error));
    } finally {
      clearInterval(life);
    }
  };

  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) =>
      logger?.warn({ reason: String(error) }, 'rewards not answered'),
    );
  });
  server.on('clientError', (_error, connection) => connection.destroy());
  await listen(server, socket);
  return {
    socket,
    names,
    failure: () => failure,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
      await rm(socket, { force: true });
    },
  };
}

/** A trainer whose connection broke sends its request again: it is not scored, nor a judge paid, a second time. */
function onceForEqual<T>(work: (body: string) => Promise<T>): (body: string) => Promise<T> {
  let last: { body: string; result: Promise<T> } | null = null;
  return (body) => {
    if (last?.body === body) return last.result;
    const own = { body, result: work(body) };
    last = own;
    own.result.catch(() => {
      if (last === own) last = null;
    });
    return own.result;
  };
}

/** Null where the sender is gone before its end. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return null;
  }
  return request.complete ? Buffer.concat(chunks).toString('utf8') : null;
}

function answer(response: ServerResponse, status: number, body: string): void {
  if (!response.destroyed) response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

const listen = (server: Server, socket: string): Promise<void> =>
  new Promise((listening, failed) => {
    server.once('error', failed);
    server.listen(socket, listening);
  });
