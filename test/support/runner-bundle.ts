import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll } from 'vitest';

let built: string | undefined;

/** The path of the job runner, bundled as the build does it, once per test file. */
export function bundledRunner(): string {
  if (built) return built;
  const folder = mkdtempSync(join(tmpdir(), 'livekit-actors-runner-'));
  const path = join(folder, 'main.cjs');
  buildSync({
    entryPoints: ['src/job/main.ts'],
    outfile: path,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    external: ['@livekit/rtc-node'],
    logLevel: 'warning',
  });
  built = path;
  return path;
}

afterAll(() => {
  if (built) rmSync(join(built, '..'), { recursive: true, force: true });
  built = undefined;
});
