import { expect } from 'vitest';
import { fromCallback } from 'xstate';
import { connectionMachine } from '../../src/machines/connection.machine.js';
import type {
  Command as SocketCommand,
  Fact as SocketFact,
  SocketInput,
} from '../../src/machines/connection.types.js';
import { jobProcessMachine } from '../../src/machines/job-process.machine.js';
import { jobRequestMachine } from '../../src/machines/job-request.machine.js';
import { processPoolMachine } from '../../src/machines/process-pool.machine.js';
import type { LinkLogic } from '../../src/machines/worker.links.js';
import type { RequestLogic } from '../../src/machines/worker.offers.js';
import { fakePort } from '../support/fake-ports.js';
import { run } from '../support/run-machine.js';
import { failure } from '../support/samples.js';
import {
  accept,
  answer,
  create,
  ended,
  exit,
  launch,
  linkCloses,
  offer,
  ofType,
  poolCloses,
  running,
  settings,
  status,
  type Worker,
  type WorkerBehaviour,
  work,
} from './worker.subject.js';

const refused = {
  code: 'ERR_CREDENTIALS_REFUSED',
  message: 'The server refused the credentials three times.',
};
const internal = { code: 'ERR_INTERNAL', message: 'broke' };
const outcome = (error: typeof failure, jobsCut = 0) => ({
  outcome: 'failed',
  jobsCut,
  failure: error,
});

const linkFails = ({ link }: Worker): void => {
  link.say({ type: 'link.failed', slot: 0, error: refused });
  link.done({ slot: 0, failure: refused, undelivered: 0 });
};

/** One way in which something below the worker gives up for good. */
interface Fault {
  readonly title: string;
  readonly strike: (worker: Worker) => void;
  readonly error: typeof failure;
  readonly losesLink?: boolean;
}

const faults: readonly Fault[] = [
  { title: 'its link fails', strike: linkFails, error: refused, losesLink: true },
  {
    title: 'its link breaks',
    strike: ({ link }) => link.fail(new Error('broke')),
    error: internal,
    losesLink: true,
  },
  {
    title: 'its load sampler breaks',
    strike: ({ load }) => load.fail(new Error('broke')),
    error: internal,
  },
  {
    title: 'its HTTP server breaks',
    strike: ({ http }) => http.fail(new Error('broke')),
    error: internal,
  },
  {
    title: 'its port is lost',
    strike: ({ http }) => http.say({ type: 'http.failed', error: failure }),
    error: failure,
  },
];

const end = (worker: Worker, { losesLink }: Fault): void => {
  poolCloses(worker);
  if (!losesLink) linkCloses(worker);
};

const missing = (name: string) => ({
  code: 'ERR_ACTOR_NOT_PROVIDED',
  message: expect.stringMatching(new RegExp(`^The actor "${name}" is missing\\.`)) as string,
});

/** An actor that is there and does nothing. */
const silent = fromCallback(() => {});

/** The machine as a root of its own, with some of its actors. */
const misses = (name: string, when: string, actors: object): WorkerBehaviour => ({
  title: `fails and names the actor ${name} when it misses it ${when}`,
  run: (machine) => {
    const { advance, output, status } = run(machine.provide({ actors } as never), {
      alone: true,
      input: { settings },
    });

    advance(60_000);

    expect(status()).toBe('done');
    expect(output()).toEqual(outcome(missing(name)));
  },
});

/** Faults while it runs, while it drains, and while it stops. */
const throughout = faults.flatMap((fault): WorkerBehaviour[] => [
  {
    title: `drains and fails when ${fault.title}, and lets its jobs end first (F-30, R-A4)`,
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');

      fault.strike(worker);
      expect(worker.value()).toBe('draining');
      exit(worker, 'job-1');
      end(worker, fault);

      expect(worker.value()).toBe('failed');
      expect(worker.output()).toEqual(outcome(fault.error));
      const told = worker.emitted.filter(({ type }) => type !== 'warning');
      expect(told.slice(-2)).toEqual([ended('job-1'), { type: 'stopped' }]);
      expect(worker.children()).toEqual([]);
    },
  },
  {
    title: `goes on draining within its limit when ${fault.title}`,
    run: (machine) => {
      const worker = running(machine, { drainTimeout: 5_000 });
      work(worker, 'job-1');
      worker.send({ type: 'drain' });
      worker.advance(4_000);
      worker.emitted.splice(0);

      fault.strike(worker);
      expect(worker.value()).toBe('draining');
      expect(worker.emitted).toEqual([]);
      worker.advance(1_000);
      expect(worker.value()).toEqual({ stopping: 'ending' });
      end(worker, fault);

      expect(worker.value()).toBe('failed');
      expect(worker.output()).toEqual(outcome(fault.error, 1));
    },
  },
  {
    title: `goes on stopping when ${fault.title}`,
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      worker.send({ type: 'stop' });

      fault.strike(worker);
      expect(worker.value()).toEqual({ stopping: 'ending' });
      end(worker, fault);

      expect(worker.value()).toBe('failed');
      expect(worker.output()).toEqual(outcome(fault.error, 1));
    },
  },
]);

