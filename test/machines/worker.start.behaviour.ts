import { expect } from 'vitest';
import { failure, unstarted } from '../support/samples.js';
import {
  create,
  linkCloses,
  poolCloses,
  prewarming,
  registered,
  report,
  server,
  settings,
  type WorkerBehaviour,
} from './worker.subject.js';

const listening = { type: 'http.listening', host: '127.0.0.1', port: 8081 } as const;
const warm = { type: 'pool.process', slot: 0, pid: 4711, timings: { ready: 300 } } as const;
const moduleError = { code: 'ERR_AGENT_MODULE', message: 'agent.js:3 does not parse' };
const stopped = { type: 'stopped' } as const;
const slow = (text: string) => ({
  type: 'warning',
  error: {
    code: 'ERR_INITIALIZE_TIMEOUT',
    message: `${text} Make prewarmFnc faster or raise initializeProcessTimeout.`,
  },
});

/** What a worker promises from its start until it runs. */
export const behaviours: readonly WorkerBehaviour[] = [
  {
    title: 'tells what its options should have made their author hear, once, at its start (F-9)',
    run: (machine) => {
      const error = { code: 'ERR_DOUBTFUL_OPTION', message: 'permissions: nobody hears it.' };
      const { emitted, send } = create(machine, { advice: [error] });

      send({ type: 'start' });
      send({ type: 'start' });

      expect(emitted).toEqual([{ type: 'warning', error }]);
    },
  },
  {
    title:
      'warms its pool and listens without any connection when it is unregistered (F-153, O-34)',
    run: (machine) => {
      const worker = create(machine, { unregistered: true });

      worker.send({ type: 'start' });
      worker.http.say(listening);
      worker.pool.say({ type: 'pool.ready' });

      expect(worker.value()).toEqual({ running: 'available' });
      expect(worker.children()).toEqual(['http', 'load', 'pool']);
      expect(worker.emitted).toEqual([{ type: 'listening', host: '127.0.0.1', port: 8081 }]);

      worker.send({ type: 'drain' });
      poolCloses(worker);
      expect(worker.value()).toBe('stopped');
    },
  },
  {
    title: 'waits for the next tick, so that whoever starts it can attach first',
    run: (machine) => {
      const { advance, children, timers, value } = create(machine);
      expect(value()).toBe('idle');
      expect(children()).toEqual([]);
      expect(timers()).toEqual([0]);

      advance(0);

      expect(value()).toEqual({ prewarming: 'cold' });
      expect(children()).toEqual(['http', 'load', 'pool']);
    },
  },
  {
    title: 'starts at once when told so, and only once (R-F18)',
    run: (machine) => {
      const { children, pool, send, timers, value } = create(machine);

      send({ type: 'start' });
      expect(value()).toEqual({ prewarming: 'cold' });
      expect(timers()).toEqual([12_000]);

      send({ type: 'start' });
      expect(pool.instances.length).toBe(1);
      expect(children()).toEqual(['http', 'load', 'pool']);
    },
  },
  {
    title: 'gives each of its actors what its settings say',
    run: (machine) => {
      const { http, link, load, pool, send } = create(machine);

      send({ type: 'start' });
      http.say(listening);

      expect(http.inputs).toEqual([{ host: '127.0.0.1', port: 8081 }]);
      expect(load.inputs).toEqual([{ loadFnc: undefined }]);
      expect(pool.inputs).toEqual([
        {
          idle: 2,
          concurrency: 2,
          child: {
            agent: { url: 'file:///agent.js', form: 'module' },
            execArgv: ['--enable-source-maps'],
            env: undefined,
            envExclude: ['PRIVATE'],
            envSet: undefined,
            dumpDir: undefined,
            graceMs: 3_000,
            logLevel: 'info',
            callbackMs: 4_000,
            unhandledRejection: 'log',
            userArguments: settings.userArguments,
            server: undefined,
            isDev: false,
          },
          timeouts: {
            initializeMs: 10_000,
            startMs: 2_000,
            shutdownMs: 10_000,
            terminateMs: 1_500,
          },
          limits: { jobs: 3, memoryWarnMb: 1_000, memoryLimitMb: 2_000 },
        },
      ]);
      expect(link.inputs).toEqual([
        {
          slot: 0,
          url: 'ws://server.test',
          credentials: settings.credentials,
          options: {},
          maxRetry: 16,
          measureRoundTrip: false,
          registration: {
            workerType: 'room',
            agentName: 'greeter',
            version: '1.2.3',
            deployment: '',
            permissions: settings.permissions,
          },
        },
      ]);
    },
  },
  {
    title:
      'gives processes the key pair that it exposes, and tells them that it is being developed',
    run: (machine) => {
      const { pool, send } = create(machine, { exposeCredentials: true, mode: 'dev' });

      send({ type: 'start' });

      expect(pool.inputs).toMatchObject([
        {
          child: {
            server: { url: 'ws://server.test', keyPair: settings.credentials },
            isDev: true,
          },
        },
      ]);
    },
  },
  ...(['drain', 'stop', 'halt'] as const).map(
    (type): WorkerBehaviour => ({
      title: `is stopped at once by ${type} before its start (N-45, R-F18)`,
      run: (machine) => {
        const { emitted, http, output, pool, send, timers, value } = create(machine);

        send({ type });

        expect(value()).toBe('stopped');
        expect(output()).toEqual({ outcome: 'drained', jobsCut: 0, failure: undefined });
        expect(emitted).toEqual([stopped]);
        expect([http.instances, pool.instances]).toEqual([[], []]);
        expect(timers()).toEqual([]);
      },
    }),
  ),
  {
    title: 'listens for probes before it connects to the server',
    run: (machine) => {
      const { children, emitted, http, link, send } = create(machine);
      send({ type: 'start' });
      expect(link.instances).toEqual([]);

      http.say(listening);

      expect(children()).toEqual(['http', 'link.0', 'load', 'pool']);
      expect(emitted).toEqual([{ type: 'listening', host: '127.0.0.1', port: 8081 }]);
    },
  },
  {
    title: 'fails before it opened a link when its port is taken',
    run: (machine) => {
      const worker = create(machine);
      const taken = { code: 'ERR_PORT_IN_USE', message: 'The port 8081 is taken.' };
      worker.send({ type: 'start' });

      worker.http.say({ type: 'http.failed', error: taken });
      expect(worker.value()).toBe('draining');
      poolCloses(worker);

      expect(worker.value()).toBe('failed');
      expect(worker.output()).toEqual({ outcome: 'failed', jobsCut: 0, failure: taken });
      expect(worker.link.instances).toEqual([]);
    },
  },
  {
    title: 'says who it is at the server once it is registered, and reports at once',
    run: (machine) => {
      const { context, emitted, http, link, load, send } = create(machine);
      send({ type: 'start' });
      http.say(listening);
      expect(link.told).toEqual([]);

      link.say(registered);

      expect(link.told).toEqual([report('full')]);
      expect(load.told).toEqual([{ type: 'jobs', jobIds: [] }]);
      expect(emitted.slice(1)).toEqual([{ type: 'registered', workerId: 'AW_1', server }]);
      expect(context().workerId).toBe('AW_1');
    },
  },
  {
    title: 'reports FULL until its first process is warm',
    run: (machine) => {
      const { emitted, has, link, load, pool, value } = prewarming(machine);
      load.say({ type: 'load.sampled', load: 0 });
      expect(link.told).toEqual([report('full')]);
      expect(has('available')).toBe(false);

      pool.say(warm);

      expect(value()).toEqual({ prewarming: 'warm' });
      expect(has('available')).toBe(true);
      expect(has('ready')).toBe(false);
      expect(link.told.slice(1)).toEqual([report('available')]);
      expect(emitted).toEqual([
        { type: 'process.ready', slot: 0, pid: 4711, timings: { ready: 300 } },
      ]);
    },
  },
  {
    title: 'runs once its pool is warm, and says nothing that is no news',
    run: (machine) => {
      const { emitted, has, link, pool, timers, value } = prewarming(machine);
      pool.say(warm);
      pool.say({ ...warm, slot: 1, pid: 4712 });

      pool.say({ type: 'pool.ready' });

      expect(value()).toEqual({ running: 'available' });
      expect(has('ready')).toBe(true);
      expect(link.told).toEqual([report('available')]);
      expect(emitted).toEqual([
        { type: 'process.ready', slot: 0, pid: 4711, timings: { ready: 300 } },
        { type: 'process.ready', slot: 1, pid: 4712, timings: { ready: 300 } },
      ]);
      expect(timers()).toEqual([]);
    },
  },
  {
    title: 'runs at once when no warm process is wanted',
    run: (machine) => {
      const { emitted, link, pool, value } = prewarming(machine, { numIdleProcesses: 0 });

      pool.say({ type: 'pool.ready' });

      expect(value()).toEqual({ running: 'available' });
      expect(link.told).toEqual([report('available')]);
      expect(emitted).toEqual([]);
    },
  },
  {
    title: 'goes on with a warning when not all of its processes are warm in time',
    run: (machine) => {
      const { advance, emitted, link, pool, timers, value } = prewarming(machine);
      pool.say(warm);
      emitted.splice(0);
      link.told.splice(0);
      advance(11_999);
      expect(value()).toEqual({ prewarming: 'warm' });

      advance(1);

      expect(value()).toEqual({ running: 'available' });
      expect([link.told, emitted]).toEqual([[], [slow('Not all processes were warm in time.')]]);
      expect(timers()).toEqual([]);
    },
  },
  {
    title: 'stays full until its first process is warm, however long that takes',
    run: (machine) => {
      const { advance, emitted, has, link, pool, timers, value } = prewarming(machine);
      advance(11_999);
      expect(value()).toEqual({ prewarming: 'cold' });

      advance(1);
      expect(value()).toEqual({ running: 'degraded' });
      expect(has('ready')).toBe(false);
      expect(link.told).toEqual([]);
      const text = 'No process was warm in time: no jobs are taken until one is.';
      expect(emitted.splice(0)).toEqual([slow(text)]);
      expect(timers()).toEqual([]);

      pool.say(warm);
      expect(value()).toEqual({ running: 'available' });
      expect(link.told).toEqual([report('available')]);
    },
  },
  {
    title: 'gives its processes as long as they want when the time is not limited',
    run: (machine) => {
      const { advance, timers, value } = prewarming(machine, {
        initializeProcessTimeout: Number.POSITIVE_INFINITY,
      });

      advance(1e9);

      expect(value()).toEqual({ prewarming: 'cold' });
      expect(timers()).toEqual([]);
    },
  },
  {
    title: 'sets no timer that is longer than Node can count',
    run: (machine) => {
      const { timers } = prewarming(machine, { initializeProcessTimeout: 2 ** 31 - 1 });

      expect(timers()).toEqual([2 ** 31 - 1]);
    },
  },
  {
    title: 'is FULL and not ready when its pool is degraded while it prewarms (N-1)',
    run: (machine) => {
      const { emitted, has, link, pool, timers, value } = prewarming(machine);
      pool.say(warm);

      pool.say({ type: 'pool.degraded', error: failure });

      expect(value()).toEqual({ running: 'degraded' });
      expect([has('available'), has('ready')]).toEqual([false, false]);
      expect(link.told).toEqual([report('available'), report('full')]);
      expect(emitted.slice(1)).toEqual([{ type: 'degraded', error: failure }]);
      expect(timers()).toEqual([]);
    },
  },
  {
    title: 'fails when its one file does not load',
    run: (machine) => {
      const worker = prewarming(machine, { agent: { url: 'file:///agent.js', form: 'file' } });

      worker.pool.say({ type: 'pool.failed', ...unstarted, error: moduleError, retryMs: 100 });
      expect(worker.value()).toBe('draining');
      expect(worker.pool.told).toEqual([{ type: 'drain', keep: 0 }]);
      poolCloses(worker);
      linkCloses(worker);

      expect(worker.value()).toBe('failed');
      expect(worker.output()).toEqual({ outcome: 'failed', jobsCut: 0, failure: moduleError });
    },
  },
  {
    title: 'waits for a broken module of its own to be repaired',
    run: (machine) => {
      const { emitted, pool, value } = prewarming(machine);

      pool.say({ type: 'pool.failed', ...unstarted, error: moduleError, retryMs: 100 });

      expect(value()).toEqual({ prewarming: 'cold' });
      expect(emitted).toEqual([
        { type: 'process.failed', ...unstarted, error: moduleError, retryMs: 100 },
      ]);
    },
  },
  {
    title: 'starts another process when one of its one file failed for any other reason',
    run: (machine) => {
      const { emitted, pool, value } = prewarming(machine, {
        agent: { url: 'file:///agent.js', form: 'file' },
      });

      pool.say({ type: 'pool.failed', ...unstarted, error: failure, retryMs: 100 });

      expect(value()).toEqual({ prewarming: 'cold' });
      expect(emitted).toEqual([
        { type: 'process.failed', ...unstarted, error: failure, retryMs: 100 },
      ]);
    },
  },
  {
    title: 'is FULL while its load is too high, also before all processes are warm',
    run: (machine) => {
      const { emitted, link, load, pool, value } = prewarming(machine);
      pool.say(warm);

      load.say({ type: 'load.sampled', load: 0.7 });
      expect(value()).toEqual({ prewarming: 'busy' });

      load.say({ type: 'load.sampled', load: 0 });
      expect(value()).toEqual({ prewarming: 'warm' });
      expect(link.told).toEqual([
        report('available'),
        report('full', [], 0.69),
        report('available'),
      ]);
      expect(emitted.slice(1)).toEqual([]);
    },
  },
  {
    title: 'lets its processes become warm whatever the load of their start is',
    run: (machine) => {
      const { load, pool } = prewarming(machine);

      load.say({ type: 'load.sampled', load: 1 });
      for (let miss = 0; miss < 3; miss += 1)
        load.say({ type: 'load.missed', fault: 'threw', error: failure });

      expect(pool.told).toEqual([]);
    },
  },
  {
    title: 'goes from prewarming to full without a moment of being available',
    run: (machine) => {
      const { emitted, link, load, pool, value } = prewarming(machine);
      load.say({ type: 'load.sampled', load: 1 });

      pool.say({ type: 'pool.ready' });

      expect(value()).toEqual({ running: 'full' });
      expect(link.told).toEqual([report('full', [], 0.69 / 0.7)]);
      expect(emitted).toEqual([]);
    },
  },
];
