/**
 * What lies in a `dataset` artifact: a row of domain/artifact-files.ts, by itself for the import, whose memory would
 * grow by the schemas of all the others.
 */
import { z } from 'zod';
import { caseSchema } from './case.ts';
import { linkSchema } from './groups.ts';
import { conceptCaseSchema, readyCaseSchema } from './undiagnosed.ts';

export const datasetFiles = {
  cases: { name: 'cases.jsonl', schema: caseSchema },
  /** Pictures with concepts and no diagnosis; under the name of cases where they are all that there is. */
  concepts: { name: 'concepts.jsonl', schema: conceptCaseSchema },
  pictures: { name: 'cases.jsonl', schema: conceptCaseSchema },
  /** Items with a question of their own: of a set as it was imported, and those that are out of distribution. */
  ready: { name: 'ready.jsonl', schema: readyCaseSchema },
  ood: { name: 'ood.jsonl', schema: readyCaseSchema },
  /** What is known of pictures that became none of these. */
  links: { name: 'links.jsonl', schema: linkSchema },
  report: { name: 'report.json', schema: z.json() },
} as const;
