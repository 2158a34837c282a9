import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { transition } from '../../src/job/lifecycle.js';
import type { Effect, Event, Phase } from '../../src/job/lifecycle.types.js';
import { initializeOrder, startOrder } from '../support/forked-runner.js';

const initialize = initializeOrder('ordinary', { graceMs: 300 });
const start = startOrder();
const error = { code: 'ERR_ENTRYPOINT', message: 'no such tenant' };
const threw = { type: 'entrypoint.threw', error, aborted: false } as const;
const aborted = { ...threw, aborted: true };
const returned = { type: 'entrypoint.returned' } as const;
const crashed = { type: 'crashed', error } as const;
const cleaned = { type: 'cleaned', isClean: true } as const;
const closed = { type: 'channel.closed' } as const;
const shutdown = (graceMs: number) => ({ type: 'shutdown', reason: 'drain', graceMs }) as const;

/** Walks from the beginning; answers where it ends and what was to do at the last step. */
const walk = (...events: Event[]) =>
  events.reduce<{ phase: Phase; effects: readonly Effect[] }>(
    ({ phase }, event) => {
      const [next, effects] = transition(phase, event);
      return { phase: next, effects };
    },
    { phase: { name: 'waiting' }, effects: [] },
  );
const toIdle: Event[] = [initialize, { type: 'prepared', timings: { online: 1 } }];
const toRunning: Event[] = [...toIdle, start];

const tell = (message: Extract<Effect, { type: 'tell' }>['message']) => ({ type: 'tell', message });
const abort = (reason: string) => ({ type: 'abort', reason });
const closing = (reason: string) => tell({ type: 'closing', reason });
const success = tell({ type: 'finished', end: { outcome: 'success' } });
const failure = tell({ type: 'finished', end: { outcome: 'failed', error } });
const armLeave = { type: 'armLeaveTimeout' };

describe('before a job', () => {
  it('prepares, becomes idle and runs', () => {
    expect(walk(initialize)).toEqual({
      phase: { name: 'preparing', graceMs: 300 },
      effects: [{ type: 'prepare', order: initialize }],
    });
    expect(walk(...toIdle)).toEqual({
      phase: { name: 'idle', graceMs: 300 },
      effects: [tell({ type: 'ready', timings: { online: 1 } })],
    });
    expect(walk(...toRunning)).toEqual({
      phase: { name: 'running', graceMs: 300, entrypoint: 'pending', isClean: true },
      effects: [{ type: 'run', order: start }],
    });
  });

  it.each([
    ['waiting', [], crashed],
    ['preparing', [initialize], crashed],
    ['preparing', [initialize], { type: 'preparation.failed', error }],
    ['idle', toIdle, crashed],
  ] as const)('fails the start while %s, and exits with 1', (_, way, event) => {
    expect(walk(...way, event)).toEqual({
      phase: { name: 'exiting' },
      effects: [tell({ type: 'failed', error }), { type: 'exit', code: 1 }],
    });
  });

  it.each([
    ['waiting', []],
    ['preparing', [initialize]],
    ['idle', toIdle],
  ] as const)('exits at once when shut down while %s', (_, way) => {
    expect(walk(...way, shutdown(5_000))).toEqual({
      phase: { name: 'exiting' },
      effects: [{ type: 'exit', code: 0 }],
    });
  });
});

