import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProfile } from '../../../domain/prompts/parse-profile.ts';
import {
  evaluationProfileSchema,
  fillTemplate,
  profileDigest,
  questionKinds,
} from '../../../domain/prompts/profile.ts';
import {
  conceptPrompt,
  evaluationProfile,
  evaluationProfiles,
  itemPrompt,
  questionPrompt,
  trajectoryPrompt,
} from '../../../domain/prompts/prompts.ts';
import { conditionQuestion, melanomaQuestion } from '../../support/cases.ts';
import before from '../golden/prompts.json' with { type: 'json' };

const question = melanomaQuestion();
const { options } = question;
const text = (name: string, kind: (typeof questionKinds)[number]) =>
  itemPrompt(evaluationProfile(name), kind, { question: 'What is it?', options });

it('a profile that an open run or a schedule holds is read, whatever kinds of questions came since', () => {
  const held = ['diagnosis', 'lesion-condition', 'ddx', 'hierarchical', 'ready', 'open', 'concepts'];
  const prompts = Object.fromEntries(held.map((kind) => [kind, `${kind}: {question} {options}`]));
  const read = evaluationProfileSchema.parse({ name: 'held', system: null, prompts });
  expect(read.prompts).toMatchObject(prompts);
  for (const kind of questionKinds) expect(read.prompts[kind]).toEqual(expect.any(String));
});

describe('the prompts that there were', () => {
  it.each(['paper', 'compact'] as const)('are the same, byte for byte: %s', (profile) => {
    const now: Record<string, string> = {
      P1: trajectoryPrompt(1, profile),
      P2: trajectoryPrompt(2, profile),
      concepts: conceptPrompt(profile),
      P3: questionPrompt(question, profile, 'training'),
      P4: questionPrompt(question, profile, 'evaluation'),
      ddx: questionPrompt({ ...question, task: 'ddx' }, profile, 'evaluation'),
      hierarchical: questionPrompt({ ...question, task: 'hierarchical' }, profile, 'training'),
    };
    expect(now).toEqual(before[profile]);
  });
});

describe('the paper’s prompts', () => {
  it('P5 asks an item’s own question, reflects in five steps, and asks for no condition', () => {
    const prompt = text('paper', 'ready');
    expect(prompt).toContain('answer: What is it?\nA: melanoma B: melanocytic lesion');
    for (const part of ['<thinking>', '<final diagnosis>', 'alternative', 'step-by-step', 'without reasoning'])
      expect(prompt).toContain(part);
    expect(prompt).not.toMatch(/fine-grained|benign/);
  });

  it('P6 asks the paper’s question', () => {
    const prompt = questionPrompt(conditionQuestion(), 'paper', 'evaluation');
    expect(prompt).toContain(
      'answer: What type of lesion condition (benign, malignant or precancerous in situ) is present in this image?\nA: benign B: malignant C: precancerous in situ\n',
    );
    expect(prompt).toContain('only A, B or C');
  });

  it('P7 has role, question and options, no blocks, and ends with its cue', () => {
    const prompt = text('llava-med', 'ready');
    expect(prompt).toContain('What is it?\nA: melanoma');
    expect(prompt).toMatch(/ Answer:$/);
    expect(prompt).not.toContain('<');
    expect(text('llava-med', 'diagnosis')).toContain('What type of abnormality is present in this image?');
  });

  it('P8 has neither role nor question nor blocks', () => {
    const prompt = text('skinvl', 'ready');
    expect(prompt).toMatch(
      /^This is an image of a skin lesion\. From the following categories: A: melanoma .*\nWhich of them is the diagnosis\?$/,
    );
    expect(prompt).not.toContain('What is it?');
  });

  it('P9 is open: features, diagnosis, lesion condition, and no options', () => {
    const prompt = text('paper', 'open');
    expect(prompt).toContain('What type of abnormality is present in this image?');
    expect(prompt).toMatch(/features.*diagnosis.*condition.*: benign, malignant or precancerous in situ/s);
    expect(prompt).not.toMatch(/melanoma|<|\{/);
  });
});

describe('profiles', () => {
  it('have a name and a digest of their own, and a prompt of each kind without placeholders left', () => {
    expect(new Set(evaluationProfiles.map(({ name }) => name)).size).toBe(evaluationProfiles.length);
    expect(new Set(evaluationProfiles.map(profileDigest)).size).toBe(evaluationProfiles.length);
    for (const { name } of evaluationProfiles)
      for (const kind of questionKinds) expect(text(name, kind)).not.toMatch(/[{}]/);
    expect(() => evaluationProfile('p10')).toThrow('there are paper, compact, llava-med, skinvl');
  });

  it('fill in what stands in a question as it is', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (q, o) => {
        expect(fillTemplate('a {question} b {options} c {other}', { question: q, options: o })).toBe(
          `a ${q} b ${o} c {other}`,
        );
      }),
    );
    expect(fillTemplate('{question}|{options}', { question: '{options}$&', options: '{question}' })).toBe(
      '{options}$&|{question}',
    );
  });
});

describe('a profile of one’s own', () => {
  const own = 'name: mine\nsystem: You are careful.\nprompts:\n  ready: "{question} Choose: {options}"\n';

  it('says what it says, and takes the rest from another', () => {
    const profile = parseProfile(own, 'mine.yaml');
    expect(profile).toMatchObject({ name: 'mine', system: 'You are careful.' });
    expect(profile.prompts).toEqual({ ...evaluationProfile('paper').prompts, ready: '{question} Choose: {options}' });
    expect(parseProfile('{"name": "m", "like": "skinvl"}', 'm.json').prompts).toEqual(
      evaluationProfile('skinvl').prompts,
    );
  });

  it('has another digest for every other wording', () => {
    const digests = [
      own,
      own.replace('careful', 'bold'),
      own.replace('Choose', 'Pick'),
      own.replace('mine', 'other'),
    ].map((each) => profileDigest(parseProfile(each, 'f')));
    expect(new Set(digests).size).toBe(4);
    expect(profileDigest(parseProfile(own, 'elsewhere'))).toBe(digests[0]);
  });

  it.each([
    ['name: paper', /^f\.yaml: name: "paper" is a profile of Dermflow/],
    ['name: A B', /^f\.yaml: name: expected 1 to 40/],
    ['system: x', /^f\.yaml: name/],
    ['name: m\nlike: gpt', /no prompt profile "gpt"/],
    ['name: m\nprompts: {ready: Choose}', /^f\.yaml: prompts\.ready: lacks "\{options\}"/],
    ['name: m\nprompts: {rewad: x}', /^f\.yaml: prompts/],
    ['name: m\ncolour: x', /^f\.yaml: .*colour/],
    ['name: [', /^f\.yaml: is neither YAML nor JSON/],
  ])('%s is refused by file and field', (bad, message) => {
    expect(() => parseProfile(bad, 'f.yaml')).toThrow(message);
  });
});
