// The packed package: what it contains, and that every entry resolves for every kind of user.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const pkg = JSON.parse(readFileSync('package.json', 'utf8'));
const messages = (await publint({ pkgDir: '.', strict: true, pack: 'npm' })).messages;
for (const message of messages) console.error(formatMessage(message, pkg));
if (messages.length > 0) process.exit(1);

const listing = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
  encoding: 'utf8',
});
const [{ files }] = JSON.parse(listing);
const strays = files
  .map(({ path }) => path)
  .filter((path) => !/^(dist|docs)\/|^(README\.md|LICENSE|package\.json)$/.test(path));
if (strays.length > 0) {
  console.error(`packed, but not meant to be: ${strays.join(', ')}`);
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'livekit-actors-'));
try {
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      encoding: 'utf8',
    }),
  );
  execFileSync('npm', ['init', '--yes'], { cwd: folder, stdio: 'ignore' });
  execFileSync('tar', ['xzf', filename], { cwd: folder });
  const seen = new Set();
  for (const target of Object.values(pkg.exports).flatMap((one) =>
    Object.values(one.types ? one : [one]),
  )) {
    const file = join(folder, 'package', target);
    readFileSync(file);
    if (target.endsWith('.d.ts')) followTypes(file, seen);
  }
  console.log(`package: ${files.length} files, ${Object.keys(pkg.exports).length} entries resolve`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Published declarations may lean on what a user gets with the package, and that has types. */
function followTypes(file, seen) {
  if (seen.has(file)) return;
  seen.add(file);
  const untyped = ['ws'];
  const known = Object.keys({ ...pkg.dependencies, ...pkg.peerDependencies });
  for (const [, name] of readFileSync(file, 'utf8').matchAll(/\b(?:from|import)\s*\(?'([^']+)'/g)) {
    if (name.startsWith('.'))
      followTypes(join(dirname(file), name.replace(/\.js$/, '.d.ts')), seen);
    else if (!name.startsWith('node:') && (untyped.includes(name) || !known.includes(name)))
      throw new Error(`${file} needs the types of ${name}, which users do not get`);
  }
}
