import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.js';

const { test: _, ...shared } = base;

/** Takes each branch out of each machine in turn; see `test/mutation`. */
export default mergeConfig(
  shared,
  defineConfig({
    test: {
      include: ['test/mutation/**/*.test.ts'],
      testTimeout: 60_000,
      // A mutant may throw wherever it likes; the verdict is what its promises say.
      dangerouslyIgnoreUnhandledErrors: true,
      onConsoleLog: () => false,
    },
  }),
);
