import { expect } from 'vitest';
import type { Event } from '../../src/machines/job-request.types.js';
import { run } from '../support/run-machine.js';
import { failure } from '../support/samples.js';
import {
  acceptCall,
  accepted,
  answered,
  assigned,
  ended,
  inputOf,
  launches,
  no,
  nothingIsLeft,
  type Open,
  type Promised,
  start,
  startIn,
  twice,
  until,
} from './job-request.subject.js';

const goesOn = (state: Open, when: string, events: readonly Event[]): Promised => ({
  title: `goes on ${state} when ${when}`,
  run: (machine) => {
    const { handler, send, timers, toParent, value } = startIn(state, machine);
    const left = timers();

    for (const event of events) send(event);

    expect(value()).toBe(state);
    expect([toParent, handler.told]).toEqual([[], []]);
    expect(timers()).toEqual(left);
  },
});

const refusesCalls = (state: Exclude<Open, 'deciding'>): Promised => ({
  title: `refuses every further call of its handler while it is ${state} (F-52, R-C5)`,
  run: (machine) => {
    const { handler, toParent, value } = startIn(state, machine);

    handler.say({ ...acceptCall, call: 2 });
    handler.say({ type: 'handler.rejected', call: 3, terminate: true });

    expect(handler.told).toEqual([
      { type: 'refuse', call: 2, error: twice },
      { type: 'refuse', call: 3, error: twice },
    ]);
    expect(toParent).toEqual([]);
    expect(value()).toBe(state);
  },
});

const reportsThrow = (state: Exclude<Open, 'deciding'>): Promised => ({
  title: `tells that its handler threw while it is ${state}, and lets the answer stand`,
  run: (machine) => {
    const { handler, toParent, value } = startIn(state, machine);

    handler.say({ type: 'handler.threw', error: failure });

    expect(toParent).toEqual([{ type: 'request.threw', jobId: 'job-1', error: failure }]);
    expect(value()).toBe(state);
  },
});

/** What a handler may do, and what does not disturb an offer. */
export const handlers: readonly Promised[] = [
  {
    title:
      'refuses an acceptance that is too late, though its worker was blocked and had no timer (F-46, D-26)',
    run: (machine) => {
      const inTime = startIn('deciding', machine);
      inTime.handler.say({ ...acceptCall, elapsedMs: 2_000 });
      expect(inTime.value()).toBe('accepting');

      const late = startIn('deciding', machine);
      late.handler.say({ ...acceptCall, elapsedMs: 2_000.1 });
      expect(late.output()).toEqual(ended('rejected', 'requestFnc did not answer in time'));
      expect(late.toParent).toEqual([answered(no)]);
    },
  },
  goesOn('accepting', 'its worker drains or its handler returns', [
    { type: 'withdraw' },
    { type: 'handler.returned' },
  ]),
  goesOn('awaitingAssignment', 'its worker drains', [{ type: 'withdraw' }]),
  goesOn('launching', 'its worker drains or its connection is lost', [
    { type: 'withdraw' },
    { type: 'link.lost' },
  ]),
  refusesCalls('accepting'),
  refusesCalls('awaitingAssignment'),
  refusesCalls('launching'),
  reportsThrow('accepting'),
  reportsThrow('awaitingAssignment'),
  reportsThrow('launching'),
  {
    title: 'keeps its answer when the handler breaks after it',
    run: (machine) => {
      const { handler, output, send, toParent } = startIn('accepting', machine);

      handler.fail(new Error('broke'));
      send({ type: 'answer.written' });
      send(assigned);
      send({ type: 'job.started' });

      expect(toParent).toEqual([accepted, launches]);
      expect(output()).toEqual(ended('launched'));
    },
  },
  {
    title: 'is rejected when its handler breaks before an answer',
    run: (machine) => {
      const subject = startIn('deciding', machine);

      subject.handler.fail(new Error('broke\nat some place'));

      expect(subject.output()).toEqual(ended('rejected', 'broke'));
      expect(subject.toParent).toEqual([answered(no)]);
      nothingIsLeft(subject);
    },
  },
  {
    title: 'is rejected when its handler does not start',
    run: (machine) => {
      const { output, toParent } = start(machine, { failsAtStart: new Error('no handler') });

      expect(output()).toEqual(ended('rejected', 'no handler'));
      expect(toParent).toEqual([answered(no)]);
    },
  },
  {
    title: 'names the actor that it was not given, and answers no',
    run: (machine) => {
      for (const alone of [true, false]) {
        const { emitted, output } = run(machine, { input: inputOf({}), alone });

        expect(output()).toEqual(
          ended(
            'rejected',
            'The actor "requestHandler" is missing. Provide it with machine.provide({ actors: { requestHandler } }), or import the wired machine from "livekit-actors".',
          ),
        );
        expect(emitted).toEqual([answered(no)]);
      }
    },
  },
  {
    title: 'schedules nothing for a limit that is Infinity',
    run: (machine) => {
      const never = Number.POSITIVE_INFINITY;
      const timeouts = { requestMs: never, answerMs: never, assignmentMs: never, launchMs: never };

      for (const state of Object.keys(until) as Open[]) {
        const { advance, timers, value } = startIn(state, machine, { timeouts });

        expect(timers()).toEqual([]);
        advance(2 ** 40);
        expect(value()).toBe(state);
      }
    },
  },
];
