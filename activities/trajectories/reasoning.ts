/**
 * The differential reasoning of planned trajectories: which requests are made, and which replies serve which
 * trajectories. Equal requests are one; beyond the budget a trajectory takes the reply of another with the same pair of
 * diagnoses, if its findings allow that reply.
 */
import { canonicalJson, digestOf } from '../../domain/artifact.ts';
import type { LlmRequest, ReplyReader } from '../../domain/llm.ts';
import {
  type DifferentialTrajectory,
  differentialOf,
  type PlannedPair,
  shownCase,
} from '../../domain/trajectories/plan.ts';
import { parseRho, type RhoForm, rhoRequest } from '../../domain/trajectories/rho.ts';
import type { Answers, IdentifiedRequest } from '../llm/asking/ask.ts';
import { inTurns } from '../scratch-database.ts';
import type { TextbookTable } from './textbook-table.ts';

/** Planned trajectories with equal requests; some 500 bytes, for the request is made of its cases when it is needed. */
export interface ReasoningRequest {
  /** Digest of the request. */
  id: string;
  /** Diagnosis to argue for, and the other one. */
  pair: string;
  /** Those that wait for its reply. */
  trajectories: PlannedPair[];
}

export interface RejectedReply {
  request: string;
  pair: string;
  reason: string;
  text: string;
  /** The endpoint's own, where it did not take the request. */
  words: string | null;
  /** Their ids. */
  trajectories: string[];
}

export interface Reasoning {
  /** ρ of each trajectory that has one. */
  rho: Map<PlannedPair, string>;
  rejected: RejectedReply[];
  /** Trajectories that took another's reply, and those that no reply fits. */
  reused: number;
  leftOut: number;
}

/** The trajectory of a pair, its cases read from the textbook. */
export const trajectoryOf = (pair: PlannedPair, textbook: TextbookTable): DifferentialTrajectory =>
  differentialOf(pair, textbook.caseAt(pair.primary), textbook.caseAt(pair.differential));

/** Distinct requests, those that serve the most trajectories first. */
export async function collectRequests(
  planned: Iterable<PlannedPair>,
  textbook: TextbookTable,
  form: RhoForm,
): Promise<ReasoningRequest[]> {
  const requests = new Map<string, ReasoningRequest>();
  for await (const pair of inTurns(planned)) {
    const trajectory = trajectoryOf(pair, textbook);
    const id = digestOf(canonicalJson(rhoRequest(trajectory, form)));
    const known = requests.get(id) ?? { id, pair: diagnosesOf(trajectory), trajectories: [] };
    known.trajectories.push(pair);
    requests.set(id, known);
  }
  return [...requests.values()].toSorted((a, b) => b.trajectories.length - a.trajectories.length);
}

function diagnosesOf(trajectory: DifferentialTrajectory): string {
  const kept = shownCase(trajectory);
  const other = kept === trajectory.primary ? trajectory.differential : trajectory.primary;
  return `${kept.diagnosis} / ${other.diagnosis}`;
}

/** What the language model is asked, and how its reply is read. */
export function identified({ id, trajectories }: ReasoningRequest, textbook: TextbookTable, form: RhoForm) {
  const [first] = trajectories;
  if (!first) throw new RangeError(`nothing waits for request ${id}`);
  const request = rhoRequest(trajectoryOf(first, textbook), form);
  return { id, request, read: readerOf(request, form) } satisfies IdentifiedRequest;
}

const readerOf =
  (request: LlmRequest, form: RhoForm): ReplyReader =>
  (text) => {
    const read = parseRho(request, form, text);
    return read.ok ? null : read.reason;
  };

/**
 * Reads the replies and gives each trajectory its ρ.
 *
 * @param replies by the id of their request; requests without one were beyond the budget
 */
export async function distributeReplies(
  requests: readonly ReasoningRequest[],
  replies: Answers,
  textbook: TextbookTable,
  form: RhoForm,
): Promise<Reasoning> {
  const result: Reasoning = { rho: new Map(), rejected: [], reused: 0, leftOut: 0 };
  const accepted = new Map<string, string[]>();
  for await (const each of inTurns(requests)) {
    const { id, pair, trajectories } = each;
    const reply = replies.get(id);
    if (reply === undefined) continue;
    const { text, fault } = reply;
    const read = parseRho(identified(each, textbook, form).request, form, text);
    if (fault !== null || !read.ok) {
      const words = reply.entries.at(-1)?.reply.words ?? null;
      const ids = trajectories.map((planned) => trajectoryOf(planned, textbook).id);
      result.rejected.push({ request: id, pair, reason: fault ?? 'unreadable', text, words, trajectories: ids });
      continue;
    }
    accepted.set(pair, [...(accepted.get(pair) ?? []), text]);
    for (const trajectory of trajectories) result.rho.set(trajectory, read.rho);
  }
  for await (const each of inTurns(requests)) {
    if (replies.has(each.id)) continue;
    const texts = form === 'findings' ? (accepted.get(each.pair) ?? []) : [];
    const rho = texts.length === 0 ? null : firstFittingReply(identified(each, textbook, form).request, texts);
    if (rho === null) {
      result.leftOut += each.trajectories.length;
      continue;
    }
    for (const trajectory of each.trajectories) result.rho.set(trajectory, rho);
    result.reused += each.trajectories.length;
  }
  return result;
}

/** The first reply of the pair that names findings of this request; free text speaks of its own rules alone. */
function firstFittingReply(request: LlmRequest, texts: readonly string[]): string | null {
  for (const text of texts) {
    const read = parseRho(request, 'findings', text);
    if (read.ok) return read.rho;
  }
  return null;
}
