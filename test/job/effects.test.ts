import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEffects } from '../../src/job/effects.js';
import type { Held } from '../../src/job/job-effects.js';
import type { Event } from '../../src/job/lifecycle.types.js';
import { createLog, type LogContext } from '../../src/job/log.js';
import type { Prepared } from '../../src/job/prepare.js';
import type { RunningJob } from '../../src/job/running-job.js';

const never = new Promise<never>(() => {});

/** The effects of a process whose job answers as told. */
function effectsOf(answers: {
  readonly leave?: Promise<boolean>;
  readonly runCallbacks?: boolean;
  readonly remove?: boolean;
  readonly isAtRest?: boolean;
}) {
  const {
    leave = Promise.resolve(true),
    runCallbacks = true,
    remove = true,
    isAtRest = true,
  } = answers;
  const dispatched: Event[] = [];
  const lines: string[] = [];
  const log = createLog({
    level: () => 'info',
    fields: {},
    write: ({ message }) => lines.push(message),
  });
  const logContext: LogContext = { fields: { tenant: 'acme' } };
  const held: Held = {
    prepared: { directory: { get: () => '', remove: () => remove } } as Partial<Prepared> as never,
    job: {
      ctx: { log },
      leave: () => leave,
      runCallbacks: async () => runCallbacks,
      isAtRest: () => isAtRest,
    } satisfies { [Name in keyof RunningJob]?: unknown } as never,
  };
  const perform = createEffects({
    channel: { send: () => {}, flush: async () => {} },
    ...{ log, logContext, held, online: 0 },
    dispatch: (event) => dispatched.push(event),
    // The limit of leaving passes at once for a room that cannot be left.
    ...(leave === never && {
      clock: { setTimeout: (callback: () => void) => callback(), clearTimeout: () => {} },
    }),
  });
  return { perform, dispatched, held, lines, logContext };
}

describe('cleaning up', () => {
  it.each([
    ['all is done', {}, true],
    ['the room could not be left', { leave: Promise.resolve(false) }, false],
    ['the room was not left in time', { leave: never }, false],
    ['a callback failed', { runCallbacks: false }, false],
    ['a participant entrypoint still runs', { isAtRest: false }, false],
    ['the directory is not gone', { remove: false }, false],
  ])('tells whether anything of the job is left: %s (F-98)', async (_, answers, isClean) => {
    const { perform, dispatched } = effectsOf(answers);

    perform({ type: 'cleanUp', reason: 'over', stays: true });

    await expect.poll(() => dispatched).toEqual([{ type: 'cleaned', isClean }]);
  });

  it('leaves the directory to the exit of a process that does not stay (F-98)', async () => {
    const { perform, dispatched, held } = effectsOf({});
    const remove = vi.fn();
    Object.assign(held.prepared as object, { directory: { remove } });

    perform({ type: 'cleanUp', reason: 'over', stays: false });

    await expect.poll(() => dispatched).toEqual([{ type: 'cleaned', isClean: false }]);
    expect(remove).not.toHaveBeenCalled();
  });
});

it('forgets a job with its words (F-98)', () => {
  const { perform, held, logContext } = effectsOf({});

  perform({ type: 'forget' });

  expect(held.job).toBeUndefined();
  expect(logContext).toEqual({ fields: {} });
});

describe('the limits of an end', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('pass each in its time', () => {
    const { perform, dispatched } = effectsOf({});
    perform({ type: 'armGrace', ms: 300 });
    perform({ type: 'armLeaveTimeout' });

    vi.advanceTimersByTime(2_000);

    expect(dispatched).toEqual([{ type: 'grace.passed' }, { type: 'leaveTimeout.passed' }]);
  });

  it('do not count for the next job (F-98)', () => {
    const { perform, dispatched } = effectsOf({});
    perform({ type: 'armGrace', ms: 300 });
    perform({ type: 'armLeaveTimeout' });

    perform({ type: 'disarm' });
    vi.advanceTimersByTime(10_000);

    expect(dispatched).toEqual([]);
  });
});
