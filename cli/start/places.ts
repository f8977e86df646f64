import { resolve } from 'node:path';
import { reportPageName } from '../../domain/names.ts';

/** The report that was written there, by its whole path. */
export const pageIn = (folder: string): string => resolve(folder, reportPageName);

/** Where the results are, and how to see the run again. */
export const places = (run: string, folder: string): string[] => [
  `report    ${pageIn(folder)}`,
  `adapter   ${resolve(folder, 'adapter')}`,
  `the run   npx dermflow status ${run}; its page in Temporal: npm start -- --keep-up`,
];
