import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll } from 'vitest';

const built = new Map<string, string>();

/** The path of a program, bundled as the build does it, once per test file. */
function bundled(source: string): string {
  const known = built.get(source);
  if (known) return known;
  const path = join(mkdtempSync(join(tmpdir(), 'livekit-actors-runner-')), 'main.cjs');
  buildSync({
    entryPoints: [source],
    outfile: path,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    external: ['@livekit/rtc-node'],
    logLevel: 'warning',
  });
  built.set(source, path);
  return path;
}

/** The job runner. */
export const bundledRunner = (): string => bundled('src/job/main.ts');

/** The guard, which ends what outlives its worker. */
export const bundledGuard = (): string => bundled('src/guard/main.ts');

afterAll(() => {
  for (const path of built.values()) rmSync(join(path, '..'), { recursive: true, force: true });
  built.clear();
});
