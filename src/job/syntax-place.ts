import { spawnSync } from 'node:child_process';

const patienceMs = 2_000;

/**
 * Where a module, or one that it imports by a path, does not parse. Node keeps that place from the
 * error of an import and prints it only when nobody catches, so another process parses the files
 * again, evaluating nothing, and dies of it.
 */
export function syntaxPlace(url: string, text: string): string | undefined {
  if (!url.startsWith('file:')) return undefined;
  const flags = ['--experimental-vm-modules', '--no-warnings', '--input-type=module'];
  const { stderr } = spawnSync(process.execPath, [...flags, '--eval', parser, url], {
    encoding: 'utf8',
    env: {},
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: patienceMs,
  });
  const [place] = (stderr ?? '').split('\n');
  return stderr?.includes(text) ? place : undefined;
}

const parser = `
import { readFileSync } from 'node:fs';
import { SourceTextModule } from 'node:vm';

const urls = new Set([process.argv[1]]);
for (const url of urls) {
  const source = readFileSync(new URL(url), 'utf8');
  const { dependencySpecifiers } = new SourceTextModule(source, { identifier: url });
  for (const specifier of dependencySpecifiers) {
    if (/^\\.{0,2}\\/.*\\.m?js$/.test(specifier)) urls.add(new URL(specifier, url).href);
  }
}`;
