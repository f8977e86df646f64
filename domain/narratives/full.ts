/**
 * Narratives for models that read and write prose. The description stands in the text as it was written, before anybody
 * knew the diagnosis: only what follows it knows both.
 */
import { z } from 'zod';
import { candidatePrompt } from '../dermeval/rubric.ts';
import { extractLeniently } from '../questions/extract.ts';
import { abstains } from '../replies/abstention.ts';
import { jsonWithin, parseReplyJson } from '../replies/json.ts';
import { isForeignScript, isRefusal } from '../replies/refusal.ts';
import { withoutThinking } from '../replies/thinking.ts';
import { readProse } from '../trajectories/prose.ts';
import { isSameDisease, verdictsIn } from './blind.ts';
import { faultOfConclusion } from './conclusion.ts';
import type { Known, NarrativeWording, Read } from './wording.ts';

const system = 'You are an expert in dermatology who writes exact, sober reports.';

/** What a description speaks of, in this order. */
const aspects = ['Morphology', 'Colour', 'Distribution', 'Surface'] as const;

const describe = [
  'Describe what this picture of skin shows, and nothing else. Write four lines inside <description> and </description>:',
  'Morphology: the kind of lesion, its size, shape and border.',
  'Colour: every colour, and where it is.',
  'Distribution: how many lesions there are, and how they are arranged and spread.',
  'Surface: scale, crust, erosion, or a smooth surface.',
  'Write whole sentences. Write "not visible" where the picture does not tell. Name no disease and no diagnosis, not even to rule it out.',
].join('\n');

export const fullNarratives: NarrativeWording = {
  prompt: candidatePrompt,
  describe,
  describeByLlm: { system, user: describe },
  readDescription,
  reason: ({ description, diagnosis }) => ({
    system,
    user: [
      'A colleague described a picture of skin without knowing the diagnosis:',
      description,
      `The diagnosis is ${diagnosis}. Write the rest of the report, from these findings alone: add none, and contradict none.`,
      'Reply in JSON with:',
      '"meaning": what the findings mean, step by step, in whole sentences;',
      '"differentials": two or three other diagnoses that these findings suggest, each with "diagnosis" and "whyNot", one or two sentences on what in the findings speaks against it;',
      `"conclusion": why ${diagnosis} is the most likely, in one or two sentences;`,
      '"diagnosis": the diagnosis that you conclude with.',
      'Write as if you had come to the diagnosis yourself: never say that it was told.',
    ].join('\n'),
    jsonSchema,
  }),
  readReasons,
  compose: ({ description }, reasons) => `Findings\n${description}\n\n${reasons}`,
};

const text = { type: 'string' } as const;
const objectOf = (properties: Record<string, object>) => ({
  ...{ type: 'object', properties, required: Object.keys(properties), additionalProperties: false },
});
const jsonSchema = objectOf({
  meaning: text,
  differentials: { type: 'array', items: objectOf({ diagnosis: text, whyNot: text }) },
  conclusion: text,
  diagnosis: text,
});

const refused = (reason: string): Read => ({ ok: false, reason });

/** Its lines by aspect, those that say something; without any the whole as prose. */
function readDescription(reply: string): Read {
  const answer = withoutThinking(reply);
  // Also beside the lines: who names it elsewhere has not written blindly.
  const [named] = verdictsIn(answer);
  if (named !== undefined && !isRefusal(answer)) return refused(`names a diagnosis: ${named}`);
  const inside = /<description>([\s\S]*?)(?:<\/description>|$)/i.exec(answer)?.[1] ?? answer;
  const said = saidOf(inside);
  const lines = aspects.flatMap((aspect) => (said.has(aspect) ? [`${aspect}: ${said.get(aspect)}`] : []));
  if (lines.length === 0)
    return saysNothing(inside) ? refused('says nothing of the picture') : readProse(reply, 'description');
  const whole = lines.join('\n');
  if (isRefusal(whole)) return refused('refused');
  if (isForeignScript(whole)) return refused('not in English');
  if (lines.some((line) => describe.includes(line))) return refused('repeats the prompt');
  if (whole.length < 40) return refused('too short');
  // Where the other lines are sentences, the last one must end, too.
  if (lines.slice(0, -1).some(isEnded) && !isEnded(whole)) return refused('cut off in mid-sentence');
  return { ok: true, text: whole };
}

