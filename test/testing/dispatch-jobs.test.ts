import { JobStatus, JobType, ParticipantInfo, Room, SimulateJobRequest } from '@livekit/protocol';
import { describe, expect, it } from 'vitest';
import { connect, serve, serveInVirtualTime, unwilling, willing } from './serve.js';

const claimsOf = (token: string | undefined) =>
  JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString('utf8'));

describe('an offer', () => {
  it('goes out after the selection wait and is assigned with the yes (F-155)', async () => {
    const { server, clock, ledger } = await serveInVirtualTime();
    const worker = await connect(server);

    server.createRoom({ name: 'lobby', metadata: 'of the room' });
    clock.advance(199);
    await worker.flush();
    expect(worker.offers()).toEqual([]);

    clock.advance(1);
    const [offer] = await worker.until(() => worker.offers().length > 0 && worker.offers());
    worker.answer(offer?.id ?? '', {
      available: true,
      participantIdentity: 'agent-1',
      participantName: 'Agent',
      participantMetadata: 'm',
      participantAttributes: { myagent: 'rocks' },
    });
    const [assignment] = await worker.until(
      () => worker.assignments().length > 0 && worker.assignments(),
    );

    expect(offer?.state?.status).toBe(JobStatus.JS_RUNNING);
    expect(offer?.room?.metadata).toBe('of the room');
    expect(assignment?.job?.id).toBe(offer?.id);
    expect(assignment?.url).toBe('simulated://room');
    expect(server.jobs).toEqual([
      {
        id: offer?.id,
        dispatchId: offer?.dispatchId,
        type: 'room',
        room: 'lobby',
        agentName: '',
        metadata: '',
        participant: undefined,
        dispatch: 'assigned',
        status: 'running',
        error: '',
        worker: worker.id(),
        agentIdentity: 'agent-1',
        token: expect.anything(),
        answers: [{ worker: worker.id(), answer: 'accepted', at: 200 }],
        statuses: [],
        createdAt: 0,
        assignedAt: 200,
        terminatedAt: undefined,
        endedAt: undefined,
      },
    ]);
    expect(ledger.records.map(({ type, at }) => [type, at])).toEqual([
      ['connection.opened', 0],
      ['offer.sent', 200],
      ['answer.received', 200],
      ['assignment.sent', 200],
    ]);
  });

  it.each([
    [2_780, 'assigned'],
    [2_850, 'lost'],
  ])('answered yes after %i ms is %s', async (delay, outcome) => {
    const { server, clock } = await serveInVirtualTime();
    const worker = await connect(server);

    server.createRoom({ name: 'lobby' });
    clock.advance(200);
    await worker.until(() => worker.offers().length === 1);
    clock.advance(delay);
    worker.answer(server.jobs[0]?.id ?? '');
    await worker.flush();

    expect(server.jobs.map(({ dispatch }) => dispatch)).toEqual([outcome]);
    expect(worker.assignments().length).toBe(outcome === 'assigned' ? 1 : 0);
  });

  it('is lost with silence, though another worker is idle (F-155, F-156)', async () => {
    const { server, clock } = await serveInVirtualTime();
    const silent = await connect(server);
    const idle = await connect(server, willing);

    server.createRoom({ name: 'lobby' });
    clock.advance(200);
    await silent.until(() => silent.offers().length === 1);
    clock.advance(2_800);

    expect(server.jobs.map(({ dispatch, answers }) => ({ dispatch, answers }))).toEqual([
      { dispatch: 'lost', answers: [{ worker: silent.id(), answer: 'none', at: 3_000 }] },
    ]);
    expect(idle.offers()).toEqual([]);
  });

  it('passes to the next worker with a no, and asks each one once (F-155)', async () => {
    const server = await serve({ random: () => 0 });
    const first = await connect(server, unwilling);
    const second = await connect(server, unwilling);

    server.createRoom({ name: 'lobby' });
    await server.waitFor(() => server.jobs[0]?.dispatch === 'refused');

    expect([first.offers().length, second.offers().length]).toEqual([1, 1]);
    expect(server.jobs[0]?.answers.map(({ worker, answer }) => [worker, answer])).toEqual([
      [first.id(), 'refused'],
      [second.id(), 'refused'],
    ]);
  });

  it('is taken by the next worker that wants it', async () => {
    const server = await serve({ random: () => 0 });
    await connect(server, unwilling);
    const second = await connect(server, willing);

    server.createRoom({ name: 'lobby' });
    await server.waitFor(() => server.jobs[0]?.dispatch === 'assigned');

    expect(server.jobs[0]?.worker).toBe(second.id());
  });

  it('passes to the next worker when the connection closes', async () => {
    const server = await serve({ random: () => 0 });
    const first = await connect(server);
    const second = await connect(server, willing);

    server.createRoom({ name: 'lobby' });
    await first.until(() => first.offers().length === 1);
    await first.close();
    await server.waitFor(() => server.jobs[0]?.dispatch === 'assigned');

    expect(server.jobs[0]?.answers.map(({ worker, answer }) => [worker, answer])).toEqual([
      [first.id(), 'closed'],
      [second.id(), 'accepted'],
    ]);
  });

  it.each([true, false])('ends for everybody with terminate (available: %s)', async (available) => {
    const server = await serve({ random: () => 0 });
    await connect(server, { answer: () => ({ available, terminate: true }) });
    const second = await connect(server, willing);

    server.createRoom({ name: 'lobby' });
    await server.waitFor(() => server.jobs[0]?.dispatch === 'ended');

    expect(server.jobs[0]?.status).toBe('success');
    expect(second.offers()).toEqual([]);
  });

  it('is dropped when nobody is there, also for a worker that comes at once', async () => {
    const server = await serve();
    server.createRoom({ name: 'lobby' });
    const late = await connect(server, willing);
    await late.flush();

    expect(server.jobs.map(({ dispatch, answers }) => ({ dispatch, answers }))).toEqual([
      { dispatch: 'unserved', answers: [] },
    ]);
    expect(late.offers()).toEqual([]);
  });

  it('is assigned once, whatever is answered later', async () => {
    const server = await serve();
    const worker = await connect(server, willing);

    server.createRoom({ name: 'lobby' });
    await worker.until(() => worker.assignments().length === 1);
    worker.answer(server.jobs[0]?.id ?? '');
    worker.answer(server.jobs[0]?.id ?? '', { available: false });
    await worker.flush();

    expect(worker.assignments().length).toBe(1);
    expect(server.jobs[0]?.answers.length).toBe(1);
  });
});

