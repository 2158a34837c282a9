import { EventEmitter, once } from 'node:events';
import { expect, it } from 'vitest';
import { requestHandler } from '../../src/actors/request-handler.actor.js';
import { WorkerError } from '../../src/errors.js';
import type { Offer } from '../../src/machines/job.types.js';
import type {
  Acceptance,
  Command,
  Fact,
  HandlerInput,
  JobRequest,
  RequestFnc,
} from '../../src/machines/job-request.types.js';
import { Secret } from '../../src/secret.js';
import { runActor } from '../support/run-actor.js';

const offer: Offer = {
  id: 'AJ_1',
  dispatchId: 'AD_1',
  kind: 'publisher',
  room: { sid: 'RM_1', name: 'lobby', metadata: '' },
  participant: { sid: 'PA_1', identity: 'ann', name: 'Ann', metadata: '', attributes: {} },
  agentName: 'helper',
  metadata: 'm',
  attributes: { tier: 'gold' },
  resuming: true,
  record: new Secret('AAEC'),
};
const start = (requestFnc?: RequestFnc, given: Offer = offer) =>
  runActor<Command, Fact, HandlerInput>(requestHandler, { offer: given, requestFnc });
/** A handler that was called and has not returned, and the request it was given. */
const hold = async (given: Offer = offer) => {
  const calls = new EventEmitter();
  const called = once(calls, 'call');
  const actor = start((request) => {
    calls.emit('call', request);
    return new Promise(() => {});
  }, given);
  const [request] = (await called) as [JobRequest];
  return { actor, request };
};
const participation = { name: '', identity: 'agent-AJ_1', metadata: '', attributes: {} };
const twice = { code: 'ERR_ALREADY_ANSWERED', message: 'twice' };
const refused = new WorkerError('ERR_ALREADY_ANSWERED', 'twice');

/** Measured, so any number will do. */
const elapsedMs = expect.any(Number);

it('shows the whole offer, and the participant as publisher of a publisher job only', async () => {
  const { accept, reject, ...shown } = (await hold()).request;
  const { request: other } = await hold({ ...offer, kind: 'participant' });

  expect(shown).toEqual({
    id: 'AJ_1',
    offer,
    room: offer.room,
    publisher: offer.participant,
    participant: offer.participant,
    agentName: 'helper',
    metadata: 'm',
    attributes: { tier: 'gold' },
    resuming: true,
  });
  expect([typeof accept, typeof reject]).toEqual(['function', 'function']);
  expect([other.publisher, other.participant]).toEqual([undefined, offer.participant]);
});

it('accepts without a handler', async () => {
  const actor = start();

  await actor.fact('handler.accepted');
  actor.send({ type: 'confirm', stage: 'answered' });
  await actor.fact('handler.returned');

  expect(actor.facts).toEqual([
    { type: 'handler.accepted', call: 1, elapsedMs, participation },
    { type: 'handler.returned' },
  ]);
});

it('counts the time in which its handler blocks the worker', async () => {
  const blockedMs = 30;
  const actor = start(async (request) => {
    const until = performance.now() + blockedMs;
    while (performance.now() < until);
    await request.accept();
  });

  await actor.fact('handler.accepted');

  const [fact] = actor.facts;
  expect(fact?.type === 'handler.accepted' && fact.elapsedMs).toBeGreaterThanOrEqual(blockedMs);
});

it('does not call the handler within a step of the machine', async () => {
  let called = false;
  const actor = start(() => {
    called = true;
  });

  expect(called).toBe(false);
  await actor.fact('handler.returned');
  expect(called).toBe(true);
});

it('does not call a handler whose request is over already', async () => {
  let called = false;
  start(() => {
    called = true;
  }).stop();

  await new Promise(setImmediate);

  expect(called).toBe(false);
});

it('settles accept() when the answer is written, and its promises when they came true', async () => {
  const { actor, request } = await hold();
  const settled: string[] = [];
  const acceptance = request.accept({ name: 'n', attributes: { a: 'b' } });
  acceptance.then(() => settled.push('accepted'));

  await new Promise(setImmediate);
  expect(settled).toEqual([]);
  actor.send({ type: 'confirm', stage: 'answered' });
  const { assigned, launched } = await acceptance;
  assigned.then(() => settled.push('assigned'));
  launched.then(() => settled.push('launched'));
  await new Promise(setImmediate);
  expect(settled).toEqual(['accepted']);
  actor.send({ type: 'confirm', stage: 'assigned' });
  await assigned;
  actor.send({ type: 'confirm', stage: 'launched' });
  await launched;

  expect(settled).toEqual(['accepted', 'assigned', 'launched']);
  expect(actor.facts).toEqual([
    {
      type: 'handler.accepted',
      elapsedMs,
      call: 1,
      participation: { ...participation, name: 'n', attributes: { a: 'b' } },
    },
  ]);
});

it.each([
  [undefined, false],
  [{}, false],
  [{ terminate: true }, true],
] as const)('rejects with %o as terminate %s (D-23)', async (options, terminate) => {
  const { actor, request } = await hold();

  const rejection = request.reject(options);
  actor.send({ type: 'confirm', stage: 'answered' });

  expect(await rejection).toBeUndefined();
  expect(actor.facts).toEqual([{ type: 'handler.rejected', call: 1, terminate }]);
});

