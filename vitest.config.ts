import { defineConfig } from 'vitest/config';

const minutes = (count: number): number => count * 60_000;

/** One project for each thing that is crossed on the way; `npm run test:unit` and so on run one of them. */
const project = (name: string, testTimeout: number, more: object = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: testTimeout, ...more },
});

/** Files of these share the machine's two cores with servers and trainers. */
const oneAtATime = { fileParallelism: false };

/** A project of its own, which `npm test` runs in the lane of what trains. */
const training = 'test/integration/training/**/*.test.ts';

export default defineConfig({
  test: {
    projects: [
      project('unit', minutes(1)),
      project('workflow', minutes(5)),
      project('replay', minutes(5)),
      project('integration', minutes(10), { ...oneAtATime, exclude: [training] }),
      project('training', minutes(10), { ...oneAtATime, include: [training] }),
      project('e2e', minutes(30), oneAtATime),
      project('browser', minutes(5), oneAtATime),
      /** Not of `npm test`, for its minutes. */
      project('rehearsal', minutes(30)),
    ],
  },
});
