import { expect } from 'vitest';
import type { Emitted, Event, Output } from '../../src/machines/job-request.types.js';
import { failure } from '../support/samples.js';
import {
  answered,
  confirm,
  ended,
  no,
  nothingIsLeft,
  type Open,
  over,
  type Promised,
  startIn,
  twice,
} from './job-request.subject.js';

interface End {
  readonly when: string;
  readonly event: Event;
  readonly output: Output;
  readonly toParent?: readonly Emitted[];
  readonly told: readonly object[];
}

const ends = (state: Open, { when, event, output, toParent = [], told }: End): Promised => ({
  title: `is ${output.kind} when ${when} while it is ${state} (F-44, F-45, R-C2, R-C4, R-C11)`,
  run: (machine) => {
    const subject = startIn(state, machine);

    subject.send(event);

    expect(subject.output()).toEqual(output);
    expect(subject.toParent).toEqual(toParent);
    expect(subject.handler.told).toEqual(told);
    nothingIsLeft(subject);
  },
});

/** A refusal whose reason reaches the handler, too. */
const refusal = (when: string, event: Event, reason: string): Promised =>
  ends('deciding', {
    when,
    event,
    output: ended('rejected', reason),
    toParent: [answered(no)],
    told: [over(reason)],
  });

const loss = (state: Open, when: string, event: Event, reason: string, code?: string): Promised =>
  ends(state, {
    when,
    event,
    output: ended(state === 'launching' ? 'failed' : 'expired', reason),
    told: [over(reason, code)],
  });

const rejection = (terminate: boolean): Promised =>
  ends('deciding', {
    when: `its handler rejects it${terminate ? ' for everybody' : ''}`,
    event: { type: 'handler.rejected', call: 1, terminate },
    output: ended('rejected', 'refused by requestFnc'),
    toParent: [answered({ ...no, terminate } as typeof no)],
    told: [confirm('answered'), { type: 'fail', error: twice }],
  });

const waits = (state: Open, ms: number, output: Output, code?: string): Promised => ({
  title: `gives up ${state} after its time, and not before (F-46, F-50, R-C3, R-C6)`,
  run: (machine) => {
    const subject = startIn(state, machine);
    const { advance, handler, timers } = subject;

    expect(timers()).toEqual([ms]);
    advance(ms - 1);
    expect(subject.value()).toBe(state);
    advance(1);

    expect(subject.output()).toEqual(output);
    expect(subject.toParent).toEqual(output.kind === 'rejected' ? [answered(no)] : []);
    expect(handler.told).toEqual([over(output.reason, code)]);
    nothingIsLeft(subject);
  },
});

/** How an offer ends, state by state. */
export const endings: readonly Promised[] = [
  rejection(false),
  rejection(true),
  refusal(
    'its handler returns',
    { type: 'handler.returned' },
    'requestFnc returned without an answer',
  ),
  ends('deciding', {
    when: 'its handler throws',
    event: { type: 'handler.threw', error: failure },
    output: ended('rejected', 'requestFnc threw'),
    toParent: [{ type: 'request.threw', jobId: 'job-1', error: failure }, answered(no)],
    told: [over('requestFnc threw')],
  }),
  refusal('the server ends the job', { type: 'job.terminated' }, 'ended by the server'),
  refusal('its worker drains', { type: 'withdraw' }, 'the worker is draining'),
  refusal('its worker stops', { type: 'cancel' }, 'the worker is stopping'),
  // The connection that asked is gone, so there is nobody to answer.
  loss('deciding', 'its connection is lost', { type: 'link.lost' }, 'the connection was lost'),
  waits('deciding', 2_000, ended('rejected', 'requestFnc did not answer in time')),

  loss(
    'accepting',
    'its connection is lost',
    { type: 'link.lost' },
    'the connection was lost',
    'ERR_ANSWER_NOT_SENT',
  ),
  loss('accepting', 'the server ends the job', { type: 'job.terminated' }, 'ended by the server'),
  loss('accepting', 'its worker stops', { type: 'cancel' }, 'the worker is stopping'),
  waits(
    'accepting',
    1_000,
    ended('expired', 'the answer could not be written'),
    'ERR_ANSWER_NOT_SENT',
  ),

  loss(
    'awaitingAssignment',
    'its connection is lost',
    { type: 'link.lost' },
    'the connection was lost',
  ),
  loss(
    'awaitingAssignment',
    'the server ends the job',
    { type: 'job.terminated' },
    'ended by the server',
  ),
  loss('awaitingAssignment', 'its worker stops', { type: 'cancel' }, 'the worker is stopping'),
  waits(
    'awaitingAssignment',
    7_500,
    ended('expired', 'the server sent no assignment in time'),
    'ERR_ASSIGNMENT_TIMEOUT',
  ),

  loss(
    'launching',
    'no process can start the job',
    { type: 'job.unstartable', error: failure },
    'something broke',
    'ERR_LAUNCH_FAILED',
  ),
  loss(
    'launching',
    'the server ends the job',
    { type: 'job.terminated' },
    'ended by the server',
    'ERR_LAUNCH_FAILED',
  ),
  loss(
    'launching',
    'its worker stops',
    { type: 'cancel' },
    'the worker stopped before the job started',
    'ERR_LAUNCH_FAILED',
  ),
  waits(
    'launching',
    16_000,
    ended('failed', 'no process could start the job in time'),
    'ERR_LAUNCH_FAILED',
  ),
];