describe('the token of an assignment', () => {
  const assign = async (register: object, answer: object = {}) => {
    const server = await serve({ roomUrl: null });
    const worker = await connect(server, {
      register,
      answer: ({ id }) => ({ available: true, participantIdentity: `agent-${id}`, ...answer }),
    });
    server.createRoom({ name: 'lobby', agents: [{ agentName: 'helper' }] });
    const [assignment] = await worker.until(
      () => worker.assignments().length > 0 && worker.assignments(),
    );
    return { assignment, claims: claimsOf(assignment?.token), job: server.jobs[0] };
  };

  it('grants everything but metrics when the worker did not say (F-8, F-64)', async () => {
    const { assignment, claims, job } = await assign(
      { agentName: 'helper' },
      { participantName: 'n', participantMetadata: 'm', participantAttributes: { a: 'b' } },
    );

    expect(assignment?.url).toBe(undefined);
    expect(claims).toEqual({
      iss: 'devkey',
      sub: `agent-${job?.id}`,
      nbf: claims.iat,
      iat: claims.exp - 3_600,
      exp: expect.any(Number),
      name: 'n',
      kind: 'agent',
      metadata: 'm',
      attributes: { a: 'b', 'lk.agent_name': 'helper' },
      video: {
        roomJoin: true,
        room: 'lobby',
        agent: true,
        canPublish: true,
        canSubscribe: true,
        canPublishData: true,
        canUpdateOwnMetadata: true,
        canSubscribeMetrics: false,
      },
    });
    expect(job?.token?.reveal()).toBe(assignment?.token);
  });

  it('grants what the worker registered (F-8)', async () => {
    const { claims } = await assign({
      agentName: 'helper',
      allowedPermissions: { canSubscribe: true, hidden: true },
    });

    expect(claims.video).toEqual({
      roomJoin: true,
      room: 'lobby',
      agent: true,
      canPublish: false,
      canSubscribe: true,
      canPublishData: false,
      canUpdateOwnMetadata: false,
      canSubscribeMetrics: false,
      hidden: true,
    });
  });

  it('has no subject when the answer named no identity', async () => {
    const { claims } = await assign({ agentName: 'helper' }, { participantIdentity: '' });

    expect('sub' in claims).toBe(false);
  });

  it('is not in the recorded frames', async () => {
    const server = await serve();
    const worker = await connect(server, willing);
    server.createRoom({ name: 'lobby' });
    await worker.until(() => worker.assignments().length === 1);

    const text = server.frames.map(({ message }) => message?.toJsonString()).join();

    expect(text.includes(worker.assignments()[0]?.token ?? '')).toBe(false);
  });
});

