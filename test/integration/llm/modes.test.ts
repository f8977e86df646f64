/**
 * The trajectory stage with endpoints that misbehave as real ones do: what becomes a row, what is kept, how often the
 * endpoint was asked, how it ends. docs/llm.md has a line for each.
 */
import { describe, expect, it } from 'vitest';
import { toJsonLines } from '../../../activities/json-lines.ts';
import { commitFiles } from '../../../activities/store/commit.ts';
import { readJsonLines } from '../../../activities/store/rows.ts';
import { type SynthesisRequest, synthesise } from '../../../activities/trajectories/synthesise.ts';
import { failureTypes } from '../../../domain/failures.ts';
import type { LlmSettings } from '../../../domain/llm-settings.ts';
import { writeRationale } from '../../../domain/trajectories/rationale.ts';
import { trajectoryRowSchema } from '../../../domain/trajectories/row.ts';
import { makeCase } from '../../support/cases.ts';
import {
  type Answer,
  type Answers,
  chatAnswer,
  chatCompletion,
  chatError,
  chatStream,
  serveChat,
} from '../../support/chat-server.ts';
import { clientOf } from '../../support/endpoints.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';
import { keptReplies } from '../../support/ledger.ts';
import { askingNobody, llmSettings } from '../../support/llm.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { demoRecipe } from '../../support/recipes.ts';

const diagnoses = ['melanoma', 'melanocytic nevus', 'basal cell carcinoma', 'hemangioma', 'dermatofibroma'];
const cases = diagnoses.flatMap((diagnosis) =>
  [1, 2].map((i) => ({
    ...makeCase(`${diagnosis.replaceAll(' ', '-')}-${i}`, diagnosis),
    rationale: writeRationale([`sign ${i} of ${diagnosis}`, 'a common sign'], diagnosis),
  })),
);
const sentence = 'The lesion shows an atypical pigment network and lacks milia-like cysts.';
const questions = cases.length;
/** The call by which each run finds out who answers. */
const recognition = 1;

type Form = 'free-text' | 'findings';

/** @param share of the replies that may be of no use */
async function stage(form: Form, share: number) {
  const objects = new Map<string, Uint8Array>();
  const store = createMemoryStore(objects);
  const textbook = await commitFiles(
    store,
    { kind: 'dataset', key: 'textbook', method: 'test', inputs: {}, params: {}, facts: {} },
    { 'cases.jsonl': { data: toJsonLines(cases) } },
  );
  const recipe = demoRecipe();
  recipe.trajectories = { ...recipe.trajectories, types: [2], rationaleForm: form, maxRejectedShare: share };
  const run = async (
    baseUrl: string,
    execution = 'first',
    more: Partial<SynthesisRequest> = {},
    llm: Partial<LlmSettings> = {},
  ) => {
    const settings = { ...llmSettings, concurrency: 4, ...llm };
    const asking = { ...askingNobody(store), llm: clientOf(baseUrl, llm, 1), settings };
    const at = { run: { id: 'run', execution } };
    const written = await synthesise({ ...asking, ...at, recipe, textbook, knowledge: shippedKnowledge, ...more });
    const manifest = await store.manifest(written.trajectories);
    const rows = (
      await Promise.all(
        ['train.jsonl', 'validation.jsonl'].map((name) => readJsonLines(store, manifest, name, trajectoryRowSchema)),
      )
    ).flat();
    return { rows, account: written.account };
  };
  const kept = () => keptReplies(objects);
  return { run, kept };
}

const good: Answers = (_, { body }) => {
  const schema = (
    body.response_format as { json_schema?: { schema: { properties: Record<string, { enum: string[] }> } } }
  )?.json_schema;
  if (!schema) return chatAnswer(sentence);
  const { present, absent } = schema.schema.properties;
  return chatAnswer(JSON.stringify({ present: present?.enum[0], absent: absent?.enum[0] }));
};
/** As an endpoint that has no schemas: what may be chosen stands in the prompt. */
const byPrompt: Answers = (call, asked) => {
  const { response_format: format, messages } = asked.body;
  if (JSON.stringify(format ?? {}).includes('json_schema')) {
    return chatError(400, { message: 'This response_format type is unavailable now' });
  }
  const schema = /JSON schema:\\n(\{.*?\})\\n/.exec(JSON.stringify(messages))?.[1];
  if (schema === undefined) return good(call, asked);
  const { present, absent } = JSON.parse(schema.replaceAll('\\"', '"')).properties;
  return chatAnswer(JSON.stringify({ present: present.enum[0], absent: absent.enum[0] }));
};
const always =
  (answer: Answer): Answers =>
  () =>
    answer;
