/** Free text of an LLM, read strictly: what is refused, cut off or empty is not repaired but rejected with its reason. */
export type ProseReply = { ok: true; text: string } | { ok: false; reason: string };

/** What stands inside `<tag> </tag>`; without it the whole reply, its tags left out. */
export function readProse(reply: string, tag: string): ProseReply {
  const inside = new RegExp(`<${tag}>(.*?)</${tag}>`, 'is').exec(reply)?.[1] ?? reply.replaceAll(/<[^>]*>/g, '');
  const text = inside.trim().replaceAll(/\s+/g, ' ');
  if (text.length < 20) return { ok: false, reason: 'too short' };
  if (!/[.!?]$/.test(text)) return { ok: false, reason: 'cut off in mid-sentence' };
  if (/\b(?:I cannot|I can't|as an AI|I'm sorry)\b/i.test(text)) return { ok: false, reason: 'refused' };
  return { ok: true, text };
}
