/** Open runs replay their history with the code of today; see README.md here for what a red test means. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as workflows from '../../workflows/index.ts';
import { bundleWorkflows } from '../support/temporal.ts';
import { fileOf, recordedScenarios } from './histories.ts';
import { scenarios } from './scenarios.ts';

const started = z.object({ workflowType: z.object({ name: z.string() }) });
const names = Object.keys(scenarios);
const read = (name: string): unknown => JSON.parse(readFileSync(fileOf(name), 'utf8'));

it('every scenario has a history, and every history a scenario', () =>
  expect(recordedScenarios().toSorted()).toEqual(names.toSorted()));

it('every workflow has a history', () => {
  const begun = z.object({
    events: z.tuple([z.object({ workflowExecutionStartedEventAttributes: started })], z.any()),
  });
  const recorded = names.map((name) => {
    const [first] = begun.parse(read(name)).events;
    return first.workflowExecutionStartedEventAttributes.workflowType.name;
  });
  expect(new Set(recorded)).toEqual(new Set(Object.keys(workflows)));
});

describe('the workflows of today', () => {
  let workflowBundle: WorkflowBundle;
  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    workflowBundle = await bundleWorkflows();
  });

  it.each(names)('go the recorded way: %s', (name) => Worker.runReplayHistory({ workflowBundle }, read(name), name));
});

it('a workflow changed in its course is found out', async () => {
  const changed = await bundleWorkflows(fileURLToPath(new URL('changed/index.ts', import.meta.url)));
  await expect(Worker.runReplayHistory({ workflowBundle: changed }, read('complete'), 'complete')).rejects.toThrow(
    DeterminismViolationError,
  );
});

describe('a recorded history', () => {
  const payload = z.object({ metadata: z.record(z.string(), z.string()), data: z.string() });

  /** Every string of a history, with payloads decoded, by its path. */
  function strings(value: unknown, path = ''): [string, string][] {
    const encoded = payload.safeParse(value);
    if (encoded.success) return strings(JSON.parse(Buffer.from(encoded.data.data, 'base64').toString('utf8')), path);
    if (typeof value === 'string') return [[path, value]];
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, own]) => strings(own, `${path}.${key}`));
  }

  it.each(names)('names no machine and no folder: %s', (name) => {
    const all = strings(read(name));
    expect(all.some(([, text]) => /skin-r1|skingpt-r1|id-diagnosis/.test(text))).toBe(true);
    expect(all.filter(([, text]) => /^\/[a-z]|file:|[\s("]\/[a-z]+\//i.test(text))).toEqual([]);
    const identities = all.filter(([path]) => path.endsWith('.identity')).map(([, identity]) => identity);
    expect(new Set(identities)).toEqual(new Set(['recorder']));
  });
});