const ended = (content: string | null, reason: string, rest: object = {}): Answer =>
  chatCompletion({ content, ...rest }, {}, { finish_reason: reason });
const everyFifth =
  (answer: Answer): Answers =>
  (call, asked) =>
    call % 5 === 0 ? answer : good(call, asked);
const fenced: Answers = (call, asked) => {
  const { choices } = JSON.parse(String(good(call, asked).body)) as { choices: [{ message: { content: string } }] };
  return chatAnswer(`\`\`\`json\n${choices[0].message.content}\n\`\`\``);
};

describe('replies that are of use', () => {
  const modes: [what: string, answers: Answers, form: Form, calls: number][] = [
    ['as they should be', good, 'free-text', questions],
    ['as JSON', good, 'findings', questions],
    ['in a fence', fenced, 'findings', questions],
    ['with thinking before', always(chatAnswer(`<think>Okay. Maybe.</think>${sentence}`)), 'free-text', questions],
    ['with thinking not opened', always(chatAnswer(`Okay. Maybe.</think>${sentence}`)), 'free-text', questions],
    ['without usage', always(chatCompletion({ content: sentence }, { usage: {} })), 'free-text', questions],
    [
      'after a refused field',
      (call, asked) => ('seed' in asked.body ? chatError(400, 'seed: unknown') : good(call, asked)),
      'free-text',
      questions + 4,
    ],
    [
      'after a refused limit',
      (call, asked) =>
        'max_tokens' in asked.body
          ? chatError(400, {
              code: 'unsupported_parameter',
              message: "Use 'max_completion_tokens' instead of 'max_tokens'.",
            })
          : good(call, asked),
      'free-text',
      questions + 4,
    ],
    ['without schemas', byPrompt, 'findings', questions + 4],
    [
      'streamed alone',
      (_, { body }) =>
        body.stream === true ? chatStream(sentence) : chatError(400, 'This model only support stream mode'),
      'free-text',
      questions + 4,
    ],
    [
      'after an outage',
      (call, asked) =>
        call === 2 || call === 3 ? chatError(503, 'loading', { 'retry-after': '0.01' }) : good(call, asked),
      'free-text',
      questions + 2,
    ],
  ];
  it.each(modes)('%s become rows, and none is bought twice', async (_, answers, form, calls) => {
    const server = await serveChat(answers);
    const { run, kept } = await stage(form, 0);
    const { rows, account } = await run(server.baseUrl);
    expect(rows).toHaveLength(questions);
    for (const { completion } of rows) {
      expect(completion).toContain(form === 'findings' ? 'The lesion shows sign' : sentence);
      expect(completion).not.toMatch(/think>|Okay|```/);
    }
    expect(server.requests.length).toBeLessThanOrEqual(calls + recognition);
    expect(kept()).toBe(questions);
    expect(account).toMatchObject({ requests: questions, calls: questions + recognition, unusable: 0, fromLedger: 0 });
  });
});

describe('an address with a query', () => {
  it('is asked with it, each time', async () => {
    const version = 'api-version=2024-10-21';
    const server = await serveChat((call, asked) =>
      asked.url.search.includes(version) ? good(call, asked) : chatError(404, { message: 'Resource not found' }),
    );
    const { run } = await stage('free-text', 0);
    await expect(run(server.baseUrl)).rejects.toMatchObject({ type: failureTypes.userMistake });
    expect((await run(`${server.baseUrl}?${version}`)).rows).toHaveLength(questions);
  });
});

describe('an endpoint that', () => {
  it('is slower than its setting is waited for, and loses no reply that came', async () => {
    let slow = true;
    const server = await serveChat((call, asked) => ({ ...good(call, asked), afterMs: slow && call > 3 ? 2_000 : 0 }));
    const { run, kept } = await stage('free-text', 0);
    const timeoutMs = 300;
    await expect(run(server.baseUrl, 'first', {}, { timeoutMs, concurrency: 1 })).rejects.toMatchObject({
      type: failureTypes.unavailable,
      message: expect.stringContaining('DERMFLOW_LLM_TIMEOUT'),
    });
    const before = kept();
    expect(before).toBe(2);
    slow = false;
    const asked = server.requests.length;
    expect((await run(server.baseUrl, 'first', {}, { timeoutMs })).rows).toHaveLength(questions);
    expect(server.requests).toHaveLength(asked + questions - before);
  });

  it('runs out of money has the run wait for a person, who finds all that was paid for', async () => {
    let paid = false;
    const quota = { code: 'insufficient_quota', message: 'You exceeded your current quota.' };
    const server = await serveChat((call, asked) => (paid || call <= 4 ? good(call, asked) : chatError(429, quota)));
    const { run, kept } = await stage('free-text', 0);
    await expect(run(server.baseUrl, 'first', {}, { concurrency: 1 })).rejects.toMatchObject({
      type: failureTypes.needsPerson,
      message: expect.stringContaining('it says: You exceeded your current quota.'),
    });
    expect(kept()).toBe(3);
    paid = true;
    const refused = server.requests.length - 4;
    expect((await run(server.baseUrl, 'second')).rows).toHaveLength(questions);
    expect(server.requests).toHaveLength(questions + recognition + refused);
  });

  it('changes its weights in the middle of a stage, and is killed, has nothing asked twice', async () => {
    const served = (call: number) => ({ system_fingerprint: call <= 4 ? 'fp_a' : 'fp_b' });
    let down = false;
    const server = await serveChat((call) =>
      down && call > 7 ? chatError(401, 'gone') : chatCompletion({ content: sentence }, served(call)),
    );
    const { run } = await stage('free-text', 0);
    down = true;
    await expect(run(server.baseUrl, 'first', {}, { concurrency: 1 })).rejects.toThrow('gone');
    down = false;
    const good = 7;
    const refused = server.requests.length - good;
    const { account } = await run(server.baseUrl, 'first');
    expect(server.requests).toHaveLength(questions + recognition + refused);
    expect(account?.servedBy).toEqual(['fp_a', 'fp_b']);
  });
});

describe('replies that are of no use', () => {
  const modes: [what: string, answer: Answer, reason: string, asks: number][] = [
    ['a refusal', chatAnswer('I’m sorry, but I can’t help with that request.'), 'refused', 3],
    ['a refusal in Chinese', chatAnswer('抱歉，我无法提供医疗诊断方面的帮助。'), 'refused', 3],
    ['a refusal of its own', chatCompletion({ content: null, refusal: 'No.' }), 'refused by the endpoint', 3],
    ['nothing', chatAnswer(''), 'empty', 3],
    ['thinking alone', ended(null, 'length', { reasoning_content: 'a long thought' }), 'cut off while thinking', 3],
    ['thinking not closed', chatAnswer('<think>Okay, the user wants.'), 'thinking without an answer', 3],
    ['half a sentence', ended('The lesion shows an irregular pig', 'length'), 'cut off', 3],
    ['a whole sentence that was cut', ended(sentence, 'length'), 'cut off', 3],
    ['a filter', chatError(400, { code: 'content_filter', message: 'filtered' }), 'filtered by the endpoint', 3],
    ['a filter half-way', ended('The lesion', 'content_filter'), 'filtered by the endpoint', 3],
    ['413', { status: 413, body: 'Request Entity Too Large' }, 'longer than the model takes', 1],
  ];
  it.each(modes)('are kept, asked for again, and become no row: %s', async (_, answer, reason, asks) => {
    const bad = await serveChat(always(answer));
    const { run, kept } = await stage('free-text', 0.1);
    await expect(run(bad.baseUrl)).rejects.toMatchObject({
      type: failureTypes.llm,
      message: expect.stringContaining(`${questions} of ${questions} LLM replies are unusable (${reason})`),
    });
    expect(bad.requests).toHaveLength(asks * questions + recognition);
    expect(kept()).toBe(asks * questions);
    // Another attempt of the same execution buys nothing.
    await expect(run(bad.baseUrl)).rejects.toMatchObject({ type: failureTypes.llm });
    expect(bad.requests).toHaveLength(asks * questions + recognition);
  });

  it('from now and then are left out, and the run goes on', async () => {
    const server = await serveChat((call, asked) =>
      JSON.stringify(asked.body.messages).includes('Rule for hemangioma: Presence of sign 1')
        ? chatError(400, { code: 'content_filter', message: 'filtered' })
        : good(call, asked),
    );
    const { run } = await stage('free-text', 0.5);
    const { rows, account } = await run(server.baseUrl);
    const lost = questions - rows.length;
    expect(lost).toBeGreaterThan(0);
    expect(account?.unusable).toBe(3 * lost);
    expect(server.requests).toHaveLength(rows.length + 3 * lost + recognition);
  });

  it('every fifth time are mended by asking again', async () => {
    const server = await serveChat(everyFifth(chatError(400, { code: 'content_filter', message: 'filtered' })));
    const { run } = await stage('free-text', 0);
    expect((await run(server.baseUrl)).rows).toHaveLength(questions);
    expect(server.requests.length).toBe(questions + recognition + Math.floor(server.requests.length / 5));
  });

  it('that were cut off are given more room', async () => {
    const server = await serveChat((call, asked) =>
      Number(asked.body.max_tokens) > 240 ? good(call, asked) : ended('The lesion', 'length'),
    );
    const { run } = await stage('free-text', 0);
    expect((await run(server.baseUrl)).rows).toHaveLength(questions);
    expect(server.requests).toHaveLength(2 * questions + recognition);
  });
});

describe('resume', () => {
  it('asks again for what was of no use, and only for that', async () => {
    let mended = false;
    const server = await serveChat((call, asked) => (mended || call % 2 === 0 ? good(call, asked) : chatAnswer('')));
    const { run } = await stage('free-text', 0);
    await expect(run(server.baseUrl, 'first', {}, { asks: 1 })).rejects.toMatchObject({ type: failureTypes.llm });
    expect(server.requests).toHaveLength(questions + recognition);
    mended = true;
    const { account } = await run(server.baseUrl, 'second');
    expect(server.requests).toHaveLength(questions + questions / 2 + recognition);
    expect(account).toMatchObject({
      fromLedger: questions / 2,
      calls: questions + questions / 2 + recognition,
      unusable: questions / 2,
    });
  });

  it('of another run with the same recipe buys nothing but the question who answers', async () => {
    const server = await serveChat(good);
    const { run } = await stage('free-text', 0);
    await run(server.baseUrl);
    const again = await run(server.baseUrl, 'second', { run: { id: 'another', execution: 'x' } });
    expect(again.account).toMatchObject({ requests: 0, calls: recognition, inputTokens: 7 });
    expect(server.requests).toHaveLength(questions + 2 * recognition);
  });
});

describe('the budget', () => {
  it.each([
    [{ calls: 4 }, 4],
    [{ tokens: 41 }, 5],
    [{ money: 0.00002 }, 3],
  ])('%j lets %i calls through, then the run waits; raised, it goes on where it was', async (budget, calls) => {
    const server = await serveChat(good);
    const { run, kept } = await stage('free-text', 0);
    const prices = { qwen: { input: 0.5, output: 1.5 } };
    const one = { concurrency: 1, prices };
    await expect(run(server.baseUrl, 'first', { budget }, one)).rejects.toMatchObject({
      type: failureTypes.needsPerson,
      message: expect.stringContaining('dermflow resume'),
    });
    expect(server.requests).toHaveLength(calls);
    expect(kept()).toBe(calls - recognition);
    await expect(run(server.baseUrl, 'second', { budget }, one)).rejects.toMatchObject({
      type: failureTypes.needsPerson,
    });
    expect(server.requests).toHaveLength(calls);
    const { rows, account } = await run(server.baseUrl, 'second', { budget: { calls: 100 } }, one);
    expect(rows).toHaveLength(questions);
    const all = questions + recognition;
    expect(server.requests).toHaveLength(all);
    expect(account).toMatchObject({ calls: all, fromLedger: calls - recognition, inputTokens: 7 * all });
  });

  it('is never passed in calls, however many are made at once', async () => {
    const server = await serveChat(good);
    const { run } = await stage('free-text', 0);
    await expect(run(server.baseUrl, 'first', { budget: { calls: 5 } }, { concurrency: 64 })).rejects.toMatchObject({
      type: failureTypes.needsPerson,
    });
    expect(server.requests).toHaveLength(5);
  });

  it('in money needs a price', async () => {
    const server = await serveChat(good);
    const { run } = await stage('free-text', 0);
    await expect(run(server.baseUrl, 'first', { budget: { money: 1 } })).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringContaining('DERMFLOW_LLM_PRICES'),
    });
    expect(server.requests).toHaveLength(0);
  });
});