it('refuses the call that the machine refuses, and no other', async () => {
  const { actor, request } = await hold();
  const first = request.accept();
  const second = request.reject();
  const third = request.accept();

  actor.send({ type: 'refuse', call: 2, error: twice });
  actor.send({ type: 'refuse', call: 3, error: twice });
  actor.send({ type: 'confirm', stage: 'answered' });

  await expect(second).rejects.toEqual(refused);
  await expect(third).rejects.toEqual(refused);
  expect(Object.keys(await first)).toEqual(['assigned', 'launched']);
  expect(actor.facts.map((fact) => 'call' in fact && fact.call)).toEqual([1, 2, 3]);
});

it('lets everything that is pending end with the failure it is told', async () => {
  const { actor, request } = await hold();
  const acceptance = request.accept();
  actor.send({ type: 'confirm', stage: 'answered' });
  const { assigned, launched }: Acceptance = await acceptance;
  const late = request.reject();

  actor.send({ type: 'fail', error: { code: 'ERR_ASSIGNMENT_TIMEOUT', message: 'none' } });

  const failure = new WorkerError('ERR_ASSIGNMENT_TIMEOUT', 'none');
  await expect(assigned).rejects.toEqual(failure);
  await expect(launched).rejects.toEqual(failure);
  await expect(late).rejects.toEqual(failure);
});

it('ends what is pending, and every later call, when it is stopped', async () => {
  const { actor, request } = await hold();
  const pending = request.accept();

  actor.stop();

  await expect(pending).rejects.toMatchObject({ code: 'ERR_REQUEST_EXPIRED' });
  await expect(request.accept()).rejects.toMatchObject({ code: 'ERR_REQUEST_EXPIRED' });
  await expect(request.reject()).rejects.toMatchObject({ code: 'ERR_REQUEST_EXPIRED' });
  expect(actor.facts).toHaveLength(1);
});

it('makes no unhandled rejection of a promise that nobody looks at', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  const { actor, request } = await hold();

  request.accept();
  actor.send({ type: 'confirm', stage: 'answered' });
  request.reject();
  actor.send({ type: 'refuse', call: 2, error: twice });
  request.reject();
  actor.stop();
  request.accept();
  await new Promise(setImmediate);
  process.off('unhandledRejection', note);

  expect(unhandled).toEqual([]);
});

it.each([
  [
    'throws',
    () => Promise.reject(new Error('no\nstack')),
    { code: 'ERR_REQUEST_FNC', message: 'no' },
  ],
  [
    'throws at once',
    () => {
      throw Object.assign(new Error('gone'), { code: 'ENOENT' });
    },
    { code: 'ENOENT', message: 'gone' },
  ],
  ['throws a word', () => Promise.reject('so'), { code: 'ERR_REQUEST_FNC', message: 'so' }],
  ['throws nothing', () => Promise.reject(), { code: 'ERR_REQUEST_FNC', message: 'undefined' }],
  [
    'throws what cannot be read',
    () => Promise.reject(Object.create(null)),
    { code: 'ERR_REQUEST_FNC', message: 'an unreadable value was thrown' },
  ],
])('reports a handler that %s', async (_, requestFnc, error) => {
  const actor = start(requestFnc);

  await actor.fact('handler.threw');

  expect(actor.facts).toEqual([{ type: 'handler.threw', error }]);
});

it('returns after its handler has, with or without an answer', async () => {
  const bell = new EventEmitter();
  const actor = start(async () => {
    await once(bell, 'ring');
  });

  await new Promise(setImmediate);
  expect(actor.facts).toEqual([]);
  bell.emit('ring');

  expect(await actor.fact('handler.returned')).toEqual({ type: 'handler.returned' });
});

it.each([
  [
    'accept',
    { nmae: 'n' },
    'accept() does not know "nmae". It takes name, identity, metadata and attributes.',
  ],
  ['accept', 'n', 'accept() takes one object with name, identity, metadata and attributes.'],
  ['accept', null, 'accept() takes one object with name, identity, metadata and attributes.'],
  ['accept', { name: 7 }, 'accept() needs a string as name, not number.'],
  ['accept', { attributes: 'a' }, 'accept() needs an object of strings as attributes.'],
  ['accept', { attributes: { a: 7 } }, 'accept() needs a string as attribute "a", not number.'],
  ['reject', true, 'reject() takes one object with terminate.'],
  ['reject', { terminat: true }, 'reject() does not know "terminat". It takes terminate.'],
  ['reject', { terminate: 'yes' }, 'reject() needs a boolean as terminate.'],
] as const)('refuses %s(%j) at once', async (call, argument, message) => {
  const actor = start((request) => {
    (request[call] as (argument: unknown) => void)(argument);
  });

  await actor.fact('handler.threw');

  expect(actor.facts).toEqual([
    { type: 'handler.threw', error: { code: 'ERR_INVALID_ARGUMENT', message } },
  ]);
});

it('takes an empty identity, and undefined members, for the default', async () => {
  const { actor, request } = await hold();

  request.accept({ identity: '', name: undefined });

  expect(actor.facts).toEqual([{ type: 'handler.accepted', call: 1, elapsedMs, participation }]);
});
