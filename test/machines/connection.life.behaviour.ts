import { expect } from 'vitest';
import type { Answer } from '../../src/machines/connection.types.js';
import { taken } from '../support/run-machine.js';
import { assignmentOf, offerOf } from '../support/samples.js';
import {
  accepted,
  closed,
  comeBack,
  credentials,
  delivered,
  frame,
  opened,
  type Promised,
  ponged,
  register,
  registerFrame,
  server,
  start,
  startIn,
  status,
} from './connection.subject.js';

/** What a link does for its worker while all is well. */
export const life: readonly Promised[] = [
  {
    title: 'opens a socket to its address with its key pair',
    run: (machine) => {
      const { has, socket, toParent, value } = start(machine);

      expect(value()).toBe('connecting');
      expect(has('registered')).toBe(false);
      expect(socket.inputs).toEqual([{ url: 'ws://server.test', credentials }]);
      expect(socket.inputs[0]?.credentials).toBe(credentials);
      expect([socket.told, toParent]).toEqual([[], []]);
    },
  },
  {
    title:
      'registers as soon as the socket is open, and tells who it is at the server (F-25, F-36)',
    run: (machine) => {
      const { emitted, has, socket, toParent, value } = start(machine);

      socket.say(opened);
      expect(value()).toBe('registering');
      expect(taken(socket.told)).toEqual([registerFrame]);

      socket.say(accepted);
      expect(value()).toEqual({ registered: 'fresh' });
      expect(has('registered')).toBe(true);
      expect(socket.told).toEqual([]);
      expect(toParent).toEqual([{ type: 'link.registered', slot: 2, workerId: 'AW_1', server }]);
      expect(emitted).toEqual(toParent);
    },
  },
  {
    title: 'passes on what the server says',
    run: (machine) => {
      const { emitted, socket, toParent } = startIn('registered', machine);
      const offer = offerOf('job-1');
      const assignment = assignmentOf('job-1');

      socket.say({ type: 'server.offered', offer });
      socket.say({ type: 'server.assigned', assignment });
      socket.say({ type: 'server.terminated', jobId: 'job-1' });

      expect(toParent).toEqual([
        { type: 'link.offered', slot: 2, offer },
        { type: 'link.assigned', slot: 2, assignment },
        { type: 'link.terminated', slot: 2, jobId: 'job-1' },
      ]);
      expect(emitted.slice(1)).toEqual(toParent);
    },
  },
  {
    title: 'sends an answer, and tells when it left',
    run: (machine) => {
      const { send, socket, toParent } = startIn('registered', machine);
      const answer: Answer = {
        jobId: 'job-1',
        available: true,
        terminate: false,
        participation: { name: '', identity: 'agent-job-1', metadata: '', attributes: {} },
      };

      send({ type: 'answer', ...answer });
      expect(socket.told).toEqual([frame({ kind: 'answer', ...answer }, 'job-1')]);
      expect(toParent).toEqual([]);

      socket.say({ type: 'socket.wrote', ref: 'job-1' });
      expect(toParent).toEqual([{ type: 'link.answered', slot: 2, jobId: 'job-1' }]);
    },
  },
  {
    title: 'forgets an answer to a connection that is gone (R-A9)',
    run: (machine) => {
      const link = startIn('registered', machine);
      link.socket.say(closed());

      link.send({
        type: 'answer',
        jobId: 'job-1',
        available: false,
        terminate: false,
        participation: undefined,
      });
      comeBack(link);

      expect(link.socket.told).toEqual([registerFrame]);
    },
  },
  {
    title: 'runs without a parent, and emits what it would tell it',
    run: (machine) => {
      const link = start(machine, { alone: true });

      register(link);
      link.send(status('job-1'));
      link.socket.say(ponged(1));
      link.send({ type: 'close' });
      link.socket.say(ponged(1));
      link.socket.say({ type: 'socket.closed', code: 1000, jitter: 0 });

      expect(link.emitted).toEqual([
        { type: 'link.registered', slot: 2, workerId: 'AW_1', server },
        delivered('job-1'),
      ]);
      expect(link.output()).toEqual({ slot: 2, failure: undefined, undelivered: 0 });
    },
  },
];