describe('selection', () => {
  const share = async (loads: readonly number[], jobs: number, options: object = {}) => {
    let seed = 7;
    const random = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const server = await serve({ random, ...options });
    const workers = [];
    for (const load of loads) {
      const worker = await connect(server, willing);
      worker.report('available', load);
      await worker.flush();
      workers.push(worker);
    }
    for (let i = 0; i < jobs; i += 1) server.createRoom({ name: `room-${i}` });
    await server.waitFor(() => server.jobs.every(({ dispatch }) => dispatch !== 'offering'));
    return workers.map((worker) => server.jobs.filter((job) => job.worker === worker.id()).length);
  };

  it('weighs workers by 1 − load', async () => {
    const [light = 0, heavy = 0] = await share([0.1, 0.9], 200);

    expect(light + heavy).toBe(200);
    expect(light).toBeGreaterThan(160);
    expect(heavy).toBeGreaterThan(5);
  });

  it.each([
    [0.69, 3],
    [-1, 3],
    [0.7, 0],
    [0.95, 0],
    [1, 0],
    [Number.NaN, 0],
  ])('sees a lone worker with load %d get %i of 3 jobs', async (load, jobs) => {
    expect(await share([load], 3)).toEqual([jobs]);
  });

  it('never asks a full worker', async () => {
    const server = await serve();
    const full = await connect(server, willing);
    const free = await connect(server, willing);
    full.report('full', 0);
    await full.flush();

    for (let i = 0; i < 5; i += 1) server.createRoom({ name: `room-${i}` });
    await server.waitFor(() => server.jobs.every(({ dispatch }) => dispatch === 'assigned'));

    expect([full.offers().length, free.offers().length]).toEqual([0, 5]);
  });

  it('matches names exactly and keeps named workers from automatic dispatches (F-57, F-58)', async () => {
    const server = await serve();
    const named = await connect(server, { ...willing, register: { agentName: 'Helper' } });
    const unnamed = await connect(server, willing);

    server.createRoom({ name: 'automatic' });
    server.createRoom({ name: 'other case', agents: [{ agentName: 'helper' }] });
    server.createRoom({ name: 'exact', agents: [{ agentName: 'Helper', metadata: 'for it' }] });
    await server.waitFor(() => server.jobs.every(({ dispatch }) => dispatch !== 'offering'));

    expect(server.jobs.map(({ room, worker, metadata }) => ({ room, worker, metadata }))).toEqual([
      { room: 'automatic', worker: unnamed.id(), metadata: '' },
      { room: 'other case', worker: undefined, metadata: '' },
      { room: 'exact', worker: named.id(), metadata: 'for it' },
    ]);
  });

  it('matches deployments on both sides', async () => {
    const server = await serve();
    const blue = await connect(server, {
      ...willing,
      register: { agentName: 'helper', deployment: 'blue' },
    });

    server.createRoom({ name: 'plain', agents: [{ agentName: 'helper' }] });
    server.createRoom({ name: 'blue', agents: [{ agentName: 'helper', deployment: 'blue' }] });
    await server.waitFor(() => server.jobs.every(({ dispatch }) => dispatch !== 'offering'));

    expect(server.jobs.map(({ room, worker }) => ({ room, worker }))).toEqual([
      { room: 'plain', worker: undefined },
      { room: 'blue', worker: blue.id() },
    ]);
  });

  it('makes one automatic job for each namespace (F-57)', async () => {
    const server = await serve();
    const one = await connect(server, { ...willing, register: { namespace: 'one' } });
    const two = await connect(server, { ...willing, register: { namespace: 'two' } });

    server.createRoom({ name: 'lobby' });
    await server.waitFor(() => server.jobs.every(({ dispatch }) => dispatch === 'assigned'));

    expect(server.jobs.map(({ worker }) => worker)).toEqual([one.id(), two.id()]);
  });
});

