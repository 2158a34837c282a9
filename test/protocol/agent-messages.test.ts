import {
  AvailabilityRequest,
  Job,
  JobAssignment,
  JobStatus,
  JobTermination,
  JobType,
  ParticipantInfo,
  RegisterWorkerResponse,
  Room,
  ServerInfo,
  ServerMessage,
  WorkerMessage,
  WorkerPong,
  WorkerStatus,
} from '@livekit/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Fact, Message } from '../../src/machines/connection.types.js';
import { toFact, toFrame } from '../../src/protocol/agent-messages.js';

const written = (message: Message, agentName?: string) =>
  WorkerMessage.fromBinary(toFrame(message, agentName)).message;
const wrap = (message: ServerMessage['message']) => new ServerMessage({ message });
/** The same message in both forms that a server may choose. */
const bothForms = (message: ServerMessage['message']) => [
  toFact(wrap(message).toBinary()),
  toFact(wrap(message).toJsonString()),
];

const job = new Job({
  id: 'AJ_1',
  dispatchId: 'AD_1',
  type: JobType.JT_PUBLISHER,
  room: new Room({ sid: 'RM_1', name: 'lobby', metadata: 'about', turnPassword: 'hush' }),
  participant: new ParticipantInfo({
    sid: 'PA_1',
    identity: 'ann',
    name: 'Ann',
    metadata: 'm',
    attributes: { seat: '4' },
  }),
  metadata: 'what to do',
  agentName: 'helper',
  attributes: { tier: 'gold' },
});
const answer = {
  kind: 'answer',
  jobId: 'AJ_1',
  available: true,
  terminate: false,
  participation: { name: 'n', identity: 'i', metadata: 'm', attributes: { a: 'b' } },
} as const satisfies Message;

it('registers with name, version, deployment and every permission, and without a ping interval', () => {
  const { value } = written({
    kind: 'register',
    workerType: 'participant',
    agentName: 'helper',
    version: '1.2.3',
    deployment: 'blue',
    permissions: {
      canPublish: true,
      canSubscribe: false,
      canPublishData: true,
      canUpdateMetadata: false,
      canPublishSources: ['microphone', 'SCREEN_SHARE', 'nonsense'],
      hidden: true,
    },
  });

  expect(value?.toJson()).toEqual({
    type: 'JT_PARTICIPANT',
    agentName: 'helper',
    version: '1.2.3',
    deployment: 'blue',
    allowedPermissions: {
      canPublish: true,
      canPublishData: true,
      canPublishSources: ['MICROPHONE', 'SCREEN_SHARE'],
      hidden: true,
      agent: true,
    },
  });
});

it('answers yes with the whole participation, and stamps the agent name over the user’s own', () => {
  const own = { ...answer.participation, attributes: { a: 'b', 'lk.agent.name': 'mine' } };

  expect(written(answer).value?.toJson()).toEqual({
    jobId: 'AJ_1',
    available: true,
    participantName: 'n',
    participantIdentity: 'i',
    participantMetadata: 'm',
    participantAttributes: { a: 'b' },
  });
  expect(
    written({ ...answer, participation: own }, 'helper').value?.toJson({ emitDefaultValues: true }),
  ).toEqual({
    jobId: 'AJ_1',
    available: true,
    supportsResume: false,
    terminate: false,
    participantName: 'n',
    participantIdentity: 'i',
    participantMetadata: 'm',
    participantAttributes: { a: 'b', 'lk.agent.name': 'helper' },
  });
});

it('answers no without a participation', () => {
  const no = { ...answer, available: false, terminate: true, participation: undefined };

  expect(written(no, 'helper').value?.toJson()).toEqual({ jobId: 'AJ_1', terminate: true });
});

it('always reports status, load and job count together (F-75)', () => {
  const idle = written({ kind: 'report', status: 'available', load: 0, jobIds: [] });
  const busy = written({ kind: 'report', status: 'full', load: 0.5, jobIds: ['a', 'b'] });

  expect(idle.value).toMatchObject({ status: WorkerStatus.WS_AVAILABLE, load: 0, jobCount: 0 });
  expect(busy.value).toMatchObject({ status: WorkerStatus.WS_FULL, load: 0.5, jobCount: 2 });
});