/** What a worker promises when something below it fails. */
export const behaviours: readonly WorkerBehaviour[] = [
  ...throughout,
  {
    title: 'tells of a process that died',
    run: (machine) => {
      const worker = running(machine);
      const died = { slot: 0, pid: 41, jobId: undefined, error: failure };

      worker.pool.say({ type: 'pool.died', ...died });

      expect(ofType(worker.emitted, 'process.died')).toEqual([{ type: 'process.died', ...died }]);
    },
  },
  {
    title: 'warns of a frame that its link could not read',
    run: (machine) => {
      const worker = running(machine);

      worker.link.say({ type: 'link.garbled', slot: 0, error: failure });

      expect(ofType(worker.emitted, 'warning')).toEqual([{ type: 'warning', error: failure }]);
    },
  },
  {
    title: 'keeps the first cause of its failure',
    run: (machine) => {
      const worker = running(machine);

      worker.http.say({ type: 'http.failed', error: failure });
      linkFails(worker);
      poolCloses(worker);

      expect(worker.output()).toEqual(outcome(failure));
    },
  },
  {
    title: 'forgets the offers of a link that failed or broke, but not what was assigned',
    run: (machine) => {
      for (const strike of [linkFails, ({ link }: Worker) => link.fail(new Error('broke'))]) {
        for (const before of ['running', 'drain', 'stop'] as const) {
          const worker = running(machine);
          accept(worker, 'accepted');
          launch(worker, 'assigned');
          if (before !== 'running') worker.send({ type: before });
          strike(worker);

          const left = worker.context().requests.map(({ jobId }) => jobId);
          expect(left).toEqual(before === 'stop' ? [] : ['assigned']);
        }
      }
    },
  },
  ...([undefined, 'drain', 'stop'] as const).map(
    (before): WorkerBehaviour => ({
      title: `leaves no socket behind when the machine of its link breaks (${before ?? 'running'})`,
      run: (machine) => {
        const socket = fakePort<SocketCommand, SocketInput, SocketFact>();
        const breaking = connectionMachine.provide({
          actors: { agentSocket: socket.logic },
          actions: {
            register: () => {
              throw new Error('broke');
            },
          },
        });
        const worker = create(machine, {}, undefined, breaking as LinkLogic);
        worker.send({ type: 'start' });
        worker.http.say({ type: 'http.listening', host: '127.0.0.1', port: 1 });
        if (before) worker.send({ type: before });
        expect(socket.live.length).toBe(1);

        socket.say({ type: 'socket.opened', jitter: 0.5 });

        expect(socket.live).toEqual([]);
        expect(worker.context().links).toEqual([]);
        poolCloses(worker);
        expect(worker.output()).toEqual(outcome(internal));
      },
    }),
  ),
  {
    title: 'fails at the end of its goodbye when the link does not close',
    run: (machine) => {
      const worker = running(machine);
      worker.http.say({ type: 'http.failed', error: failure });
      poolCloses(worker);

      worker.advance(3_000);

      expect(worker.value()).toBe('failed');
      expect(worker.output()).toEqual(outcome(failure));
      expect(worker.emitted.at(-1)).toEqual({ type: 'stopped' });
    },
  },
  ...(['running', 'drain', 'stop'] as const).map(
    (before): WorkerBehaviour => ({
      title: `reports its jobs as failed and says goodbye when its pool breaks (${before})`,
      run: (machine) => {
        const worker = running(machine);
        work(worker, 'job-1');
        work(worker, 'job-2');
        exit(worker, 'job-2');
        if (before !== 'running') worker.send({ type: before });
        worker.link.told.splice(0);
        worker.emitted.splice(0);

        worker.pool.fail(new Error('broke'));

        expect(worker.value()).toEqual({ stopping: 'leaving' });
        expect(ofType(worker.link.told, 'status')).toEqual([status('job-1', 'failed', 'broke')]);
        expect(worker.emitted).toContainEqual(ended('job-1', 'broke', 'ERR_INTERNAL'));
        expect(worker.link.told).toContainEqual({ type: 'close' });
        expect(worker.context().jobs).toEqual([]);
        linkCloses(worker);
        expect(worker.output()).toEqual(outcome(internal, before === 'stop' ? 1 : 0));
      },
    }),
  ),
  {
    title: 'refuses its open offers when its pool breaks',
    run: (machine) => {
      const worker = running(machine);
      offer(worker, 'job-1');

      worker.pool.fail(new Error('broke'));

      expect(ofType(worker.link.told, 'answer')).toEqual([answer('job-1', false)]);
    },
  },
  misses('httpServer', 'first of all', {}),
  misses('loadSampler', 'with a server', { httpServer: silent }),
  misses('childProcess', 'with a sampler, too', { httpServer: silent, loadSampler: silent }),
  misses('memorySampler', 'with processes, too', {
    httpServer: silent,
    loadSampler: silent,
    processPool: processPoolMachine.provide({
      actors: {
        jobProcess: jobProcessMachine.provide({
          actors: { childProcess: silent as never },
        }) as never,
      },
    }),
  }),
  {
    title: 'names the socket that its link misses',
    run: (machine) => {
      const worker = create(machine, {}, undefined, connectionMachine as LinkLogic);
      worker.send({ type: 'start' });

      worker.http.say({ type: 'http.listening', host: '127.0.0.1', port: 8081 });
      poolCloses(worker);

      expect(worker.output()).toEqual(outcome(missing('agentSocket')));
    },
  },
  {
    title: 'refuses offers and names the handler that they miss',
    run: (machine) => {
      const worker = running(machine, {}, jobRequestMachine as RequestLogic);

      offer(worker, 'job-1');

      expect(worker.emitted.slice(1)).toEqual([
        { type: 'job.rejected', jobId: 'job-1', reason: missing('requestHandler').message },
      ]);
    },
  },
];