describe('job types', () => {
  it('gives a publisher worker one job for each publisher (F-155)', async () => {
    const server = await serve();
    const worker = await connect(server, {
      ...willing,
      register: { type: JobType.JT_PUBLISHER },
    });

    server.join('lobby', { identity: 'ann', name: 'Ann', attributes: { seat: '1' } });
    server.join('lobby', { identity: 'bob' });
    server.join('lobby', { identity: 'robot', isAgent: true });
    server.publish('lobby', 'ann', 'microphone');
    server.publish('lobby', 'ann', 'camera');
    server.publish('lobby', 'bob');
    server.publish('lobby', 'robot');
    await worker.until(() => worker.assignments().length === 2);

    expect(server.jobs.map(({ type, participant }) => [type, participant])).toEqual([
      ['publisher', 'ann'],
      ['publisher', 'bob'],
    ]);
    const [ann] = worker.offers();
    expect(ann?.participant).toMatchObject({
      identity: 'ann',
      name: 'Ann',
      isPublisher: true,
      state: 2,
    });
    expect(ann?.participant?.tracks.map(({ name }) => name)).toEqual(['microphone']);
  });

  it('starts again for a publisher who comes back', async () => {
    const server = await serve();
    const worker = await connect(server, {
      ...willing,
      register: { type: JobType.JT_PUBLISHER },
    });

    for (let visit = 0; visit < 2; visit += 1) {
      server.join('lobby', { identity: 'ann' });
      server.publish('lobby', 'ann');
      server.leave('lobby', 'ann');
    }

    await worker.until(() => worker.assignments().length === 2);
  });

  it('gives a participant worker one job for each participant, agents excepted', async () => {
    const server = await serve();
    const worker = await connect(server, {
      ...willing,
      register: { type: JobType.JT_PARTICIPANT },
    });

    server.join('lobby', { identity: 'ann' });
    server.join('lobby', { identity: 'robot', isAgent: true });
    await worker.until(() => worker.assignments().length === 1);

    expect(server.jobs.map(({ type, participant }) => [type, participant])).toEqual([
      ['participant', 'ann'],
    ]);
    expect(worker.offers()[0]?.participant).toMatchObject({
      identity: 'ann',
      state: 1,
      tracks: [],
    });
  });

  it('serves those already there when a dispatch comes later', async () => {
    const server = await serve();
    const room = await connect(server, { ...willing, register: { agentName: 'helper' } });
    const publisher = await connect(server, {
      ...willing,
      register: { agentName: 'helper', type: JobType.JT_PUBLISHER },
    });
    server.createRoom({ name: 'lobby', agents: [] });
    server.join('lobby', { identity: 'ann' });
    server.join('lobby', { identity: 'bob' });
    server.publish('lobby', 'bob');

    server.createDispatch('lobby', 'helper', { metadata: 'm', attributes: { a: 'b' } });
    await room.until(() => room.assignments().length === 1);
    await publisher.until(() => publisher.assignments().length === 1);

    expect(server.jobs.map(({ type, participant }) => [type, participant])).toEqual([
      ['room', undefined],
      ['publisher', 'bob'],
    ]);
    expect(room.offers()[0]).toMatchObject({ metadata: 'm', attributes: { a: 'b' } });
  });
});

describe('rooms and dispatches', () => {
  it('creates a room once, whatever is asked', async () => {
    const server = await serve();
    const worker = await connect(server, willing);

    const first = server.createRoom({ name: 'lobby' });
    const second = server.createRoom({ name: 'lobby', agents: [{ agentName: 'x' }] });
    await worker.until(() => worker.assignments().length === 1);

    expect(second).toBe(first);
    expect(server.rooms.length).toBe(1);
    expect(server.jobs.length).toBe(1);
  });

  it('adds the automatic dispatch when a dispatch creates the room (F-57)', async () => {
    const server = await serve();
    const unnamed = await connect(server, willing);
    const named = await connect(server, { ...willing, register: { agentName: 'helper' } });

    server.createDispatch('new', 'helper');
    await unnamed.until(() => unnamed.assignments().length === 1);
    await named.until(() => named.assignments().length === 1);

    expect(server.rooms.map(({ dispatches }) => dispatches.map((d) => d.agentName))).toEqual([
      ['', 'helper'],
    ]);
  });

  it('makes two jobs for the same name twice (F-58)', async () => {
    const server = await serve();
    const worker = await connect(server, { ...willing, register: { agentName: 'helper' } });

    server.createRoom({
      name: 'lobby',
      agents: [{ agentName: 'helper' }, { agentName: 'helper' }],
    });

    await worker.until(() => worker.assignments().length === 2);
  });

  it('refuses what needs a room or a participant that is not there', async () => {
    const server = await serve();
    server.createRoom({ name: 'lobby', agents: [] });

    expect(() => server.publish('nowhere', 'ann')).toThrow('There is no room');
    expect(() => server.publish('lobby', 'ann')).toThrow('Nobody');
    expect(server.leave('lobby', 'ann')).toBe(false);
    expect(server.deleteRoom('nowhere')).toBe(false);
    expect(server.deleteDispatch('AD_nothing')).toBe(undefined);
  });
});