it.each([
  ['running', JobStatus.JS_RUNNING],
  ['success', JobStatus.JS_SUCCESS],
  ['failed', JobStatus.JS_FAILED],
] as const)('says that a job is %s', (status, expected) => {
  const { value } = written({ kind: 'status', jobId: 'AJ_1', status, error: 'why' });

  expect(value).toMatchObject({ jobId: 'AJ_1', status: expected, error: 'why' });
});

it('names the jobs that moved to a new connection', () => {
  expect(written({ kind: 'migrate', jobIds: ['a', 'b'] }).value?.toJson()).toEqual({
    jobIds: ['a', 'b'],
  });
});

it('brings any text through a frame unchanged', () => {
  const text = fc.string({ unit: 'grapheme' });
  const attributes = fc.dictionary(
    text.filter((key) => key !== '__proto__'),
    text,
  );

  fc.assert(
    fc.property(text, text, text, text, attributes, (jobId, name, identity, metadata, given) => {
      const participation = { name, identity, metadata, attributes: given };
      const { value } = written({ ...answer, jobId, participation });

      expect(value).toMatchObject({
        jobId,
        participantName: name,
        participantIdentity: identity,
        participantMetadata: metadata,
        participantAttributes: { ...given },
      });
    }),
  );
});

it('reads the registration of binary and text frames', () => {
  const serverInfo = new ServerInfo({ version: '1.13.5', region: 'eu', nodeId: 'ND_1' });
  const value = new RegisterWorkerResponse({ workerId: 'AW_1', serverInfo });
  const fact = {
    type: 'server.registered',
    workerId: 'AW_1',
    server: { edition: 'Standard', version: '1.13.5', region: 'eu', nodeId: 'ND_1' },
  };

  expect(bothForms({ case: 'register', value })).toEqual([fact, fact]);
  expect(
    toFact(
      wrap({
        case: 'register',
        value: new RegisterWorkerResponse({ workerId: 'AW_2' }),
      }).toBinary(),
    ),
  ).toEqual({
    type: 'server.registered',
    workerId: 'AW_2',
    server: { edition: '', version: '', region: '', nodeId: '' },
  });
});

it('reads an offer as plain data, with the whole record in a secret', () => {
  const [binary, text] = bothForms({
    case: 'availability',
    value: new AvailabilityRequest({ job, resuming: true }),
  });
  const offer = {
    id: 'AJ_1',
    dispatchId: 'AD_1',
    kind: 'publisher',
    room: { sid: 'RM_1', name: 'lobby', metadata: 'about' },
    participant: {
      sid: 'PA_1',
      identity: 'ann',
      name: 'Ann',
      metadata: 'm',
      attributes: { seat: '4' },
    },
    agentName: 'helper',
    metadata: 'what to do',
    attributes: { tier: 'gold' },
    resuming: true,
    record: '[secret]',
  };

  expect(JSON.parse(JSON.stringify([binary, text]))).toEqual([
    { type: 'server.offered', offer },
    { type: 'server.offered', offer },
  ]);
  expect(recordOf(binary)?.toJson()).toEqual(job.toJson());
  expect(recordOf(text)?.toJson()).toEqual(job.toJson());
});

it('keeps fields in the record that it does not know', () => {
  const newer = new Uint8Array([...job.toBinary(), 0xfa, 0x07, 0x02, 0x68, 0x69]);
  const offered = new AvailabilityRequest({ job: Job.fromBinary(newer) });
  const fact = toFact(wrap({ case: 'availability', value: offered }).toBinary());

  expect(recordBytes(fact)).toEqual(Buffer.from(newer));
});

it('reads an assignment; its record is absent when the server sent the bare id', () => {
  const token = 'a.b.c';
  const whole = new JobAssignment({ job, url: 'ws://elsewhere', token });
  const bare = new JobAssignment({ job: new Job({ id: 'AJ_1' }), token });
  const facts = [whole, bare].flatMap((value) => bothForms({ case: 'assignment', value }));
  const assignment = { jobId: 'AJ_1', url: 'ws://elsewhere', token: '[secret]' };

  expect(JSON.parse(JSON.stringify(facts))).toEqual([
    { type: 'server.assigned', assignment: { ...assignment, record: '[secret]' } },
    { type: 'server.assigned', assignment: { ...assignment, record: '[secret]' } },
    { type: 'server.assigned', assignment: { ...assignment, url: '' } },
    { type: 'server.assigned', assignment: { ...assignment, url: '' } },
  ]);
  expect(
    facts.map((fact) => fact?.type === 'server.assigned' && fact.assignment.token.reveal()),
  ).toEqual([token, token, token, token]);
});

