import {
  AvailabilityRequest,
  Job,
  JobAssignment,
  JobStatus,
  JobTermination,
  RegisterWorkerRequest,
} from '@livekit/protocol';
import { describe, expect, it } from 'vitest';
import { createLedger } from '../../src/testing/index.js';
import { connect, knock, serve, serveInVirtualTime, willing } from './serve.js';

const faultsOf = (frames: readonly { name: string; fault: string | undefined }[]) =>
  frames.flatMap(({ name, fault }) => (fault ? [[name, fault]] : []));

it('drops a frame on its way to the worker (F-155)', async () => {
  const server = await serve();
  const worker = await connect(server, willing);
  const rule = server.script({
    direction: 'out',
    message: 'availability',
    times: 1,
    fault: 'drop',
  });

  server.createRoom({ name: 'lost' });
  server.createRoom({ name: 'found' });
  await worker.until(() => worker.assignments().length === 1);

  expect(worker.offers().map(({ room }) => room?.name)).toEqual(['found']);
  expect(rule.hits).toBe(1);
  expect(faultsOf(server.frames)).toEqual([['availability', 'drop']]);
});

it('drops a frame on its way to the server, which then knows nothing of it', async () => {
  const ledger = createLedger();
  const server = await serve({ ledger });
  const worker = await connect(server, willing);
  server.script({ direction: 'in', message: 'availability', fault: 'drop' });

  server.createRoom({ name: 'lobby' });
  await worker.until(() => worker.offers().length === 1);
  await worker.flush();

  expect(server.jobs.map(({ dispatch, answers }) => ({ dispatch, answers }))).toEqual([
    { dispatch: 'offering', answers: [] },
  ]);
  expect(ledger.records.map(({ type }) => type)).toEqual([
    'connection.opened',
    'offer.sent',
    'answer.received',
  ]);
});

it('delays a frame (F-155, F-156)', async () => {
  const { server, clock } = await serveInVirtualTime({ selectionWait: 0 });
  const worker = await connect(server, willing);
  server.script({ direction: 'out', message: 'assignment', fault: { delay: 500 } });

  server.createRoom({ name: 'lobby' });
  await server.waitFor(() => server.jobs[0]?.dispatch === 'assigned');
  clock.advance(499);
  await worker.flush();
  expect(worker.assignments()).toEqual([]);

  clock.advance(1);
  await worker.until(() => worker.assignments().length === 1);
});

it('duplicates a frame (F-155)', async () => {
  const server = await serve();
  const worker = await connect(server);
  server.script({ direction: 'out', message: 'availability', fault: 'duplicate' });

  server.createRoom({ name: 'lobby' });
  await worker.until(() => worker.offers().length === 2);

  expect(new Set(worker.offers().map(({ id }) => id)).size).toBe(1);
});

it('corrupts a frame to the worker (F-155)', async () => {
  const server = await serve();
  const worker = await connect(server);
  server.script({ direction: 'out', message: 'availability', fault: 'corrupt' });

  server.createRoom({ name: 'lobby' });
  await worker.until(() => worker.unreadable.length === 1);

  expect(worker.offers()).toEqual([]);
});

it('corrupts a frame to the server, which cuts the connection (F-155)', async () => {
  const server = await serve();
  const worker = await connect(server);
  server.script({ direction: 'in', message: 'ping', fault: 'corrupt' });

  worker.send({ case: 'ping', value: { timestamp: 1n } as never });
  await worker.until(() => worker.closeCode() !== undefined);

  expect(worker.closeCode()).toBe(1006);
});

