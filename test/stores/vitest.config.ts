import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/stores/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 5 * 60_000,
    hookTimeout: 5 * 60_000,
  },
});
