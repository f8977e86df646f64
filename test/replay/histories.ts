/** Where recorded histories lie, and what of a history is kept. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type History, historyToJSON } from '@temporalio/common/lib/proto-utils.js';

const folder = fileURLToPath(new URL('histories', import.meta.url));

export const fileOf = (scenario: string): string => join(folder, `${scenario}.json`);

export const recordedScenarios = (): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.replace(/\.json$/, ''));

/** As JSON, without the stack traces, which name folders of the recording machine. */
export const toText = (history: History): string =>
  `${JSON.stringify(JSON.parse(historyToJSON(history)), (key, value) => (key === 'stackTrace' ? '' : value), 1)}\n`;