it('reads a termination and ignores a pong', () => {
  const ended = { type: 'server.terminated', jobId: 'AJ_1' };

  expect(bothForms({ case: 'termination', value: new JobTermination({ jobId: 'AJ_1' }) })).toEqual([
    ended,
    ended,
  ]);
  expect(bothForms({ case: 'pong', value: new WorkerPong() })).toEqual([undefined, undefined]);
});

it.each([
  ['an offer without a job', { case: 'availability', value: new AvailabilityRequest() }],
  [
    'an offer with an empty id',
    { case: 'availability', value: new AvailabilityRequest({ job: new Job() }) },
  ],
  [
    'an offer of an unknown kind',
    {
      case: 'availability',
      value: new AvailabilityRequest({ job: new Job({ id: 'a', type: 9 as JobType }) }),
    },
  ],
  ['an assignment without a job', { case: 'assignment', value: new JobAssignment() }],
  ['a termination without an id', { case: 'termination', value: new JobTermination() }],
] as const)('calls %s malformed', (_, message) => {
  expect(toFact(wrap(message as ServerMessage['message']).toBinary())).toEqual({
    type: 'frame.malformed',
  });
});

it.each([
  ['an empty binary frame', new Uint8Array()],
  ['a message of a later version', new Uint8Array([0xfa, 0x07, 0x02, 0x68, 0x69])],
  ['a text frame of a later version', '{"somethingNew":{"x":1}}'],
])('ignores %s', (_, frame) => {
  expect(toFact(frame)).toBeUndefined();
});

it.each(['', 'null', '[]', '7', '{"termination":7}', '{"__proto__":{"jobId":"x"}'])(
  'calls the text %j malformed',
  (text) => {
    expect(toFact(text)).toEqual({ type: 'frame.malformed' });
  },
);

it('keeps a hostile attribute name inert', () => {
  const text = `{"availability":{"job":{"id":"a","attributes":{"__proto__":"x","constructor":"y"}}}}`;
  const fact = toFact(text);

  expect(fact?.type).toBe('server.offered');
  expect(fact?.type === 'server.offered' && Object.getPrototypeOf(fact.offer.attributes)).toBe(
    Object.prototype,
  );
  expect(Object.prototype.constructor).toBe(Object);
});

it('never throws on random bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      toFact(bytes);
    }),
    { numRuns: 2_000 },
  );
});

it('never throws on a mutated frame', () => {
  const frame = wrap({ case: 'availability', value: new AvailabilityRequest({ job }) }).toBinary();
  const at = fc.nat(frame.length - 1);

  fc.assert(
    fc.property(at, fc.nat(255), at, (position, byte, length) => {
      const mutated = Uint8Array.from(frame);
      mutated[position] = byte;
      toFact(mutated);
      toFact(mutated.subarray(0, length));
    }),
    { numRuns: 2_000 },
  );
});

it('never throws on random text and random JSON', () => {
  const shaped = fc.record({
    register: fc.option(fc.jsonValue(), { nil: undefined }),
    availability: fc.option(fc.jsonValue(), { nil: undefined }),
    assignment: fc.option(fc.jsonValue(), { nil: undefined }),
  });

  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        shaped.map((it) => JSON.stringify(it)),
      ),
      (text) => {
        toFact(text);
      },
    ),
    { numRuns: 1_000 },
  );
});

function recordBytes(fact: Fact | undefined): Buffer | undefined {
  if (fact?.type !== 'server.offered') return undefined;
  return Buffer.from(fact.offer.record.reveal(), 'base64');
}

function recordOf(fact: Fact | undefined): Job | undefined {
  const bytes = recordBytes(fact);
  return bytes && Job.fromBinary(bytes);
}