describe('the end of a job', () => {
  it.each([
    ['its own wish', { type: 'end.requested', reason: 'call over' }, 'call over'],
    ['its room', { type: 'room.disconnected' }, 'room disconnected'],
  ] as const)('by %s is announced, and gives the entrypoint its grace', (_, event, reason) => {
    expect(walk(...toRunning, event)).toEqual({
      phase: { name: 'closing', graceMs: 300, reason, isClean: true },
      effects: [abort(reason), closing(reason), { type: 'armGrace', ms: 300 }],
    });
  });

  it('by the worker is not announced, and has the grace of the worker', () => {
    expect(walk(...toRunning, shutdown(70))).toEqual({
      phase: { name: 'closing', graceMs: 300, reason: 'drain', isClean: false },
      effects: [abort('drain'), { type: 'armGrace', ms: 70 }],
    });
  });

  it.each([
    ['has returned', [...toRunning, returned], 70],
    ['gets no grace', toRunning, 0],
  ] as const)('is reported at once when the entrypoint %s', (_, way, graceMs) => {
    expect(walk(...way, shutdown(graceMs))).toEqual({
      phase: { name: 'reported', graceMs: 300, reason: 'drain', code: 0, isClean: false },
      effects: [abort('drain'), success, armLeave],
    });
  });

  it('is a failure when the entrypoint throws', () => {
    expect(walk(...toRunning, threw)).toEqual({
      phase: {
        name: 'reported',
        graceMs: 300,
        reason: 'entrypoint failed',
        code: 0,
        isClean: false,
      },
      effects: [abort('entrypoint failed'), closing('entrypoint failed'), failure, armLeave],
    });
  });

  it.each([
    ['returns', returned, success],
    ['echoes the abort', aborted, success],
    ['throws', threw, failure],
  ] as const)('is reported when the entrypoint %s in its grace', (_, event, outcome) => {
    expect(walk(...toRunning, shutdown(70), event)).toEqual({
      phase: { name: 'reported', graceMs: 300, reason: 'drain', code: 0, isClean: false },
      effects: [outcome, armLeave],
    });
  });

  it('is a success with a warning when the grace passes', () => {
    expect(walk(...toRunning, shutdown(70), { type: 'grace.passed' })).toEqual({
      phase: { name: 'reported', graceMs: 300, reason: 'drain', code: 0, isClean: false },
      effects: [{ type: 'warn', message: 'entrypoint did not settle in time' }, success, armLeave],
    });
  });

  it('keeps its first reason when the worker is in more of a hurry', () => {
    const way = [...toRunning, { type: 'end.requested', reason: 'call over' } as const];

    expect(walk(...way, shutdown(20))).toEqual({
      phase: { name: 'closing', graceMs: 300, reason: 'call over', isClean: false },
      effects: [{ type: 'armGrace', ms: 20 }],
    });
    expect(walk(...way, shutdown(0))).toEqual({
      phase: { name: 'reported', graceMs: 300, reason: 'call over', code: 0, isClean: false },
      effects: [success, armLeave],
    });
  });

  it('is a failure without grace, with the exit code 1, when nobody caught an error', () => {
    expect(walk(...toRunning, crashed)).toEqual({
      phase: { name: 'reported', graceMs: 300, reason: 'job crashed', code: 1, isClean: false },
      effects: [abort('job crashed'), closing('job crashed'), failure, armLeave],
    });
    expect(walk(...toRunning, shutdown(70), crashed)).toEqual({
      phase: { name: 'reported', graceMs: 300, reason: 'drain', code: 1, isClean: false },
      effects: [failure, armLeave],
    });
  });

  it.each([{ type: 'leave' }, { type: 'leaveTimeout.passed' }] as const)(
    'leaves after $type, cleans up and exits',
    (event) => {
      const way = [...toRunning, threw, event];

      expect(walk(...way)).toEqual({
        phase: { name: 'leaving', graceMs: 300, code: 0, stays: false },
        effects: [{ type: 'cleanUp', reason: 'entrypoint failed', stays: false }],
      });
      expect(walk(...way, cleaned)).toEqual({
        phase: { name: 'exiting' },
        effects: [{ type: 'exit', code: 0 }],
      });
      expect(walk(...way, crashed, cleaned).effects).toEqual([{ type: 'exit', code: 1 }]);
    },
  );
});

const stay = { type: 'leave', stay: true } as const;
const soiled = { type: 'soiled' } as const;
const ended = { type: 'end.requested', reason: 'call over' } as const;
const toReported: Event[] = [...toRunning, returned, ended];

describe('a process that may stay', () => {
  it('cleans up for the next job, is free, and runs it (F-98)', () => {
    expect(walk(...toReported)).toEqual({
      phase: { name: 'reported', graceMs: 300, reason: 'call over', code: 0, isClean: true },
      effects: [abort('call over'), closing('call over'), success, armLeave],
    });
    expect(walk(...toReported, stay)).toEqual({
      phase: { name: 'leaving', graceMs: 300, code: 0, stays: true },
      effects: [{ type: 'cleanUp', reason: 'call over', stays: true }],
    });
    expect(walk(...toReported, stay, cleaned)).toEqual({
      phase: { name: 'idle', graceMs: 300 },
      effects: [{ type: 'disarm' }, { type: 'forget' }, tell({ type: 'freed' })],
    });
    expect(walk(...toReported, stay, cleaned, start)).toEqual(walk(...toRunning));
  });

  it.each<[string, Event[]]>([
    ['its room', [...toRunning, returned, { type: 'room.disconnected' }]],
    ['its own wish, when its entrypoint returned in its grace', [...toRunning, ended, returned]],
    ['its own wish, when its entrypoint echoed the abort', [...toRunning, ended, aborted]],
  ])('stays after a job that ended by %s (F-98)', (_, way) => {
    expect(walk(...way, stay, cleaned).phase).toEqual({ name: 'idle', graceMs: 300 });
  });

  it.each<[string, Event[], 0 | 1]>([
    ['is not let stay', [...toReported, { type: 'leave' }], 0],
    ['does not hear that it may', [...toReported, { type: 'leaveTimeout.passed' }], 0],
    ['has a job that failed', [...toRunning, threw, stay], 0],
    ['has a job that failed in its grace', [...toRunning, ended, threw, stay], 0],
    [
      'has an entrypoint that did not settle',
      [...toRunning, ended, { type: 'grace.passed' }, stay],
      0,
    ],
    ['has an entrypoint without grace', [...toRunning, ended, shutdown(0), stay], 0],
    ['was shut down', [...toRunning, returned, shutdown(70), stay], 0],
    ['was shut down without grace', [...toRunning, shutdown(0), stay], 0],
    ['was shut down while it closed', [...toRunning, ended, shutdown(70), returned, stay], 0],
    ['was shut down when its job was reported', [...toReported, shutdown(70), stay], 0],
    ['was shut down while it left', [...toReported, stay, shutdown(70)], 0],
    ['left a rejection while it ran', [...toRunning, soiled, returned, ended, stay], 0],
    ['left a rejection while it closed', [...toRunning, ended, soiled, returned, stay], 0],
    ['left a rejection when it was reported', [...toReported, soiled, stay], 0],
    ['left a rejection while it left', [...toReported, stay, soiled], 0],
    ['crashed', [...toRunning, crashed, stay], 1],
    ['crashed while it closed', [...toRunning, ended, crashed, stay], 1],
    ['crashed when its job was reported', [...toReported, crashed, stay], 1],
    ['crashed while it left', [...toReported, stay, crashed], 1],
  ])('exits when it %s (F-98)', (_, way, code) => {
    expect(walk(...way, cleaned)).toEqual({
      phase: { name: 'exiting' },
      effects: [{ type: 'exit', code }],
    });
  });

  it('exits when something of its job is left (F-98)', () => {
    expect(walk(...toReported, stay, { ...cleaned, isClean: false })).toEqual({
      phase: { name: 'exiting' },
      effects: [{ type: 'exit', code: 0 }],
    });
  });

  it('is told to end between two jobs like one that never had a job (F-98)', () => {
    const way = [...toReported, stay, cleaned];

    expect(walk(...way, shutdown(70))).toEqual(walk(...toIdle, shutdown(70)));
    expect(walk(...way, crashed)).toEqual(walk(...toIdle, crashed));
    expect(walk(...way, closed)).toEqual(walk(...toIdle, closed));
  });
});

