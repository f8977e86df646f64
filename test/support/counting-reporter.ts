/** Writes what a run of vitest came to, for `npm test`: vitest's own JSON reporter leaves errors outside of tests out. */
import { writeFile } from 'node:fs/promises';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { z } from 'zod';

const countSchema = z.object({ passed: z.int(), failed: z.int(), skipped: z.int() });

export const outcomeSchema = z.object({
  files: z.array(z.object({ path: z.string(), ok: z.boolean(), count: countSchema })),
  /** Errors that belong to no test. */
  strayErrors: z.int(),
});

export type Count = z.infer<typeof countSchema>;
export const none: Count = { passed: 0, failed: 0, skipped: 0 };
export type Outcome = z.infer<typeof outcomeSchema>;

/** Names the file for the outcome. */
export const outcomeVariable = 'DERMFLOW_TEST_OUTCOME';

export default class CountingReporter implements Reporter {
  async onTestRunEnd(modules: readonly TestModule[], strayErrors: readonly unknown[]): Promise<void> {
    const path = process.env[outcomeVariable];
    if (!path) return;
    const files = modules.map((module) => ({ path: module.moduleId, ok: module.ok(), count: countTests(module) }));
    const outcome: Outcome = { files, strayErrors: strayErrors.length };
    await writeFile(path, JSON.stringify(outcome));
  }
}

function countTests(module: TestModule): Count {
  const number = (state: ReturnType<TestCase['result']>['state']): number =>
    [...module.children.allTests(state)].length;
  const failed = module.ok() ? 0 : Math.max(1, number('failed')); // a file that cannot be loaded has no tests
  return { passed: number('passed'), failed, skipped: number('skipped') };
}
