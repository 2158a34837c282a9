// Bundles the public entries and the child runner, and writes the declarations.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'esbuild';

const pkg = createRequire(import.meta.url)('../package.json');
// Valibot is bundled, so that only the few schemas in use are loaded.
const external = Object.keys({ ...pkg.dependencies, ...pkg.peerDependencies }).filter(
  (name) => name !== 'valibot',
);
const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
  define: { __VERSION__: JSON.stringify(pkg.version) },
};

rmSync('dist', { recursive: true, force: true });

const declarations = new Promise((done, fail) => {
  const tsc = spawn(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
    { stdio: 'inherit' },
  );
  tsc.once('exit', (code) =>
    code === 0 ? done() : fail(new Error(`tsc ended with code ${code}`)),
  );
});

/** The command line is no part of the light entry: it is there, and loaded when a file runs by itself. */
const commandLineApart = {
  name: 'command-line-apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/run-file\.js$/ }, () => ({ path: './run-file.js', external: true })),
};

await Promise.all([
  declarations,
  build({
    ...shared,
    entryPoints: {
      index: 'src/index.ts',
      machines: 'src/machines/index.ts',
      testing: 'src/testing/index.ts',
      api: 'src/api.ts',
      'run-file': 'src/cli/run-file.ts',
      'cli/bin': 'src/cli/bin.ts',
    },
    outdir: 'dist',
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    external,
  }),
  // What the process of a job loads is one file each: a child pays for every file it opens.
  build({
    ...shared,
    entryPoints: { 'index.job': 'src/index.job.ts', job: 'src/job/index.ts' },
    outdir: 'dist',
    format: 'esm',
    external,
    plugins: [commandLineApart],
  }),
  // One CommonJS file each: it starts three times faster than the same code in separate files.
  build({
    ...shared,
    entryPoints: {
      'job/main': 'src/job/main.ts',
      'job/watcher': 'src/job/watcher.ts',
      'guard/main': 'src/guard/main.ts',
    },
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    external: ['@livekit/rtc-node'],
  }),
]);
