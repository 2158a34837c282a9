import {
  type Actor,
  type ActorLogic,
  type AnyEventObject,
  type AnyStateMachine,
  createActor,
  type Snapshot,
} from 'xstate';
import type { SteppingClock } from './stepping-clock.js';

/** A root that runs a machine as its child and records what that tells it. */
export function recordingParent(
  machine: AnyStateMachine,
  options: object,
  toParent: AnyEventObject[],
  clock: SteppingClock,
) {
  const own = /^xstate\.(done|error)\.actor\./;
  const logic: ActorLogic<Snapshot<unknown> & { subject: Actor<AnyStateMachine> }, AnyEventObject> =
    {
      getInitialSnapshot: ({ self }) => ({
        status: 'active',
        output: undefined,
        error: undefined,
        subject: createActor(machine, { ...options, parent: self } as never),
      }),
      getPersistedSnapshot: (snapshot) => snapshot,
      start: ({ subject }) => {
        subject.start();
      },
      transition: (snapshot, event, { stopChild }) => {
        if (event.type === 'xstate.stop') {
          stopChild(snapshot.subject);
          return { ...snapshot, status: 'stopped', output: undefined, error: undefined };
        }
        if (!own.test(event.type)) toParent.push(event);
        return snapshot;
      },
    };
  return createActor(logic, { clock });
}
