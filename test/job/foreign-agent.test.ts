import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Job } from '@livekit/protocol';
import { expect, it } from 'vitest';
import {
  type ForkedRunner,
  forkRunner,
  initializeOrder,
  startOrder,
} from '../support/forked-runner.js';
import { foreignPackage, makeProject } from '../support/project.js';
import { temporaryFolder } from '../support/temporary.js';

const report = `(what) => writeFileSync(process.env.REPORT, JSON.stringify(what))`;

/** An agent as users of LiveKit's own package write one; it tells what it finds. */
const agent = `
import { writeFileSync } from 'node:fs';
import { AutoSubscribe, defineAgent } from '@livekit/agents';
const report = ${report};

export default defineAgent({
  prewarm: async (proc) => {
    proc.userData.vad = { loadedIn: proc.pid };
  },
  entry: async (ctx) => {
    const met = [];
    const meet = async (job, participant) => met.push([job === ctx, participant.identity]);
    ctx.addParticipantEntrypoint(meet);
    let twice;
    try { ctx.addParticipantEntrypoint(meet); } catch (error) { twice = error.code; }
    const { vad } = ctx.proc.userData;
    const before = ctx.agent;
    await ctx.connect(undefined, AutoSubscribe.SUBSCRIBE_NONE);
    const { room, info, job } = ctx;
    room.simulate.join({ identity: 'alice' });
    room.simulate.join({ identity: 'bob' });
    room.simulate.publishTrack('bob', { kind: 'audio' });
    const bob = await ctx.waitForParticipant('bob');
    const anybody = await ctx.waitForParticipant();
    ctx.addShutdownCallback(async () => report({
      vad, met, twice,
      agents: [before ?? null, ctx.agent.identity],
      people: [bob.identity, anybody.identity],
      subscribed: [...bob.trackPublications.values()].map(({ subscribed }) => subscribed),
      info: { ...info, job: info.job === job },
      secrets: [info.token, info.apiKey ?? null, info.apiSecret ?? null],
      fake: ctx.isFakeJob,
      workerId: ctx.workerId,
      pid: ctx.proc.pid === process.pid,
      directory: typeof ctx.sessionDirectory,
    }));
    ctx.shutdown();
  },
});
`;

async function runForeign(files: Readonly<Record<string, string>>, expose?: boolean) {
  const file = join(temporaryFolder(), 'report.json');
  const folder = makeProject({ ...files, ...foreignPackage });
  const runner = forkRunner({ env: { REPORT: file } });
  if (expose) runner.tell({ type: 'expose', url: 'ws://h', apiKey: 'key', apiSecret: 'secret' });
  runner.tell(initializeOrder(pathToFileURL(join(folder, Object.keys(files)[0] ?? ''))));
  await runner.hear('ready');
  runner.tell(startOrder({}, new Job({ id: 'job-1', room: { name: 'lobby' } })));
  return { runner, reported: () => reportIn(runner, file) };
}

async function reportIn(runner: ForkedRunner, file: string): Promise<unknown> {
  await runner.hear('finished');
  runner.tell({ type: 'leave' });
  await runner.ended;
  return JSON.parse(readFileSync(file, 'utf8'));
}

it('gives an agent of LiveKit’s own package the names and arguments that it knows', async () => {
  const { runner, reported } = await runForeign({ 'agent.mjs': agent });

  expect(await reported()).toEqual({
    vad: { loadedIn: runner.child.pid },
    met: [
      [true, 'alice'],
      [true, 'bob'],
    ],
    twice: 'ERR_INVALID_ARGUMENT',
    agents: [null, 'agent-job-1'],
    people: ['bob', 'alice'],
    subscribed: [false],
    info: {
      acceptArguments: { name: 'Agent', identity: 'agent-job-1', metadata: '', attributes: {} },
      job: true,
      url: 'simulated:',
      workerId: 'AW_1',
      fakeJob: false,
    },
    secrets: ['token-of-the-job', null, null],
    fake: false,
    workerId: 'AW_1',
    pid: true,
    directory: 'string',
  });
  expect(await runner.hear('closing')).toEqual({ type: 'closing', reason: 'user requested' });
});

it('gives it the key pair where the worker exposes it', async () => {
  const { reported } = await runForeign({ 'agent.mjs': agent }, true);

  expect(await reported()).toMatchObject({ secrets: ['token-of-the-job', 'key', 'secret'] });
});

it('keeps what it puts in the place of its user data', async () => {
  const { reported } = await runForeign({
    'agent.mjs': `
      import { writeFileSync } from 'node:fs';
      import { defineAgent } from '@livekit/agents';
      export default defineAgent({
        prewarm: (proc) => { proc.userData = { model: 'small' }; },
        entry: (ctx) => {
          (${report})([ctx.proc.userData, ctx.proc.userdata]);
          ctx.shutdown('done');
        },
      });`,
  });

  expect(await reported()).toEqual([{ model: 'small' }, { model: 'small' }]);
});

it('takes one that was compiled to CommonJS', async () => {
  const { reported } = await runForeign({
    'agent.cjs': `
      'use strict';
      Object.defineProperty(exports, '__esModule', { value: true });
      const { writeFileSync } = require('node:fs');
      const agents_1 = require('@livekit/agents');
      exports.default = (0, agents_1.defineAgent)({
        entry: async (ctx) => {
          await ctx.connect();
          (${report})(ctx.room.name);
          ctx.shutdown();
        },
      });`,
  });

  expect(await reported()).toBe('lobby');
});

it.each([
  ['has no entry', `module.exports = require('@livekit/agents').defineAgent({ prewarm() {} });`],
  ['is nested in itself', `exports.default = module.exports;`],
])('says that there is no agent in a module that %s', async (_, text) => {
  const folder = makeProject({ 'agent.cjs': text, ...foreignPackage });
  const file = join(folder, 'agent.cjs');
  const runner = forkRunner();
  runner.tell(initializeOrder(pathToFileURL(file)));

  const { error } = await runner.hear('failed');

  expect(error).toEqual({
    code: 'ERR_AGENT_MODULE',
    message: `${file} exports no agent. Write "export default defineAgent({ entrypoint: async (ctx) => { … } })" in it.`,
  });
});
