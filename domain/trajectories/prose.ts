/** Free text of an LLM, read strictly: what is refused, cut off or empty is not repaired but rejected with its reason. */
import { isForeignScript, isRefusal } from '../replies/refusal.ts';
import { withoutThinking } from '../replies/thinking.ts';

export type ProseReply = { ok: true; text: string } | { ok: false; reason: string };

/** What stands inside `<tag> </tag>`; without it the whole reply, its tags left out. */
export function readProse(reply: string, tag: string): ProseReply {
  const answer = withoutThinking(reply);
  const inside = new RegExp(`<${tag}>(.*?)</${tag}>`, 'is').exec(answer)?.[1] ?? answer.replaceAll(/<[^>]*>/g, '');
  const text = inside.trim().replaceAll(/\s+/g, ' ');
  // Before the length: a short refusal is a refusal.
  if (isRefusal(text)) return { ok: false, reason: 'refused' };
  if (isForeignScript(text)) return { ok: false, reason: 'not in English' };
  if (text.length < 20) return { ok: false, reason: 'too short' };
  if (!/[.!?]$/.test(text)) return { ok: false, reason: 'cut off in mid-sentence' };
  return { ok: true, text };
}
