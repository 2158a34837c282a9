import { describe, expect, it } from 'vitest';
import { loadSampler } from '../../src/actors/load-sampler.actor.js';
import { maxLoad } from '../../src/load/max-load.js';
import type {
  Output as LinkEnded,
  Event as LinkEvent,
  Input as LinkInput,
  Emitted as LinkTold,
} from '../../src/machines/connection.types.js';
import type {
  Output as PoolEnded,
  Event as PoolEvent,
  Input as PoolInput,
  Emitted as PoolTold,
} from '../../src/machines/process-pool.types.js';
import { workerMachine } from '../../src/machines/worker.machine.js';
import type { HttpCommand, HttpFact, HttpInput, LoadFnc } from '../../src/machines/worker.types.js';
import { ofType, registered, settings } from '../machines/worker.subject.js';
import { fakeChild, fakePort } from '../support/fake-ports.js';
import { run, withMachines } from '../support/run-machine.js';

const good = 0.35;
const goodReport = ['available', 0.345];
const fullReport = ['full', expect.closeTo(0.69 / 0.7, 6)];
const never = new Promise<number>(() => {});

/** A worker that measures with the real sampler, whose timer is this test's hand. */
function measuring(script: (() => unknown)[]) {
  let tick = () => {};
  const loadFnc = (() => (script.shift() ?? (() => good))()) as LoadFnc;
  const link = fakeChild<LinkEvent, LinkInput, LinkEnded, LinkTold>();
  const pool = fakeChild<PoolEvent, PoolInput, PoolEnded, PoolTold>();
  const http = fakePort<HttpCommand, HttpInput, HttpFact>();
  const actors = {
    connection: link.logic,
    processPool: pool.logic,
    httpServer: http.logic,
    loadSampler: loadSampler({
      every: (_, each) => {
        tick = each;
        return () => {};
      },
    }),
  };
  const { emitted, send } = run(workerMachine.provide({ actors } as never), {
    input: { settings: { ...settings, loadFnc } },
  });
  send({ type: 'start' });
  http.say({ type: 'http.listening', host: '127.0.0.1', port: 8081 });
  link.say(registered);
  pool.say({ type: 'pool.ready' });
  link.told.splice(0);
  emitted.splice(0);
  const interval = async () => {
    for (let count = 0; count < 5; count += 1) {
      tick();
      await new Promise(setImmediate);
    }
    return ofType(link.told.splice(0), 'report').map(({ status, load }) => [status, load]);
  };
  return { emitted, interval };
}

describe.each<[string, () => unknown, string]>([
  [
    'throws',
    () => {
      throw new Error('no meter');
    },
    'no meter',
  ],
  ['rejects', () => Promise.reject(new Error('no meter')), 'no meter'],
  ['returns NaN', () => Number.NaN, 'The load is NaN, not a number from 0 to 1.'],
  ['returns a negative number', () => -1, 'The load is -1, not a number from 0 to 1.'],
  ['returns a text', () => '0.5', 'The load is string, not a number from 0 to 1.'],
  ['returns nothing', () => undefined, 'The load is undefined, not a number from 0 to 1.'],
  ['resolves to NaN', async () => Number.NaN, 'The load is NaN, not a number from 0 to 1.'],
  [
    'has a part that throws',
    () =>
      maxLoad(
        () => {
          throw new Error('no meter');
        },
        () => 0,
      )({ activeJobs: [] }),
    'no meter',
  ],
])('a load function that %s', (_, fails, thrown) => {
  it('is reported in time: three times the last good load, then full, until it works (R-C16, N-18, D-18)', async () => {
    await withMachines(async () => {
      const { emitted, interval } = measuring([() => good, fails, fails, fails, fails]);

      const reports = [];
      for (let count = 0; count < 6; count += 1) reports.push(await interval());

      expect(reports).toEqual([
        [goodReport],
        [goodReport],
        [goodReport],
        [fullReport],
        [fullReport],
        [goodReport],
      ]);
      const warning = (message: string) => ({
        type: 'warning',
        error: { code: 'ERR_LOAD_FNC', message },
        thrown,
      });
      expect(emitted).toEqual([
        warning('loadFnc failed: the last load stays'),
        warning('loadFnc failed three times in a row: no jobs are taken until it works'),
      ]);
    });
  });
});

it('reports in time while a load function hangs, and asks it again after three reports (R-C16, N-18)', async () => {
  await withMachines(async () => {
    const { emitted, interval } = measuring([() => good, () => never, () => good]);

    const reports = [];
    for (let count = 0; count < 6; count += 1) reports.push(await interval());

    expect(reports).toEqual([
      [goodReport],
      [goodReport],
      [goodReport],
      [goodReport],
      [fullReport],
      [goodReport],
    ]);
    expect(emitted.map((event) => event.type)).toEqual(['warning', 'warning']);
  });
});

it('takes 5 for 1 at once (R-C16, N-18)', async () => {
  await withMachines(async () => {
    const { interval } = measuring([() => good, () => 5, () => good]);

    expect([await interval(), await interval(), await interval()]).toEqual([
      [goodReport],
      [fullReport],
      [goodReport],
    ]);
  });
});
