import { expect } from 'vitest';
import { taken } from '../support/run-machine.js';
import {
  closed,
  comeBack,
  delivered,
  frame,
  type Promised,
  ping,
  ponged,
  register,
  registerFrame,
  report,
  reportFrame,
  startIn,
  status,
  statusFrame,
} from './connection.subject.js';

const full = { type: 'report', status: 'full', load: 0.5, jobIds: [] } as const;
const fullFrame = frame({ kind: 'report', status: 'full', load: 0.5, jobIds: [] });
const reported = (status: string) => ({ type: 'link.reported', slot: 2, status });

/** What a link remembers for its server. */
export const memory: readonly Promised[] = [
  {
    title: 'sends each report at once while it is registered',
    run: (machine) => {
      const { send, socket } = startIn('registered', machine);

      send(report(0.1));
      send(report(0.2, ['job-1']));

      expect(socket.told).toEqual([reportFrame(0.1), ping(1), reportFrame(0.2, ['job-1'])]);
    },
  },
  {
    title: 'sends a change of its status with a ping behind it, and tells it at the pong',
    run: (machine) => {
      const { context, emitted, send, socket, toParent } = startIn('registered', machine);

      send(report(0.1));
      send(full);
      send(full);
      send(report(0.2));
      expect(socket.told).toEqual([
        ...[reportFrame(0.1), ping(1)],
        ...[fullFrame, ping(2)],
        ...[reportFrame(0.2), ping(3)],
      ]);
      expect(toParent).toEqual([]);

      socket.say(ponged(2));
      expect(taken(toParent)).toEqual([reported('available'), reported('full')]);
      socket.say(ponged(2));
      expect(toParent).toEqual([]);
      socket.say(ponged(3));
      expect(toParent).toEqual([reported('available')]);
      expect(emitted.slice(1)).toEqual(['available', 'full', 'available'].map(reported));
      expect(context().unproven).toEqual([]);
    },
  },
  {
    title: 'lets only the newest load wait for a report that is on its way (F-35, R-A13)',
    run: (machine) => {
      const { send, socket } = startIn('registered', machine);
      const written = () => socket.say({ type: 'socket.reported' });
      send(report(0.1));
      taken(socket.told);

      send(report(0.2));
      send(report(0.3));
      expect(socket.told).toEqual([]);

      written();
      expect(taken(socket.told)).toEqual([reportFrame(0.3)]);
      written();
      written();
      expect(socket.told).toEqual([]);

      send(report(0.4));
      expect(socket.told).toEqual([reportFrame(0.4)]);
    },
  },
  {
    title: 'sends a change of status or jobs past reports on their way, and then no older load',
    run: (machine) => {
      const { send, socket } = startIn('registered', machine);
      send(report(0.1));
      send(report(0.2));
      taken(socket.told);

      send(report(0.3, ['job-1']));
      send(full);
      expect(taken(socket.told)).toEqual([reportFrame(0.3, ['job-1']), fullFrame, ping(2)]);

      for (let n = 0; n < 3; n += 1) socket.say({ type: 'socket.reported' });
      expect(socket.told).toEqual([]);
    },
  },
  {
    title: 'waits for the last of the reports on their way before a newer load follows',
    run: (machine) => {
      const { send, socket } = startIn('registered', machine);
      send(report(0.1));
      send(full);
      send({ ...full, load: 0.6 });
      taken(socket.told);

      socket.say({ type: 'socket.reported' });
      expect(socket.told).toEqual([]);
      socket.say({ type: 'socket.reported' });
      expect(socket.told).toEqual([
        frame({ kind: 'report', status: 'full', load: 0.6, jobIds: [] }),
      ]);
    },
  },
  {
    title: 'has nothing on its way on a new connection but what it introduces itself with',
    run: (machine) => {
      const link = startIn('registered', machine);
      link.send(report(0.1));
      link.send(report(0.2));
      link.socket.say(closed());
      taken(link.socket.told);
      comeBack(link);
      taken(link.socket.told);

      link.socket.say({ type: 'socket.reported' });
      expect(link.socket.told).toEqual([]);
      link.send(report(0.3));
      expect(link.socket.told).toEqual([reportFrame(0.3)]);
    },
  },
  {
    title: 'tells its status again to whom it comes back, and nothing of what it sent before',
    run: (machine) => {
      const link = startIn('registered', machine);
      link.send(report(0.1));
      link.socket.say(ponged(1));
      link.send(full);
      link.socket.say(closed());
      link.send(report(0.2));
      taken(link.toParent);

      comeBack(link);
      link.socket.say(ponged(2));
      expect(link.toParent.slice(1)).toEqual([]);
      link.socket.say(ponged(3));
      expect(link.toParent.slice(1)).toEqual([reported('available')]);
    },
  },
  {
    title: 'keeps only the newest report while it is away (F-35)',
    run: (machine) => {
      const link = startIn('connecting', machine);

      link.send(report(0.1));
      link.send(report(0.2));
      register(link);

      expect(link.socket.told).toEqual([registerFrame, reportFrame(0.2), ping(1)]);
    },
  },
  {
    title:
      'comes back with report, running jobs and what it could not deliver, in this order (F-34, N-21, R-A10)',
    run: (machine) => {
      const link = startIn('registered', machine);
      link.send(report(0.3, ['job-1', 'job-2']));
      link.send(status('job-1', 'running'));
      link.socket.say(closed());
      link.send(status('job-2', 'failed'));
      link.send(report(0.2, ['job-1']));
      taken(link.socket.told);

      comeBack(link);

      expect(link.socket.told).toEqual([
        registerFrame,
        reportFrame(0.2, ['job-1']),
        frame({ kind: 'migrate', jobIds: ['job-1'] }),
        statusFrame('job-1', 'running'),
        statusFrame('job-2', 'failed'),
        ping(4),
      ]);
    },
  },
  {
    title: 'sends a status with a ping behind it, and tells that it arrived at the pong',
    run: (machine) => {
      const { context, emitted, send, socket, toParent } = startIn('registered', machine);

      send(status('job-1', 'running'));
      send(status('job-1'));
      expect(socket.told).toEqual([
        statusFrame('job-1', 'running'),
        ping(1),
        statusFrame('job-1'),
        ping(2),
      ]);

      socket.say(ponged(1));
      expect(toParent).toEqual([]);
      socket.say(ponged(2));
      expect(toParent).toEqual([delivered('job-1')]);
      expect(emitted.slice(1)).toEqual(toParent);
      expect(context().outbox).toEqual([]);
    },
  },
  {
    title: 'sends again what no pong confirmed, and nothing that one did (F-35)',
    run: (machine) => {
      const link = startIn('registered', machine);
      link.send(status('job-1'));
      link.send(status('job-2', 'failed'));
      link.send(status('job-3'));
      link.socket.say(ponged(1));
      link.socket.say(closed());
      taken(link.socket.told);
      taken(link.toParent);

      comeBack(link);
      expect(link.socket.told).toEqual([
        registerFrame,
        statusFrame('job-2', 'failed'),
        statusFrame('job-3'),
        ping(3),
      ]);

      link.socket.say(ponged(3));
      expect(link.toParent.slice(1)).toEqual([delivered('job-2'), delivered('job-3')]);
    },
  },
  {
    title: 'says nothing but its registration before it is registered (N-20)',
    run: (machine) => {
      const link = startIn('registering', machine);

      link.send(report(0.1, ['job-1']));
      link.send(status('job-1', 'running'));
      link.socket.say({ type: 'socket.heard' });

      expect(link.socket.told).toEqual([]);
    },
  },
];
