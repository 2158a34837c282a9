import { expect } from 'vitest';
import { Secret } from '../../src/secret.js';
import { taken } from '../support/run-machine.js';
import { failure } from '../support/samples.js';
import {
  acceptCall,
  accepted,
  answered,
  assigned,
  assignment,
  confirm,
  ended,
  launch,
  launches,
  nothingIsLeft,
  offer,
  type Promised,
  requestFnc,
  start,
  startIn,
  twice,
  yes,
} from './job-request.subject.js';

/** How an offer becomes a job. */
export const life: readonly Promised[] = [
  {
    title: 'gives the handler the offer and the function that decides',
    run: (machine) => {
      const { children, handler, has, toParent, value } = start(machine);

      expect(value()).toBe('deciding');
      expect([has('undecided'), has('accepted')]).toEqual([true, false]);
      expect(children()).toEqual(['handler']);
      expect(handler.inputs).toEqual([{ offer, requestFnc }]);
      expect(toParent).toEqual([]);
    },
  },
  {
    title: 'says yes, is accepted when that is written, launches when assigned, and is launched',
    run: (machine) => {
      const subject = start(machine);
      const { handler, has, output, send, toParent } = subject;

      handler.say(acceptCall);
      expect(taken(toParent)).toEqual([answered(yes)]);
      expect(taken(handler.told)).toEqual([]);
      expect([has('undecided'), has('accepted')]).toEqual([false, true]);

      send({ type: 'answer.written' });
      expect(taken(toParent)).toEqual([accepted]);
      expect(taken(handler.told)).toEqual([confirm('answered')]);
      expect(has('accepted')).toBe(true);

      send(assigned);
      expect(taken(toParent)).toEqual([launches]);
      expect(taken(handler.told)).toEqual([confirm('assigned')]);
      expect(has('accepted')).toBe(true);

      send({ type: 'job.started' });
      expect(taken(toParent)).toEqual([]);
      expect(taken(handler.told)).toEqual([confirm('launched'), { type: 'fail', error: twice }]);
      expect(output()).toEqual(ended('launched'));
      nothingIsLeft(subject);
    },
  },
  {
    title: 'takes an assignment that is faster than the word that its answer left',
    run: (machine) => {
      const { handler, send, toParent, value } = startIn('accepting', machine);

      send(assigned);
      send({ type: 'answer.written' });

      expect(value()).toBe('launching');
      expect(toParent).toEqual([accepted, launches]);
      expect(handler.told).toEqual([confirm('answered'), confirm('assigned')]);
    },
  },
  {
    title: 'launches with the job record of the assignment when it has one',
    run: (machine) => {
      const { send, toParent } = startIn('awaitingAssignment', machine);
      const record = new Secret('newer');

      send({ type: 'assignment.received', assignment: { ...assignment, record } });

      const [told] = toParent;
      expect(told).toEqual({ type: 'request.assigned', launch: { ...launch, record } });
      expect(told?.launch.record).toBe(record);
    },
  },
  {
    title: 'launches once, however often it is assigned (R-C8)',
    run: (machine) => {
      const { handler, send, toParent, value } = startIn('launching', machine);

      for (let n = 0; n < 5; n += 1) send(assigned);

      expect(value()).toBe('launching');
      expect([toParent, handler.told]).toEqual([[], []]);
    },
  },
  {
    title: 'runs without a parent, and emits what it would tell it',
    run: (machine) => {
      const { emitted, handler, output, send } = start(machine, { alone: true });

      handler.say(acceptCall);
      send({ type: 'answer.written' });
      send(assigned);
      send({ type: 'job.started' });

      expect(emitted).toEqual([answered(yes), accepted, launches]);
      expect(output()).toEqual(ended('launched'));
    },
  },
  {
    title: 'emits what it tells its parent',
    run: (machine) => {
      const { emitted, handler, send, toParent } = start(machine);

      handler.say(acceptCall);
      handler.say({ type: 'handler.threw', error: failure });
      send({ type: 'answer.written' });
      send(assigned);

      expect(toParent.map(({ type }) => type)).toEqual([
        'request.answered',
        'request.threw',
        'request.accepted',
        'request.assigned',
      ]);
      expect(emitted).toEqual(toParent);
    },
  },
];
