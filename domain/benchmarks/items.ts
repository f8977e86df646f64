/** Items out of the questions, ready questions and pictures that a run keeps. */
import type { Case } from '../cases/case.ts';
import type { ReadyCase } from '../cases/undiagnosed.ts';
import { userMistake } from '../failures.ts';
import type { EvaluationProfile, QuestionKind } from '../prompts/profile.ts';
import { itemPrompt } from '../prompts/prompts.ts';
import type { Question, QuestionTask } from '../questions/question.ts';
import { conceptsOf } from '../trajectories/concepts.ts';
import { caseAttributes } from './attributes.ts';
import type { BenchmarkItem, BenchmarkSources } from './benchmark.ts';
import { synonymsOf } from './scoring/disease-names.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Questions of one task, with the attributes of their cases where these are given. */
export function questionItems(
  { questions = [], cases = [] }: BenchmarkSources,
  task: QuestionTask,
  profile: EvaluationProfile,
): BenchmarkItem[] {
  const attributes = new Map(cases.map((c) => [c.id, caseAttributes(c)]));
  return questions
    .filter((question) => question.task === task)
    .map((question) => ({
      ...fromQuestion(question),
      system: profile.system,
      prompt: itemPrompt(profile, task, question),
      attributes: attributes.get(question.caseId) ?? {},
    }));
}

const fromQuestion = (question: Question): Omit<BenchmarkItem, 'system' | 'prompt' | 'attributes'> => ({
  id: question.id,
  caseId: question.caseId,
  group: question.group,
  source: question.source,
  image: question.image,
  kind: question.task,
  options: question.options,
  answer: question.answer,
  diagnosis: question.diagnosis,
  malignancy: question.malignancy,
  concepts: [],
});

/** Items that bring their own question, word for word, with letters in the order of their options. */
export const readyItems = ({ ready = [] }: BenchmarkSources, profile: EvaluationProfile): BenchmarkItem[] =>
  ready.map((own) => {
    const { text, options: labels, answer } = own.question;
    if (labels.length > letters.length) throw userMistake(`item ${own.id}: has more than ${letters.length} options`);
    const options = labels.map((label, i) => ({ letter: letters.charAt(i), label, synonyms: [], value: 0 }));
    return {
      ...pictureItem(own, 'ready'),
      system: profile.system,
      prompt: itemPrompt(profile, 'ready', { question: text, options }),
      options,
      answer: letters.charAt(answer),
    };
  });

/** Open questions on cases, or on pictures with concepts. */
export const openItems = (
  pictures: readonly Case[],
  kind: 'open' | 'concepts',
  profile: EvaluationProfile,
): BenchmarkItem[] =>
  pictures.map((picture) => ({
    ...pictureItem(picture, kind),
    system: profile.system,
    prompt: itemPrompt(profile, kind, { options: [] }),
    concepts: picture.concepts ? conceptsOf({ concepts: picture.concepts }) : [],
    ...('diagnosis' in picture ? { diagnosis: picture.diagnosis, malignancy: picture.malignancy } : {}),
    ...(kind === 'open' && 'path' in picture ? { options: pathOptions(picture.path) } : {}),
  }));

/** The labels of a case's path, by their depth; no model sees them. The finest is the right one. */
const pathOptions = (path: readonly string[]): BenchmarkItem['options'] =>
  path.map((label, i) => ({ letter: letters.charAt(i), label, synonyms: synonymsOf(label), value: 0 }));

function pictureItem(picture: ReadyCase | Case, kind: QuestionKind): Omit<BenchmarkItem, 'system' | 'prompt'> {
  const [image] = picture.images;
  if (!image) throw new RangeError(`case ${picture.id} has no image`);
  return {
    id: `${picture.id}/${kind}`,
    caseId: picture.id,
    group: picture.group,
    source: picture.source,
    image,
    kind,
    options: [],
    answer: null,
    diagnosis: null,
    malignancy: null,
    concepts: [],
    attributes: caseAttributes(picture),
  };
}
