// The packed package: what it contains, and that every entry resolves for every kind of user.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  for (const subpath of Object.keys(pkg.exports)) {
    const { types, default: file } = [pkg.exports[subpath]].flat()[0];
    for (const path of [types, file ?? pkg.exports[subpath]].filter(Boolean))
      readFileSync(join(folder, 'package', path));
  }
  console.log(`package: ${files.length} files, ${Object.keys(pkg.exports).length} entries resolve`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
