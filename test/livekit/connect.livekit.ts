import { expect, it } from 'vitest';
import { agentFile, runProgram } from '../support/worker-program.js';
import { call } from './support/caller.js';
import { describeOnServer, newName, server } from './support/server.js';

const env = {
  LIVEKIT_URL: server.url,
  LIVEKIT_API_KEY: server.apiKey,
  LIVEKIT_API_SECRET: server.apiSecret,
};

describeOnServer('connect', () => {
  it('brings the agent into one room, to who is named there, and leaves at Ctrl-C (F-131, F-67)', async () => {
    const room = newName('room');
    const identity = newName('bot');
    const caller = await call(room, 'ann');

    const program = runProgram(
      [
        ...[agentFile('tells-its-job-in-one-file.mjs'), 'connect', '--json', '--room', room],
        ...['--participant-identity', 'ann', '--agent-identity', identity],
        ...['--metadata', 'stay in the room'],
      ],
      { env },
    );
    await caller.meet(identity);

    expect(await program.hear('job.log', ({ msg }) => msg === 'my job')).toMatchObject({
      room,
      sid: expect.stringMatching(/^RM_/),
      about: 'ann',
      me: identity,
      others: ['ann'],
      simulated: false,
    });
    program.signalGroup('SIGINT');
    expect(await program.exited).toEqual({ code: 0, signal: null });
  });
});