describe('the end of a job', () => {
  const run = async (options: object = {}) => {
    const { server, clock, ledger } = await serveInVirtualTime({ selectionWait: 0, ...options });
    const worker = await connect(server, willing);
    server.createRoom({ name: 'lobby' });
    await worker.until(() => worker.assignments().length === 1);
    const [job] = server.jobs;
    if (!job) throw new Error('no job');
    const begin = async () => {
      worker.updateJob(job.id, JobStatus.JS_RUNNING);
      await worker.flush();
    };
    return { server, clock, ledger, worker, job, begin };
  };

  it('is what the worker reports first', async () => {
    const { server, worker, job, begin } = await run();
    await begin();
    expect(
      server.rooms[0]?.participants.map(({ identity, isAgent }) => [identity, isAgent]),
    ).toEqual([[`agent-${job.id}`, true]]);

    worker.updateJob(job.id, JobStatus.JS_FAILED, 'broke');
    worker.updateJob(job.id, JobStatus.JS_SUCCESS);
    await worker.flush();

    expect({ status: job.status, error: job.error }).toEqual({ status: 'failed', error: 'broke' });
    expect(job.statuses.map(({ status, error }) => [status, error])).toEqual([
      ['running', ''],
      ['failed', 'broke'],
      ['success', ''],
    ]);
    expect(server.rooms[0]?.participants).toEqual([]);
    expect(server.workers[0]?.jobs).toEqual([]);
    expect(worker.terminations()).toEqual([]);
  });

  it('comes with the deleted dispatch, and the agent is removed after 3 s (F-63, F-156)', async () => {
    const { server, clock, worker, job, begin } = await run();
    await begin();

    const deleted = server.deleteDispatch(job.dispatchId);
    await worker.until(() => worker.terminations().length === 1);
    expect(deleted?.id).toBe(job.dispatchId);
    expect(worker.terminations()).toEqual([job.id]);
    expect(server.rooms[0]?.dispatches).toEqual([]);

    clock.advance(2_999);
    expect(server.rooms[0]?.participants.length).toBe(1);
    clock.advance(1);
    expect(server.rooms[0]?.participants).toEqual([]);
    expect(job.status).toBe('running');
  });

  it('is failed when the agent leaves, whatever is reported later', async () => {
    const { server, worker, job, begin } = await run();
    await begin();

    server.leave('lobby', `agent-${job.id}`);
    worker.updateJob(job.id, JobStatus.JS_SUCCESS);
    await worker.flush();

    expect({ status: job.status, error: job.error }).toEqual({
      status: 'failed',
      error: 'agent worker left the room',
    });
    expect(worker.terminations()).toEqual([job.id]);
  });

  it('is not announced when the agent leaves after its success', async () => {
    const { server, worker, job, begin } = await run();
    await begin();

    worker.updateJob(job.id, JobStatus.JS_SUCCESS);
    await worker.flush();
    server.leave('lobby', `agent-${job.id}`);
    await worker.flush();

    expect(worker.terminations()).toEqual([]);
    expect(job.status).toBe('success');
  });

  it('comes with the deleted room once the agent has joined (F-63)', async () => {
    const { server, worker, job, begin } = await run();
    await begin();

    expect(server.deleteRoom('lobby')).toBe(true);
    await worker.until(() => worker.terminations().length === 1);

    expect(worker.terminations()).toEqual([job.id]);
    expect(server.rooms).toEqual([]);
  });

  it('does not come with the deleted room while the agent has not joined', async () => {
    const { server, worker } = await run();

    server.deleteRoom('lobby');
    await worker.flush();

    expect(worker.terminations()).toEqual([]);
  });

  it('can be asked for by its id, while it runs over this connection (F-63)', async () => {
    const { server, worker, job } = await run();

    expect(server.terminate(job.id)).toBe(true);
    expect(server.terminate('AJ_nobody')).toBe(false);
    await worker.until(() => worker.terminations().length === 1);
    worker.updateJob(job.id, JobStatus.JS_SUCCESS);
    await worker.flush();
    expect(server.terminate(job.id)).toBe(false);
  });

  it('reaches nobody once the worker has come back under a new id', async () => {
    const { server, worker, job, begin } = await run();
    await begin();
    await worker.close();
    await server.waitFor(() => server.workers.length === 0);
    const again = await connect(server);

    again.send({ case: 'migrateJob', value: { jobIds: [job.id] } as never });
    await again.flush();

    expect(server.deleteDispatch(job.dispatchId)?.id).toBe(job.dispatchId);
    await again.flush();
    expect(again.terminations()).toEqual([]);
    expect(again.offers()).toEqual([]);
    expect(job.status).toBe('running');
  });
});

