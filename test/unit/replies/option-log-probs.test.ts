import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../activities/llm/reply/log-probs.ts';
import { keptAnswerSchema } from '../../../domain/answers/answer.ts';
import { optionLogProbs, type TokenLogProbs } from '../../../domain/replies/option-log-probs.ts';

const letters = ['wart', 'melanocytic nevus', 'melanoma'].map((label, i) => ({ letter: 'ABC'.charAt(i), label }));
const plain = (...texts: string[]): TokenLogProbs[] => texts.map((text) => ({ text, alternatives: [] }));
const of = (text: string, shares: Record<string, number>): TokenLogProbs => ({
  text,
  alternatives: Object.entries(shares).map(([other, share]) => [other, Math.log(share)] as const),
});
const shares = (found: ReturnType<typeof optionLogProbs>): Record<string, number> | null =>
  found && Object.fromEntries(Object.entries(found.logProbs).map(([k, v]) => [k, Number(Math.exp(v).toFixed(6))]));

describe('probabilities of options', () => {
  it('are those of the letter in the final block, among the options', () => {
    const tokens = [
      ...plain('<', 'thinking', '>', ' A', ' lesion', '</', 'thinking', '>\n', '<final', ' diagnosis', '>'),
      of(' B', { ' B': 0.4, ' A': 0.2, B: 0.2, ' the': 0.1, ' D': 0.05 }),
      ...plain(': nevus', '</final diagnosis>'),
    ];
    const found = optionLogProbs(tokens, letters);
    expect(found?.chosen).toBe('B');
    expect(shares(found)).toEqual({ A: 0.25, B: 0.75 });
  });

  it('of the same letter in other tokens are added, and scores may have a constant', () => {
    const token: TokenLogProbs = {
      text: 'C:',
      alternatives: [
        ['A:', 10],
        ['B:', 10 + Math.log(2)],
        ['C:', 10 + Math.log(5)],
        ['A', 10],
      ],
    };
    expect(shares(optionLogProbs([...plain('<final diagnosis>'), token], letters))).toEqual({
      A: 0.222222,
      B: 0.222222,
      C: 0.555556,
    });
  });

  it('are those of labels by the token with which they begin, whatever its capital', () => {
    const token = of(' Melanoma', {
      ' Melanoma': 0.3,
      ' melanoma': 0.1,
      ' melanocytic': 0.2,
      ' wart': 0.2,
      ' the': 0.2,
    });
    const found = optionLogProbs([...plain('<final diagnosis>'), token, ...plain('</final diagnosis>')], letters);
    expect(found?.chosen).toBe('C');
    expect(shares(found)).toEqual({ A: 0.25, B: 0.25, C: 0.5 });
  });

  it('are those of the first token where the answer has no tags', () => {
    const token = of('B', { B: 0.9, A: 0.1 });
    expect(optionLogProbs([...plain(' '), token], letters)?.chosen).toBe('B');
    expect(optionLogProbs([...plain('The', ' answer', ' is', ' '), token], letters)).toBeNull();
  });

  it.each([
    ['the begin of two labels', [...plain('<final diagnosis>'), of(' mel', { ' mel': 0.5, ' wart': 0.5 })]],
    ['a label beside the begin of two', [...plain('<final diagnosis>'), of('wart', { wart: 0.5, Mel: 0.5 })]],
    ['a label that is not offered', [...plain('<final diagnosis>'), of('scabies', { scabies: 0.5, wart: 0.5 })]],
    ['no option', [...plain('<final diagnosis>'), of('D', { D: 0.5, A: 0.5 })]],
    ['a letter of which nothing is told', plain('<final diagnosis>', 'A')],
    ['one option alone', [...plain('<final diagnosis>'), of('A', { A: 1 })]],
    ['thinking that was cut off', [...plain('<thinking>'), of('A', { A: 0.5, B: 0.5 })]],
    ['an open block', plain('<final diagnosis>')],
    ['nothing', []],
  ])('are none of %s', (_, tokens) => expect(optionLogProbs(tokens, letters)).toBeNull());
});

describe('a chat completion', () => {
  const token = (text: string, share: number) => ({ token: text, logprob: Math.log(share), bytes: null });
  const reply = (logprobs: unknown) => ({ response: { body: { choices: [{ message: { content: 'B' }, logprobs }] } } });

  it('tells probabilities by logprobs and top_logprobs, the chosen token also where it is not among them', () => {
    const top = { ...token('B', 0.2), top_logprobs: [token('A', 0.6), token('x', 0.1)] };
    const found = readOptions(reply({ content: [top] }), letters);
    expect(found?.chosen).toBe('B');
    expect(shares(found)).toEqual({ A: 0.75, B: 0.25 });
  });

  it.each([null, {}, { content: null }, { content: [] }, { content: [{ token: 'B' }] }])(
    'that tells none is one: %j',
    (logprobs) => expect(readOptions(reply(logprobs), letters)).toBeNull(),
  );
});

it('answers of earlier versions have none, and are read', () => {
  const old = { key: 'a'.repeat(64), text: 'B', finish: 'stop' };
  expect(keptAnswerSchema.parse(old)).toEqual(old);
});
