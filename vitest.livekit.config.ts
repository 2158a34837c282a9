import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.js';

const { test: _, ...shared } = base;

/** What only a real LiveKit server can prove; see `test/support/livekit.ts`. */
export default mergeConfig(
  shared,
  defineConfig({
    test: {
      name: 'livekit',
      include: ['test/livekit/**/*.livekit.ts'],
      globalSetup: ['test/livekit/support/setup.ts'],
      // Else rtc-node writes a line for each join.
      env: { NODE_ENV: 'production' },
      testTimeout: 60_000,
      hookTimeout: 30_000,
      // Behind the other tests when it runs with them.
      sequence: { groupOrder: 1 },
      // Servers, workers, their processes and callers share two cores.
      fileParallelism: false,
    },
  }),
);