describe('a simulated job', () => {
  it.each([
    ['room', undefined],
    ['publisher', new ParticipantInfo({ identity: 'ann' })],
  ])('is a %s job for this worker alone, full or not (F-67)', async (type, participant) => {
    const server = await serve();
    const worker = await connect(server, willing);
    const other = await connect(server, willing);
    worker.report('full', 1);

    worker.send({
      case: 'simulateJob',
      value: new SimulateJobRequest({
        type: JobType.JT_PARTICIPANT,
        room: new Room({ name: 'pretended' }),
        ...(participant ? { participant } : {}),
      }),
    });
    await worker.until(() => worker.assignments().length === 1);

    expect(server.jobs.map((job) => [job.type, job.room, job.dispatchId, job.worker])).toEqual([
      [type, 'pretended', '', worker.id()],
    ]);
    expect(server.rooms).toEqual([]);
    expect(other.offers()).toEqual([]);
  });

  it('is lost without a room, which the open server does not survive', async () => {
    const server = await serve();
    const worker = await connect(server, willing);

    worker.send({ case: 'simulateJob', value: new SimulateJobRequest() });
    await server.waitFor(() => server.jobs[0]?.dispatch === 'lost');
    await worker.flush();

    expect(worker.assignments()).toEqual([]);
  });

  it('can be about whatever a test says', async () => {
    const server = await serve();
    const worker = await connect(server, willing);

    const job = server.simulateJob(worker.id(), {
      room: { name: 'pretended', sid: 'RM_1', metadata: 'of the room' },
      participant: { identity: 'ann', sid: 'PA_1', attributes: { mood: 'calm' } },
      type: 'participant',
      metadata: 'of the job',
    });
    await worker.until(() => worker.assignments().length === 1);

    expect(job).toMatchObject({ type: 'participant', dispatch: 'assigned', dispatchId: '' });
    expect(worker.assignments()[0]?.job).toMatchObject({
      id: job.id,
      type: JobType.JT_PARTICIPANT,
      metadata: 'of the job',
      room: new Room({ name: 'pretended', sid: 'RM_1', metadata: 'of the room' }),
      participant: new ParticipantInfo({
        identity: 'ann',
        sid: 'PA_1',
        attributes: { mood: 'calm' },
      }),
    });
  });

  it('is of the type that its worker registered for, and needs a worker', async () => {
    const server = await serve();
    const worker = await connect(server, { ...willing });

    expect(server.simulateJob(worker.id(), { room: { name: 'pretended' } }).type).toBe('room');
    expect(() => server.simulateJob('AW_none', { room: { name: 'pretended' } })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it('waits 10 s for its answer (F-67, F-156)', async () => {
    const { server, clock } = await serveInVirtualTime();
    const worker = await connect(server);

    worker.send({
      case: 'simulateJob',
      value: new SimulateJobRequest({ room: new Room({ name: 'pretended' }) }),
    });
    await worker.until(() => worker.offers().length === 1);
    clock.advance(9_999);
    expect(server.jobs[0]?.dispatch).toBe('offering');
    clock.advance(1);
    expect(server.jobs[0]?.dispatch).toBe('lost');
  });
});
