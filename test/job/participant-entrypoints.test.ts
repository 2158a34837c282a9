import { Job } from '@livekit/protocol';
import { expect, it } from 'vitest';
import { getJobContext, type ParticipantEntrypoint } from '../../src/job/index.js';
import { joinedJob, openedJob, simulationOf } from '../support/opened-job.js';

/** Writes down for whom it runs; its runs end when the test says so. */
function recorder() {
  const ran: string[] = [];
  const signals = new Map<string, AbortSignal>();
  const run: ParticipantEntrypoint = async (_, { identity }, signal) => {
    ran.push(identity);
    signals.set(identity, signal);
    await new Promise(() => {});
  };
  return { ran, signals, run };
}

it('runs for those who are there and for those who come, but not for agents (F-114, C-12)', async () => {
  const { ctx } = openedJob();
  const { ran, run } = recorder();
  const simulate = simulationOf(ctx.room);
  simulate.join({ identity: 'alice' });

  ctx.addParticipantEntrypoint(run);
  expect(ran).toEqual([]);
  await ctx.connect();
  expect(ran).toEqual(['alice']);
  simulate.join({ identity: 'helper', kind: 4 });
  simulate.join({ identity: 'bob' });
  await ctx.connect();

  expect(ran).toEqual(['alice', 'bob']);
});

it('runs for those who are there when it is added late, and for each return (F-114)', async () => {
  const { ctx, simulate, lines } = await joinedJob();
  const { ran, run } = recorder();
  simulate.join({ identity: 'alice' });

  ctx.addParticipantEntrypoint(run);
  simulate.leave('alice');
  simulate.join({ identity: 'alice' });

  expect(ran).toEqual(['alice', 'alice']);
  expect(lines.map(({ level, message }) => [level, message])).toEqual([
    ['warn', 'a participant is back before its last run of an entrypoint was over'],
  ]);
});

it('says nothing of a return after the last run was over', async () => {
  const { ctx, simulate, lines } = await joinedJob();
  ctx.addParticipantEntrypoint(async () => {});

  simulate.join({ identity: 'alice' });
  simulate.leave('alice');
  await new Promise(setImmediate);
  simulate.join({ identity: 'alice' });

  expect(lines).toEqual([]);
});

it('runs for the kinds it is given, with the context at hand (F-114)', async () => {
  const { ctx, simulate } = await joinedJob();
  const ran: unknown[] = [];
  ctx.addParticipantEntrypoint(
    (given, { identity }) => {
      ran.push([identity, given === ctx, getJobContext() === ctx]);
    },
    { kinds: ['agent', 3] },
  );

  simulate.join({ identity: 'alice' });
  simulate.join({ identity: 'helper', kind: 4 });
  simulate.join({ identity: 'phone', kind: 3 });

  expect(ran).toEqual([
    ['helper', true, true],
    ['phone', true, true],
  ]);
});

it('refuses what is no function, no kind, or was added before (F-114)', async () => {
  const { ctx } = await joinedJob();
  const run = () => {};
  ctx.addParticipantEntrypoint(run);

  const refused = (work: () => void, message: string) =>
    expect(work).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message }));
  refused(
    () => ctx.addParticipantEntrypoint(run),
    'addParticipantEntrypoint: this function was added before. Add each one once.',
  );
  refused(
    () => ctx.addParticipantEntrypoint('run' as never),
    'addParticipantEntrypoint: expected a function; got "run".',
  );
  refused(
    () => ctx.addParticipantEntrypoint(() => {}, { kinds: ['phone' as never] }),
    'kinds: expected a list of standard, ingress, egress, sip, agent, connector or of members of ParticipantKind, got phone.',
  );
});

it('logs what fails, with the job, and goes on (F-114)', async () => {
  const { ctx, simulate, reported, lines } = await joinedJob({ job: new Job({ id: 'job-1' }) });
  const ran: string[] = [];
  ctx.addParticipantEntrypoint(async () => {
    throw new Error('no such caller');
  });
  ctx.addParticipantEntrypoint(() => {
    throw new Error('no such tenant');
  });
  ctx.addParticipantEntrypoint((_, { identity }) => {
    ran.push(identity);
  });

  simulate.join({ identity: 'alice' });
  await new Promise(setImmediate);

  expect(ran).toEqual(['alice']);
  expect(reported).toEqual([]);
  const told = lines.map(({ level, message, fields }) => ({ level, message, ...fields }));
  expect(told).toHaveLength(2);
  expect(told).toEqual(
    expect.arrayContaining(
      ['no such caller', 'no such tenant'].map((message) => ({
        level: 'error',
        message: 'a participant entrypoint failed',
        job_id: 'job-1',
        err: expect.objectContaining({ message }),
      })),
    ),
  );
});

it('aborts the signal when the participant leaves, where it is asked to (F-114)', async () => {
  const { ctx, simulate, lines } = await joinedJob();
  const leaving = recorder();
  const staying = recorder();
  const echoes: ParticipantEntrypoint = (_, __, signal) =>
    new Promise((_done, fail) => signal.addEventListener('abort', () => fail(signal.reason)));
  ctx.addParticipantEntrypoint(leaving.run, { abortOnLeave: true });
  ctx.addParticipantEntrypoint(staying.run);
  ctx.addParticipantEntrypoint(echoes, { abortOnLeave: true });
  simulate.join({ identity: 'alice' });
  simulate.join({ identity: 'bob' });

  simulate.leave('alice');
  await new Promise(setImmediate);

  const aborted = (it: ReturnType<typeof recorder>) =>
    [...it.signals].filter(([, signal]) => signal.aborted).map(([identity]) => identity);
  expect([aborted(leaving), aborted(staying)]).toEqual([['alice'], []]);
  expect(leaving.signals.get('alice')?.reason).toMatchObject({
    name: 'AbortError',
    message: 'the participant left',
  });
  expect(lines).toEqual([]);
});

it('aborts every signal when the job ends, and runs for nobody after (F-114)', async () => {
  const { ctx, abort, simulate } = await joinedJob();
  const { ran, signals, run } = recorder();
  ctx.addParticipantEntrypoint(run);
  simulate.join({ identity: 'alice' });

  abort('drain');
  simulate.join({ identity: 'bob' });

  expect(ran).toEqual(['alice']);
  expect(signals.get('alice')?.reason).toMatchObject({ name: 'AbortError', message: 'drain' });
});

it('needs a room that can be made', () => {
  const { ctx } = openedJob({ order: { url: 'ws://127.0.0.1:1' } });

  expect(() => ctx.addParticipantEntrypoint(() => {})).toThrow(
    expect.objectContaining({ code: 'ERR_CONNECTION_FAILED' }),
  );
});