/** A sentence's end, behind which a quote, a bracket, emphasis or a sign may stand. */
const isEnded = (line: string): boolean =>
  /[.!?](?:[\s"'”’»)\]*_`]|\p{Extended_Pictographic}|\u200d|\ufe0f)*$/u.test(line);

/** `**Colour** - pink`, `3. Color and pigment: pink`, or the heading alone. */
const heading = (aspect: string): RegExp =>
  new RegExp(
    String.raw`^[^\p{L}"{|]*${aspect.replace('our', 'ou?r')}s?(?!\p{L})(?:[^:\n]{0,40}?(?::|\s[-–—]\s)(.*)|[^\p{L}\d]*$)`,
    'iu',
  );
const headings = aspects.map((aspect) => [aspect, heading(aspect)] as const);
const otherHeading = /^[^\p{L}]*\p{Lu}[\p{L} ,&/-]{0,30}:/u;
const nothing =
  /^\W*(?:(?:not|non)[\s-]?(?:visible|applicable|discernible|clear|seen|available)|(?:cannot|can't|can not|could not) be (?:seen|discerned|told)|n\/?a|none|unknown)\W*$/i;

/** Each sentence only says that nothing can be said. */
const saysNothing = (text: string): boolean => {
  const sentences = text.split(/(?<=[.!?;])\s+|\n/).filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
  return sentences.length > 0 && sentences.every((sentence) => nothing.test(sentence) || abstains(sentence));
};

/** What is said under each heading, up to the next one or, once something is said, an empty line. */
function saidOf(description: string): Map<string, string> {
  const said = new Map<string, string>();
  let open: string | null = null;
  for (const line of description.split(/\r?\n/)) {
    const found = headings
      .map(([aspect, pattern]) => ({ aspect, match: pattern.exec(line) }))
      .find(({ match }) => match);
    if (found) open = said.has(found.aspect) ? null : found.aspect;
    else if (otherHeading.test(line) || (line.trim() === '' && said.has(open ?? ''))) open = null;
    const text = (found ? (found.match?.[1] ?? '') : line)
      .replaceAll('**', '')
      .replace(/^[\s*_•>-]+/, '')
      .trim()
      .replaceAll(/\s+/g, ' ');
    if (open !== null && text !== '') said.set(open, [said.get(open) ?? [], text].flat().join(' '));
  }
  for (const [aspect, text] of said) if (saysNothing(text)) said.delete(aspect);
  return said;
}

const reasonsSchema = z.object({
  meaning: z.string().trim().min(20),
  // Those behind the third are not read.
  differentials: z
    .array(z.unknown())
    .transform((all) => all.slice(0, 3))
    .pipe(z.array(z.object({ diagnosis: z.string().trim().min(1), whyNot: z.string().trim().min(10) }))),
  conclusion: z.string().trim().min(10),
  diagnosis: z.string().trim().min(1),
});

/** Speaks of being given what a reader of the picture has to find out. "A confirmed diagnosis" is what a biopsy gives. */
const givenAway = new RegExp(
  [
    /(?<!\ban? )\b(?:given|provided|stated|supplied|told|labell?ed)\s+(?:final\s+)?(?:diagnosis|label)\b/,
    /\b(?:the|this|your|its)\s+(?:confirmed|known)\s+(?:final\s+)?(?:diagnosis|label)\b/,
    /\b(?:diagnosis|label)\s+(?:(?:is|was|has been)\s+)?(?:provided|stated|supplied|told)\b/,
    /\b(?:diagnosis|label)\s+(?:is|was|has been)\s+given\b|\bdiagnosis\s+(?:as\s+)?given(?:\s+(?:above|here|to me|in the)\b|\s*[,.;])/,
    /\b(?:the|this|reference|true|correct|assigned)\s+label\b|\bground[\s-]truth\b|\b(?:the|your|this) prompt\b/,
    /\b(?:was|were|been|am|are) (?:told|informed)\b|\bas (?:given|provided|told|supplied)\b/,
    /\byou(?:\s+have)?\s+(?:told|gave|given|provided|supplied|stated|said|specified|mentioned)\b/,
    /\b(?:the|my|a|your|another) colleague\b/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
);

/** Ends on a word or a comma that something must follow. */
const breaksOff =
  /(?:[,:]|\b(?:a|an|the|and|or|but|of|with|without|to|in|on|by|for|from|as|is|are|was|would|its|their|which|than))$/i;

function readReasons(reply: string, { diagnosis }: Known): Read {
  const answer = withoutThinking(reply);
  let json: unknown;
  try {
    json = parseReplyJson(jsonWithin(answer));
  } catch {
    return refused(isRefusal(answer) ? 'refused' : 'not JSON');
  }
  const parsed = reasonsSchema.safeParse(json);
  if (!parsed.success)
    return refused(`${parsed.error.issues[0]?.path.join('.') || 'the reply'} is missing or too short`);
  const { meaning, conclusion, ...said } = parsed.data;
  const differentials = said.differentials.slice(0, 3);
  const prose = [meaning, ...differentials.map(({ whyNot }) => whyNot), conclusion];
  if (prose.some(isRefusal)) return refused('refused');
  if (prose.some(isForeignScript)) return refused('not in English');
  if (![meaning, conclusion].every(isEnded) || prose.some((each) => breaksOff.test(each)))
    return refused('cut off in mid-sentence');
  if (!isSameDisease(said.diagnosis, diagnosis)) return refused('concludes with another diagnosis');
  if (differentials.length < 2) return refused('fewer than two differential diagnoses');
  const names = differentials.map((each) => each.diagnosis);
  if (names.some(abstains)) return refused('a differential diagnosis names none');
  if (names.some((name) => isSameDisease(name, diagnosis)))
    return refused('a differential diagnosis is the diagnosis itself');
  if (names.some((name, i) => names.slice(0, i).some((other) => isSameDisease(name, other))))
    return refused('a differential diagnosis stands twice');
  if (concludesWith(conclusion, [diagnosis, ...names]) > 0) return refused('concludes with another diagnosis');
  const fault = faultOfConclusion(conclusion, diagnosis);
  if (fault !== null) return refused(fault);
  if (prose.some((each) => givenAway.test(each))) return refused('says that it was told the diagnosis');
  const list = differentials.map((each, i) => `${i + 1}. ${plain(each.diagnosis)}: ${ended(plain(each.whyNot))}`);
  return {
    ok: true,
    text: [
      `Interpretation\n${plain(meaning)}`,
      `Differential diagnoses\n${list.join('\n')}`,
      `Conclusion\n${plain(conclusion)}\nThe answer is ${diagnosis}.`,
    ].join('\n\n'),
  };
}

const plain = (prose: string): string => prose.replaceAll(/\s+/g, ' ').trim();
const ended = (prose: string): string => (isEnded(prose) ? prose : `${prose}.`);

/** Place of the diagnosis that a passage settles on; -1 where it settles on none, or not clearly. */
function concludesWith(passage: string, diagnoses: readonly string[]): number {
  const options = diagnoses.map((label, i) => ({ letter: `#${i}`, label, synonyms: [] }));
  const { letter } = extractLeniently(passage, { task: 'diagnosis', options });
  return letter === null ? -1 : Number(letter.slice(1));
}
