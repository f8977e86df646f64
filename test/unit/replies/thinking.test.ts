import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutThinking } from '../../../domain/replies/thinking.ts';

const answer = 'The border is irregular.';

describe('withoutThinking', () => {
  it.each([
    [`<think>Okay, two sentences.</think>${answer}`, answer],
    [`<think>\nOkay.\n</think>\n\n${answer}\n`, answer],
    [`Okay, the user wants two sentences.</think>${answer}`, answer],
    [`Okay.\n</think>\nMore.</think>${answer}`, answer],
    [`<think>Okay, the user wants`, ''],
    [`${answer}<think>Was that right?`, answer],
    [`<think>a</think><think>b</think>${answer}`, answer],
    [`<think>a <think>b</think> c</think>${answer}`, answer],
    [`<THINK>a</THINK>${answer}`, answer],
    [`<thinking>a</thinking>${answer}`, answer],
    [`<thought>a</thought>${answer}`, answer],
    [`<reasoning effort="high">a</reasoning>${answer}`, answer],
    [`[THINK]a[/THINK]${answer}`, answer],
    [`◁think▷a◁/think▷${answer}`, answer],
    [`<seed:think>a</seed:think>${answer}`, answer],
    [`<analysis>a</analysis>\n${answer}`, answer],
    [`<inner_monologue>a</inner_monologue>${answer}`, answer],
    [`<|begin_of_thought|>a<|end_of_thought|><|begin_of_solution|>${answer}<|end_of_solution|>`, answer],
    [`<|START_THINKING|>a<|END_THINKING|><|START_RESPONSE|>${answer}<|END_RESPONSE|>`, answer],
    [`<|inner_prefix|>a<|inner_suffix|>${answer}`, answer],
    [`<unused94>thought\na<unused95>${answer}`, answer],
    ['<unused94>thought\na', ''],
    [`<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>${answer}<|return|>`, answer],
    ['<|channel|>analysis<|message|>a long thought', ''],
    [`<differential diagnosis reasoning>${answer}</differential diagnosis reasoning>`, undefined],
    ['{"present":"a","absent":"b"}', undefined],
    [answer, undefined],
  ])('%j', (text, expected) => expect(withoutThinking(text)).toBe(expected ?? text));

  it('leaves no mark and no thought, wherever the block stands', () => {
    const words = fc.stringMatching(/^[a-z .]{0,30}$/);
    fc.assert(
      fc.property(words, words, fc.constantFrom('<think>', ''), (thought, text, open) => {
        expect(withoutThinking(`${open}SECRET ${thought}</think>${text}`)).toBe(text.trim());
      }),
    );
  });
});
