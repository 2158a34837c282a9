import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const src = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^livekit-actors$/, replacement: src('index.ts') },
      { find: /^livekit-actors\/api$/, replacement: src('api.ts') },
      { find: /^livekit-actors\/(machines|job|testing)$/, replacement: `${src('')}$1/index.ts` },
    ],
  },
  test: {
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: ['test/**/*.test.ts'],
          exclude: ['test/mutation/**'],
          typecheck: {
            enabled: true,
            include: ['test/types/**/*.test-d.ts'],
            tsconfig: 'tsconfig.json',
          },
          testTimeout: 20_000,
        },
      },
      'vitest.livekit.config.ts',
    ],
  },
});