it.each([
  ['waiting', []],
  ['preparing', [initialize]],
  ['idle', toIdle],
  ['closing', [...toRunning, shutdown(70)]],
  ['reported', [...toRunning, threw]],
  ['leaving', [...toRunning, threw, { type: 'leave' }]],
  ['exiting', [shutdown(0)]],
] as const)('perishes when the worker is lost while %s (F-90)', (_, way) => {
  expect(walk(...way, closed)).toEqual({
    phase: { name: 'orphaned' },
    effects: [{ type: 'perish', reason: 'worker lost' }],
  });
});

it('aborts a running job before it perishes', () => {
  expect(walk(...toRunning, closed).effects).toEqual([
    abort('worker lost'),
    { type: 'perish', reason: 'worker lost' },
  ]);
});

const anyEvent = fc.constantFrom<Event>(
  ...[initialize, start, shutdown(0), shutdown(70), threw, aborted, returned, crashed, closed],
  ...([
    { type: 'prepared', timings: {} },
    { type: 'preparation.failed', error },
  ] as const),
  ...([{ type: 'end.requested', reason: 'call over' }, { type: 'room.disconnected' }] as const),
  ...([{ type: 'grace.passed' }, { type: 'leave' }] as const),
  ...([{ type: 'leaveTimeout.passed' }, cleaned, { ...cleaned, isClean: false }] as const),
  ...([stay, { type: 'soiled' }] as const),
);

it('tells one outcome per job, aborts before it, and does each last thing once, in any order of events (N-11)', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
      let phase: Phase = { name: 'waiting' };
      const done: string[] = [];
      for (const event of [...toRunning.slice(0, events.length % 4), ...events]) {
        const [next, effects] = transition(phase, event);
        phase = next;
        done.push(...effects.map((it) => (it.type === 'tell' ? it.message.type : it.type)));
      }
      const times = (name: string) => done.filter((it) => it === name).length;
      const inLife = ['prepare', 'ready', 'failed', 'exit', 'perish'];
      expect(inLife.filter((name) => times(name) > 1)).toEqual([]);

      for (const one of jobsIn(done)) {
        const timesHere = (name: string) => one.filter((it) => it === name).length;
        const inJob = ['run', 'abort', 'finished', 'cleanUp'];
        expect(inJob.filter((name) => timesHere(name) > 1)).toEqual([]);
        if (timesHere('finished') > 0)
          expect(one.indexOf('abort')).toBeLessThan(one.indexOf('finished'));
        if (timesHere('cleanUp') > 0)
          expect(one.indexOf('finished')).toBeLessThan(one.indexOf('cleanUp'));
        if (timesHere('run') > 0 && timesHere('exit') > 0) expect(timesHere('finished')).toEqual(1);
      }
    }),
  );
});

/** What was done for each job: the word that the process is free ends one. */
function jobsIn(done: readonly string[]): string[][] {
  const jobs: string[][] = [[]];
  for (const it of done) {
    if (it === 'freed') jobs.push([]);
    else jobs.at(-1)?.push(it);
  }
  return jobs;
}