it('freezes a connection and thaws it with everything in order (F-155)', async () => {
  const server = await serve();
  const worker = await connect(server);
  const rule = server.script({
    direction: 'in',
    message: 'updateWorker',
    times: 1,
    fault: 'freeze',
  });

  worker.report('available', 0.25);
  worker.send({ case: 'ping', value: { timestamp: 1n } as never });
  worker.socket.ping();
  await server.waitFor(() => server.frames.at(-1)?.name === 'ping');
  server.createRoom({ name: 'lobby' });
  const other = await connect(server);
  await other.flush();
  expect([server.workers[0]?.load, worker.pongs(), worker.contents.length]).toEqual([0, 0, 1]);

  rule.remove();
  await worker.until(() => worker.offers().length === 1 && worker.pongs() === 1);
  expect(server.workers[0]?.load).toBe(0.25);
  expect(worker.contents.map(({ case: name }) => name)).toEqual([
    'register',
    'pong',
    'availability',
  ]);
});

it('resets a connection in place of a frame (F-155)', async () => {
  const ledger = createLedger();
  const server = await serve({ ledger });
  const worker = await connect(server, willing);
  server.script({ direction: 'out', message: 'assignment', fault: 'reset' });

  server.createRoom({ name: 'lobby' });
  await worker.until(() => worker.closeCode() !== undefined);
  await server.waitFor(() => server.workers.length === 0);

  expect(worker.closeCode()).toBe(1006);
  expect(ledger.records.at(-1)).toMatchObject({ type: 'connection.closed', by: 'server' });
});

it('chooses frames by connection, by a closer look and by count', async () => {
  const server = await serve();
  const one = await connect(server);
  const two = await connect(server);
  const rule = server.script({
    direction: 'out',
    connection: one.id(),
    when: ({ name }) => name === 'pong',
    skip: 1,
    times: 1,
    fault: 'drop',
  });

  await one.flush();
  one.send({ case: 'ping', value: { timestamp: 1n } as never });
  await one.flush();
  await two.flush();
  await two.flush();

  expect([one.all('pong').length, two.all('pong').length, rule.hits]).toEqual([2, 2, 1]);
});

it('stops a rule that was removed', async () => {
  const server = await serve();
  const worker = await connect(server);
  const rule = server.script({ fault: 'drop' });

  rule.remove();

  await worker.flush();
});

it('refuses registrations as often as asked', async () => {
  const server = await serve();
  server.refuseRegistration(1);

  const first = await connect(server);
  const second = await connect(server);

  expect([first.closeCode(), second.closeCode()]).toEqual([1006, undefined]);
});

it('rejects upgrades with any status until told to stop', async () => {
  const server = await serve();
  const stop = server.rejectUpgrade(407, { 'proxy-authenticate': 'Basic' });

  expect((await knock(server)).status).toBe(407);
  stop();
  expect((await knock(server)).status).toBe(101);
});

it('sends whatever it is told to (F-155)', async () => {
  const server = await serve();
  const worker = await connect(server);
  const job = new Job({ id: 'AJ_made_up' });

  server.send(worker.id(), { case: 'availability', value: new AvailabilityRequest({ job }) });
  server.send(worker.id(), { case: 'assignment', value: new JobAssignment({ job }) });
  server.send(worker.id(), { case: 'termination', value: new JobTermination({ jobId: job.id }) });
  server.send(worker.id(), Uint8Array.from([0xff]));
  server.send(worker.id(), 'text');
  await worker.until(() => worker.unreadable.length === 2);

  expect(worker.contents.map(({ case: name }) => name)).toEqual([
    'register',
    'availability',
    'assignment',
    'termination',
  ]);
  expect(() => server.send('AW_nobody', 'x')).toThrow('No such worker');
});

