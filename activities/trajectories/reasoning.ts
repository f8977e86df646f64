/**
 * The differential reasoning of planned trajectories: which requests are made, and which replies serve which
 * trajectories. Equal requests are one; beyond the budget a trajectory takes the reply of another with the same pair of
 * diagnoses, if its findings allow that reply.
 */
import { canonicalJson, digestOf } from '../../domain/artifact.ts';
import type { LlmRequest, ReplyReader } from '../../domain/llm.ts';
import { type DifferentialTrajectory, type PlannedTrajectory, shownCase } from '../../domain/trajectories/plan.ts';
import { parseRho, type RhoForm, rhoRequest } from '../../domain/trajectories/rho.ts';
import type { Answers } from './ask.ts';

/** One request with the trajectories that wait for it. */
export interface ReasoningRequest {
  /** Digest of the request. */
  id: string;
  request: LlmRequest;
  read: ReplyReader;
  /** Diagnosis to argue for, and the other one. */
  pair: string;
  trajectories: string[];
}

export interface Rejection {
  request: string;
  pair: string;
  reason: string;
  text: string;
  /** The endpoint's own, where it did not take the request. */
  words: string | null;
  trajectories: string[];
}

export interface Reasoning {
  /** ρ by the id of its trajectory. */
  rho: Map<string, string>;
  rejected: Rejection[];
  /** Trajectories that took another's reply, and those that no reply fits. */
  reused: number;
  leftOut: string[];
}

/** Distinct requests, those that serve the most trajectories first. */
export function collectRequests(planned: readonly PlannedTrajectory[], form: RhoForm): ReasoningRequest[] {
  const questions = new Map<string, ReasoningRequest>();
  for (const trajectory of planned) {
    if (trajectory.type === 1) continue;
    const request = rhoRequest(trajectory, form);
    const id = digestOf(canonicalJson(request));
    const question = questions.get(id) ?? {
      id,
      request,
      read: readerOf(request, form),
      pair: pairOf(trajectory),
      trajectories: [],
    };
    question.trajectories.push(trajectory.id);
    questions.set(id, question);
  }
  return [...questions.values()].toSorted((a, b) => b.trajectories.length - a.trajectories.length);
}

const readerOf =
  (request: LlmRequest, form: RhoForm): ReplyReader =>
  (text) => {
    const read = parseRho(request, form, text);
    return read.ok ? null : read.reason;
  };

function pairOf(trajectory: DifferentialTrajectory): string {
  const kept = shownCase(trajectory);
  const other = kept === trajectory.primary ? trajectory.differential : trajectory.primary;
  return `${kept.diagnosis} / ${other.diagnosis}`;
}

/**
 * Reads the replies and gives each trajectory its ρ.
 *
 * @param replies by the id of their question; questions without one were beyond the budget
 */
export function distributeReplies(questions: readonly ReasoningRequest[], replies: Answers, form: RhoForm): Reasoning {
  const result: Reasoning = { rho: new Map(), rejected: [], reused: 0, leftOut: [] };
  const accepted = new Map<string, string[]>();
  for (const { id, request, pair, trajectories } of questions) {
    const reply = replies.get(id);
    if (reply === undefined) continue;
    const { text, fault } = reply;
    const read = parseRho(request, form, text);
    if (fault !== null || !read.ok) {
      const words = reply.entries.at(-1)?.reply.words ?? null;
      result.rejected.push({ request: id, pair, reason: fault ?? 'unreadable', text, words, trajectories });
      continue;
    }
    accepted.set(pair, [...(accepted.get(pair) ?? []), text]);
    for (const trajectory of trajectories) result.rho.set(trajectory, read.rho);
  }
  for (const question of questions.filter(({ id }) => !replies.has(id))) {
    const rho = form === 'findings' ? firstFittingReply(question, accepted.get(question.pair) ?? []) : null;
    if (rho === null) {
      result.leftOut.push(...question.trajectories);
      continue;
    }
    for (const trajectory of question.trajectories) result.rho.set(trajectory, rho);
    result.reused += question.trajectories.length;
  }
  return result;
}

/** The first reply of the pair that names findings of this request; free text speaks of its own rules alone. */
function firstFittingReply({ request }: ReasoningRequest, texts: readonly string[]): string | null {
  for (const text of texts) {
    const read = parseRho(request, 'findings', text);
    if (read.ok) return read.rho;
  }
  return null;
}
