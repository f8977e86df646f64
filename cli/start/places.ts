import { resolve } from 'node:path';

/** Where the results are, and how to see the run again. */
export const places = (run: string, folder: string): string[] => [
  `report    ${resolve(folder, 'report.html')}`,
  `adapter   ${resolve(folder, 'adapter')}`,
  `the run   npx dermflow status ${run}; its page in Temporal: npm start -- --keep-up`,
];