it('forgets rooms and what was under way in a restart, keeps its port and its records', async () => {
  const ledger = createLedger();
  const server = await serve({ ledger });
  const worker = await connect(server);
  server.createRoom({ name: 'lobby' });
  await worker.until(() => worker.offers().length === 1);

  let wasDown = false;
  await server.restart({
    whileDown: async () => {
      wasDown = await fetch(server.httpUrl).then(
        () => false,
        () => true,
      );
    },
  });
  await worker.until(() => worker.closeCode() !== undefined);

  expect(wasDown).toBe(true);
  expect(worker.closeCode()).toBe(1006);
  expect([server.rooms, server.workers]).toEqual([[], []]);
  expect(server.jobs.map(({ dispatch }) => dispatch)).toEqual(['unserved']);
  const again = await connect(server, willing);
  server.createRoom({ name: 'lobby' });
  await again.until(() => again.assignments().length === 1);
  expect(ledger.check({ final: false })).toEqual([]);
});

it('leaves no timer behind when it stops (F-156)', async () => {
  const { server, clock } = await serveInVirtualTime();
  const worker = await connect(server);
  server.createRoom({ name: 'lobby' });
  await worker.flush();

  await server.stop();

  expect(clock.timers()).toEqual([]);
});

it('tells what happens, once to each listener', async () => {
  const server = await serve();
  const seen: string[] = [];
  const stop = server.on('worker.registered', ({ id }) => seen.push(id));

  const first = await connect(server);
  stop();
  await connect(server);

  expect(seen).toEqual([first.id()]);
});

it('says what it waited for when that did not come', async () => {
  const server = await serve();

  await expect(server.waitFor(() => server.jobs.length === 7, 1)).rejects.toMatchObject({
    code: 'ERR_NOT_SEEN',
    message: 'Not seen within 1 ms: () => server.jobs.length === 7',
  });
});

it('waits without a limit for Infinity, and refuses what is no time', async () => {
  const server = await serve();

  const seen = server.waitFor(() => server.rooms[0]?.name, Number.POSITIVE_INFINITY);
  await expect(server.waitFor(() => false, 10)).rejects.toMatchObject({ code: 'ERR_NOT_SEEN' });
  server.createRoom({ name: 'lobby' });

  expect(await seen).toBe('lobby');
  await expect(server.waitFor(() => true, Number.NaN)).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message:
      'waitFor: expected milliseconds from 0 to 2147483647, or Infinity for no limit, got NaN.',
  });
});

it('throws once what the reading throws, and disturbs nobody later', async () => {
  const server = await serve();
  let reads = 0;

  const waiting = server.waitFor(() => {
    reads += 1;
    throw new Error('no job yet');
  });

  await expect(waiting).rejects.toThrow('no job yet');
  server.createRoom({ name: 'later' });
  expect(reads).toBe(1);
});

it('writes a ledger that is clean when the worker is (F-155)', async () => {
  const ledger = createLedger();
  const server = await serve({ ledger });
  const worker = await connect(server, willing);

  server.createRoom({ name: 'lobby' });
  await worker.until(() => worker.assignments().length === 1);
  const jobId = server.jobs[0]?.id ?? '';
  ledger.record({ type: 'job.started', jobId, pid: 1 });
  worker.updateJob(jobId, JobStatus.JS_RUNNING);
  worker.updateJob(jobId);
  await worker.flush();
  await worker.close();
  await server.waitFor(() => server.workers.length === 0);

  expect(ledger.check()).toEqual([]);
  expect(ledger.records.map((record) => ({ ...record, at: 0, deadline: 0 }))).toEqual(
    [
      { type: 'connection.opened', connection: worker.id(), worker: 'devkey' },
      { type: 'offer.sent', connection: worker.id(), jobId },
      { type: 'answer.received', connection: worker.id(), jobId, available: true },
      { type: 'assignment.sent', connection: worker.id(), jobId },
      { type: 'job.started', jobId, pid: 1 },
      { type: 'status.received', connection: worker.id(), jobId, status: 'running', error: '' },
      { type: 'status.received', connection: worker.id(), jobId, status: 'success', error: '' },
      { type: 'connection.closed', connection: worker.id(), by: 'worker' },
    ].map((fact) => ({ ...fact, at: 0, deadline: 0 })),
  );
});

