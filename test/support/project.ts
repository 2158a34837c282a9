import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { temporaryFolder } from './temporary.js';

const places: Readonly<Record<string, string>> = {
  'livekit-actors': resolve('.'),
  tsx: dirname(createRequire(import.meta.url).resolve('tsx/package.json')),
};

interface Setup {
  /** The name of the folder. */
  readonly name?: string;
  /** Packages that are installed in it. */
  readonly packages?: readonly string[];
}

/** A folder with these files and its own packages, as users of this package have one. */
export function makeProject(
  files: Readonly<Record<string, string>>,
  { name = 'project', packages = ['livekit-actors', 'tsx'] }: Setup = {},
): string {
  const folder = join(temporaryFolder(), name);
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  for (const one of packages) symlinkSync(places[one] ?? '', join(folder, 'node_modules', one));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

const obedient = JSON.stringify(pathToFileURL(resolve('test/fixtures/obedient.mjs')).href);
const options = `loadFnc: () => 0, numIdleProcesses: 1, maxRetry: 0, host: '127.0.0.1', port: 0`;

/** What an agent of LiveKit's own package gets of it: a mark, and names for numbers. */
export const foreignPackage = {
  'node_modules/@livekit/agents/package.json': '{ "name": "@livekit/agents", "main": "index.cjs" }',
  'node_modules/@livekit/agents/index.cjs': `
    exports.AutoSubscribe = { SUBSCRIBE_ALL: 0, SUBSCRIBE_NONE: 1, VIDEO_ONLY: 2, AUDIO_ONLY: 3 };
    exports.defineAgent = (agent) => {
      agent[Symbol.for('livekit.agents.AgentDefinition')] = true;
      return agent;
    };`,
} as const;

/** Agents that do as they are told, in the forms in which users write them. */
export const agentTexts = {
  oneFile: `
    import { cli, WorkerOptions } from 'livekit-actors';
    import { entrypointFnc, prewarmFnc } from ${obedient};
    cli.runApp(new WorkerOptions({ entrypointFnc, prewarmFnc, ${options} }));`,
  module: `
    import { defineAgent } from 'livekit-actors/job';
    import { entrypointFnc, prewarmFnc } from ${obedient};
    export default defineAgent({ entrypoint: entrypointFnc, prewarm: prewarmFnc });`,
  commonJs: `
    const { cli, WorkerOptions } = require('livekit-actors');
    const entrypointFnc = async (ctx) => (await import(${obedient})).entrypointFnc(ctx);
    cli.runApp(new WorkerOptions({ entrypointFnc, ${options} }));`,
  // An enum is more than types that could be stripped.
  typeScript: `
    import { cli, type JobContext, WorkerOptions } from 'livekit-actors';
    import { greeting } from './greeting.js';
    enum Mood { Kind = 'kind' }
    const entrypointFnc = async (ctx: JobContext): Promise<void> => {
      const agent = await import(${obedient});
      ctx.log.info({ mood: Mood.Kind as string }, greeting);
      await agent.entrypointFnc(ctx);
    };
    cli.runApp(new WorkerOptions({ entrypointFnc, ${options} }));`,
  foreign: `
    import { defineAgent } from '@livekit/agents';
    import { entrypointFnc, prewarmFnc } from ${obedient};
    export default defineAgent({ entry: entrypointFnc, prewarm: prewarmFnc });`,
  foreignCommonJs: `
    'use strict';
    Object.defineProperty(exports, '__esModule', { value: true });
    const agents_1 = require('@livekit/agents');
    exports.default = (0, agents_1.defineAgent)({
      entry: async (ctx) => (await import(${obedient})).entrypointFnc(ctx),
    });`,
  greeting: `export const greeting: string = 'hello';`,
} as const;
