/** The differential reasoning ρ of Algorithms 2 and 3: what the LLM is asked and how its reply is read. */

import { z } from 'zod';
import { userMistake } from '../failures.ts';
import type { LlmRequest } from '../llm.ts';
import { parseReplyJson } from '../replies/json.ts';
import { type DifferentialTrajectory, shownCase } from './plan.ts';
import { readProse } from './prose.ts';
import { findingsOf } from './rationale.ts';

/** `findings`: the LLM chooses findings from lists, as JSON. `free-text`: it writes the comparison itself. */
export type RhoForm = 'findings' | 'free-text';

type RhoReply = { ok: true; rho: string } | { ok: false; reason: string };

/** The released generator's cap of 120 cut a published example in mid-sentence; twice that leaves room to finish. */
const maxTokens = 240;
const temperature = 0.2;
const system = 'You are a concise, professional dermatology assistant.';
const tag = 'differential diagnosis reasoning';

/**
 * ρ = LLM(r_p, r_d, d) with d the diagnosis to argue for: d_p in type 2, d_d in type 3. The request holds textbook
 * text only, so equal pairs and findings make equal requests and are paid for once.
 */
export function rhoRequest(planned: DifferentialTrajectory, form: RhoForm): LlmRequest {
  const kept = shownCase(planned);
  const other = kept === planned.primary ? planned.differential : planned.primary;
  const rules = `Rule for ${kept.diagnosis}: ${kept.rationale}\nRule for ${other.diagnosis}: ${other.rationale}\n`;
  const base = { system, maxTokens, temperature, seed: 0 };
  if (form === 'free-text') {
    const user = `${rules}Compare the two rules by visible clinical features only and argue for ${kept.diagnosis}. Say which decisive features are present and which are absent, without generic phrases, in two or three complete sentences inside <${tag}> </${tag}>.`;
    return { ...base, user };
  }
  const { present, absent } = findingLists(kept.rationale, other.rationale);
  const user = `${rules}The diagnosis is ${kept.diagnosis}. Reply in JSON: "present" is the finding that speaks for ${kept.diagnosis}, "absent" the finding that would speak for ${other.diagnosis}.`;
  const jsonSchema = {
    type: 'object',
    // OpenAI's strict mode wants the type said.
    properties: { present: { type: 'string', enum: present }, absent: { type: 'string', enum: absent } },
    required: ['present', 'absent'],
    additionalProperties: false,
  };
  return { ...base, maxTokens: 64, user, jsonSchema };
}

/** Findings that set the kept diagnosis apart and those that the other one would show; all of them where none do. */
function findingLists(kept: string, other: string): { present: string[]; absent: string[] } {
  const a = findingsOf(kept);
  const b = findingsOf(other);
  if (!a || !b) {
    throw userMistake(
      'trajectories.rationaleForm "findings" needs rationales of the form "Presence of … indicates …."; use "free-text"',
    );
  }
  const only = (of: string[], not: string[]): string[] => {
    const own = of.filter((finding) => !not.includes(finding));
    return own.length > 0 ? own : of;
  };
  return { present: only(a, b), absent: only(b, a) };
}

const chosenSchema = z.object({ present: z.string(), absent: z.string() });

/** Reads a reply; a malformed, refused, cut-off or off-list one is not repaired but rejected with its reason. */
export function parseRho(request: LlmRequest, form: RhoForm, text: string): RhoReply {
  return form === 'findings' ? parseChosen(request, text) : parseFreeText(text);
}

function parseChosen(request: LlmRequest, text: string): RhoReply {
  let json: unknown;
  try {
    json = parseReplyJson(text);
  } catch {
    return { ok: false, reason: 'not JSON' };
  }
  const chosen = chosenSchema.safeParse(json);
  if (!chosen.success) return { ok: false, reason: 'not an object with "present" and "absent"' };
  const schema = z.object({ properties: z.record(z.string(), z.object({ enum: z.array(z.string()) })) });
  const allowed = schema.parse(request.jsonSchema).properties;
  for (const [name, value] of Object.entries(chosen.data)) {
    if (!allowed[name]?.enum.includes(value)) return { ok: false, reason: `"${name}" is not a listed finding` };
  }
  return { ok: true, rho: writeRho(chosen.data.present, chosen.data.absent) };
}

/** The sentence that stands for ρ in the `findings` form. */
export const writeRho = (present: string, absent: string): string => `The lesion shows ${present} and lacks ${absent}.`;

function parseFreeText(reply: string): RhoReply {
  const read = readProse(reply, tag);
  return read.ok ? { ok: true, rho: read.text } : read;
}