it('convicts a worker that loses a job', async () => {
  const ledger = createLedger();
  const server = await serve({ ledger });
  const worker = await connect(server, willing);

  server.createRoom({ name: 'lobby' });
  await worker.until(() => worker.assignments().length === 1);

  expect(ledger.check().map(({ invariant }) => invariant)).toEqual(['I5']);
});

describe('faults in both directions', () => {
  it('delays a frame on its way to the server', async () => {
    const { server, clock } = await serveInVirtualTime({ selectionWait: 0 });
    const worker = await connect(server);
    server.script({ direction: 'in', message: 'updateWorker', fault: { delay: 500 } });

    worker.report('available', 0.25);
    await worker.flush();
    clock.advance(499);
    expect(server.workers[0]?.load).toBe(0);
    clock.advance(1);

    expect(server.workers[0]?.load).toBe(0.25);
    expect(faultsOf(server.frames)).toEqual([['updateWorker', 'delay']]);
  });

  it('duplicates a frame on its way to the server, which counts the first of two ends', async () => {
    const server = await serve();
    const worker = await connect(server, willing);
    server.createRoom({ name: 'lobby' });
    await worker.until(() => worker.assignments().length === 1);
    server.script({ direction: 'in', message: 'updateJob', fault: 'duplicate' });

    worker.updateJob(server.jobs[0]?.id ?? '', JobStatus.JS_SUCCESS);
    await worker.flush();

    expect(server.jobs[0]?.statuses.map(({ status }) => status)).toEqual(['success', 'success']);
    expect(server.jobs[0]?.status).toBe('success');
  });

  it('resets a connection in place of a frame on its way to the server', async () => {
    const server = await serve();
    const worker = await connect(server);
    server.script({ direction: 'in', message: 'updateWorker', fault: 'reset' });

    worker.report('available', 0.25);
    await worker.until(() => worker.closeCode() !== undefined);

    expect([worker.closeCode(), faultsOf(server.frames)]).toEqual([
      1006,
      [['updateWorker', 'reset']],
    ]);
  });

  it('freezes a connection from a frame to the worker on', async () => {
    const server = await serve();
    const worker = await connect(server, willing);
    const rule = server.script({ direction: 'out', message: 'availability', fault: 'freeze' });

    server.createRoom({ name: 'lobby' });
    await server.waitFor(() => rule.hits === 1);
    const other = await connect(server);
    await other.flush();
    expect(worker.contents.map(({ case: name }) => name)).toEqual(['register']);

    rule.remove();
    await worker.until(() => worker.assignments().length === 1);
  });

  it('says in its own format that it sends garbage to a worker that speaks JSON', async () => {
    const server = await serve();
    const worker = await connect(server, { json: true });
    server.script({ direction: 'out', message: 'availability', fault: 'corrupt' });

    server.createRoom({ name: 'lobby' });
    await worker.until(() => worker.unreadable.length === 1);

    expect(worker.offers()).toEqual([]);
  });

  it.each([
    ['delayed', { delay: 500 } as const],
    ['frozen', 'freeze' as const],
  ])('forgets a %s registration whose connection is gone', async (_, fault) => {
    const { server, clock } = await serveInVirtualTime();
    const rule = server.script({ direction: 'in', message: 'register', fault });
    const worker = await connect(server, { register: false });
    worker.send({ case: 'register', value: new RegisterWorkerRequest() });
    await server.waitFor(() => rule.hits === 1);

    await worker.close();
    const other = await connect(server, { register: false });
    await other.flush();
    clock.advance(500);
    rule.remove();

    expect(server.workers).toEqual([]);
    expect(clock.timers()).toEqual([9_500, 9_500]);
  });
});

