import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const src = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** Files that wait long come first, so that none of them is left at the end with nothing beside it. */
class PatientFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const patient =
      /(standing-still|leaving|hangs|endings|bursts|gone|output)\.test|rtc-room\.livekit/;
    const sorted = await super.sort(files);
    const [first, then] = [true, false].map((is) =>
      sorted.filter(({ moduleId }) => patient.test(moduleId) === is),
    );
    return [...(first ?? []), ...(then ?? [])];
  }
}

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
    sequence: { sequencer: PatientFirst },
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
