/**
 * A model's thinking, which some servers leave in the text of the reply. The AI SDK takes closed `<think>` blocks out;
 * this also knows the other marks, a block that was never closed, and a closing mark whose opening one stood in the
 * prompt (the chat templates of DeepSeek-R1 and QwQ).
 */

const names = [
  ...['think', 'thinking', 'thought', 'thoughts', 'reasoning', 'reflection', 'scratchpad', 'analysis'],
  ...['chain_of_thought', 'cot', 'inner_thoughts', 'inner_monologue', 'internal_monologue'],
  // Of Seed-OSS and Claude alone.
  ...['seed:think', 'antThinking'],
];

/** Marks of a block's begin and end: most models; Magistral; Kimi; OpenThinker; Command A; Apertus; MedGemma. */
const marksBeside = (answerTags: readonly string[]): readonly (readonly [open: string, close: string])[] => {
  const own = names.filter((name) => !answerTags.includes(name)).join('|');
  return [
    [`<(?:${own})(?:\\s[^>]*)?>`, `</(?:${own})\\s*>`],
    ['\\[THINK\\]', '\\[/THINK\\]'],
    ['◁think▷', '◁/think▷'],
    ['<\\|begin_of_thought\\|>', '<\\|end_of_thought\\|>'],
    ['<\\|START_THINKING\\|>', '<\\|END_THINKING\\|>'],
    ['<\\|inner_prefix\\|>', '<\\|inner_suffix\\|>'],
    ['<unused94>', '<unused95>'],
  ];
};

/** gpt-oss writes into channels; only the final one is the answer. */
const finalChannel = /^.*<\|channel\|>\s*final[^<]*<\|message\|>/is;
const otherChannel = /<\|channel\|>.*$/is;
const markOfAnswer =
  /<\|(?:end|return|im_end|eot_id|endoftext|START_RESPONSE|END_RESPONSE|begin_of_solution|end_of_solution)\|>/gi;

interface Block {
  closed: RegExp;
  notOpened: RegExp;
  notClosed: RegExp;
}

/** Made once for each set of tags: each reply is looked through for all of them. */
const made = new Map<string, readonly Block[]>();

function blocksBeside(answerTags: readonly string[]): readonly Block[] {
  const key = answerTags.join('|');
  const blocks =
    made.get(key) ??
    marksBeside(answerTags).map(([open, close]) => ({
      closed: new RegExp(`${open}(?:(?!${open}).)*?${close}`, 'gis'),
      notOpened: new RegExp(`^.*${close}`, 'is'),
      notClosed: new RegExp(`${open}.*$`, 'is'),
    }));
  made.set(key, blocks);
  return blocks;
}

/**
 * The text without thinking, trimmed. A block that was never closed, or never opened, is thinking as a whole.
 *
 * @param answerTags tags that the prompt asked for, e.g. `thinking`: their blocks are the answer's
 */
export function withoutThinking(text: string, answerTags: readonly string[] = []): string {
  const answer = finalChannel.test(text) ? text.replace(finalChannel, '') : text.replace(otherChannel, '');
  return blocksBeside(answerTags)
    .reduce(
      (rest, { closed, notOpened, notClosed }) =>
        rest.replaceAll(closed, '').replace(notOpened, '').replace(notClosed, ''),
      answer,
    )
    .replaceAll(markOfAnswer, '')
    .trim();
}