describe('a script that cannot be played', () => {
  it.each([
    ['no rule', undefined, 'script: expected an object with a fault, got undefined.'],
    ['no fault', {}, 'script: fault: is missing.'],
    [
      'an unknown fault',
      { fault: 'explode' },
      'script: fault: expected drop, duplicate, corrupt, freeze, reset, or { delay: milliseconds }, got a text.',
    ],
    [
      'a delay that no timer counts',
      { fault: { delay: Number.NaN } },
      'script: fault: expected drop, duplicate, corrupt, freeze, reset, or { delay: milliseconds }, got Object.',
    ],
    [
      'a word that is misspelt',
      { fault: 'drop', mesage: 'ping' },
      'script: mesage: no such option.',
    ],
    [
      'all that can be wrong at once',
      { fault: 'drop', direction: 'up', message: 'hello', when: 'now', skip: -1, times: 0.5 },
      'script: direction: expected one of in, out, got "up"; message: expected one of availability, updateWorker, register, ping, updateJob, simulateJob, migrateJob, assignment, termination, pong, malformed, got "hello"; when: expected a function, got a text; skip: expected a whole number from 0, or Infinity, got -1; times: expected a whole number from 0, or Infinity, got 0.5.',
    ],
  ])('is refused for %s, and changes nothing', async (_, rule, message) => {
    const server = await serve();
    const worker = await connect(server);

    expect(() => server.script(rule as never)).toThrow(
      expect.objectContaining({ name: 'WorkerError', code: 'ERR_INVALID_ARGUMENT', message }),
    );
    await worker.flush();
  });

  it('tells whoever waits that a closer look threw, and lets the frames pass', async () => {
    const server = await serve();
    const worker = await connect(server);
    const waiting = server.waitFor(() => false);
    const rule = server.script({
      direction: 'in',
      when: () => {
        throw new Error('typo');
      },
      fault: 'drop',
    });
    const told = {
      name: 'WorkerError',
      code: 'ERR_INVALID_ARGUMENT',
      message: 'script: when threw, so that the rule is over: typo',
    };

    await Promise.all([worker.flush(), expect(waiting).rejects.toMatchObject(told)]);

    await expect(server.waitFor(() => true)).rejects.toMatchObject(told);
    expect(rule.hits).toBe(0);
  });
});

describe('a server that is asked for what cannot be', () => {
  it.each([
    [{ port: -1 }, 'port: expected a port from 0 to 65535, got -1'],
    [
      { keys: {} },
      'keys: expected an object with a secret for each API key, one at least, got Object',
    ],
    [
      { requestTimeout: Number.NaN },
      'requestTimeout: expected milliseconds from 0 to 2147483647, or Infinity for no limit, got NaN',
    ],
    [{ clock: {} }, 'clock: expected an object with setTimeout and clearTimeout, got Object'],
    [{ requestTimeot: 1 }, 'requestTimeot: no such option'],
  ])('does not start with %o', async (options, problem) => {
    await expect(serve(options as never)).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTIONS',
      message: `createTestServer: ${problem}.`,
    });
  });

  it('names what a control does not take', async () => {
    const server = await serve();
    const refusal = (problem: string) =>
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: problem });

    expect(() => server.createRoom({} as never)).toThrow(refusal('createRoom: name: is missing.'));
    expect(() => server.join('', { identity: 'ann' })).toThrow(
      refusal('room: expected a text that is not empty, got a text.'),
    );
    expect(() => server.join('lobby', { name: 'Ann' } as never)).toThrow(
      refusal('join: identity: is missing.'),
    );
    expect(() => server.createDispatch('lobby', 'x', { meta: 'm' } as never)).toThrow(
      refusal('createDispatch: meta: no such option.'),
    );
    expect(() => server.rejectUpgrade(7)).toThrow(
      refusal('status: expected an HTTP status from 200 to 599, got 7.'),
    );
    expect(() => server.refuseRegistration(-1)).toThrow(
      refusal('times: expected a whole number from 0, or Infinity, got -1.'),
    );
    expect(server.rooms).toEqual([]);
  });
});
