// What it costs a program to import the package.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./programs/import.mjs', import.meta.url));
const nothing = new URL('./programs/nothing.mjs', import.meta.url).href;
const { NODE_EXTRA_CA_CERTS, NODE_OPTIONS, ...env } = process.env;

/** Milliseconds for the package and for an empty module, in turns, `count` times. */
export function measureImports(count) {
  const taken = { ours: [], empty: [] };
  for (let n = 0; n < count; n += 1) {
    taken.ours.push(millisecondsFor('livekit-actors'));
    taken.empty.push(millisecondsFor(nothing));
  }
  return taken;
}

function millisecondsFor(specifier) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, specifier], { env });
  if (status !== 0) throw new Error(String(stderr));
  return Number(stdout);
}
