import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { loaderFor } from '../../src/cli/typescript.js';

const here = fileURLToPath(import.meta.url);
const tsx = pathToFileURL(createRequire(here).resolve('tsx')).href;
const plain = { execArgv: [], stripsTypes: false };
const stripping = { execArgv: [], stripsTypes: true };

// A folder that knows no packages.
const folder = mkdtempSync(join(tmpdir(), 'lonely-'));
const lonely = join(folder, 'agent.ts');
writeFileSync(lonely, '');
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ['agent.js', plain, undefined],
  ['agent.mjs', plain, undefined],
  ['agent.ts', plain, tsx],
  ['agent.mts', plain, tsx],
  ['agent.cts', plain, tsx],
  ['agent.tsx', plain, tsx],
  ['agent.ts', stripping, undefined],
  ['agent.tsx', stripping, tsx],
  ['agent.ts', { execArgv: ['--import', 'tsx'], stripsTypes: false }, undefined],
  ['agent.ts', { execArgv: ['--max-old-space-size=64'], stripsTypes: false }, tsx],
])('gives %s with %j the loader of its project: %s (F-96, N-43)', (name, runtime, loader) => {
  expect(loaderFor(join(here, '..', name), runtime)).toBe(loader);
});

it('says how to run TypeScript where there is no loader', () => {
  expect(() => loaderFor(lonely, plain)).toThrow(
    /^cannot load agent\.ts: Node [\d.]+ does not run TypeScript by itself\. Add tsx to your project \(npm install --save-dev tsx\), or build first and start the JavaScript file\.$/,
  );
});
