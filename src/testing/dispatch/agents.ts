import { nanoid } from 'nanoid';
import { isTerminal } from '../ledger/statuses.js';
import type { Hub } from './hub.js';
import type { Jobs } from './jobs.js';
import type {
  DispatchRecord,
  JobRecord,
  Mutable,
  ParticipantRecord,
  RoomRecord,
} from './records.js';

/** What the ends of rooms, dispatches and participants mean for the jobs in them. */
export interface Seats {
  /** An agent that leaves has failed, whatever its worker says later. */
  left(room: string, identity: string): void;
  /** Ends the jobs whose agent has joined. A job without an agent in the room hears nothing. */
  roomDeleted(room: string): void;
  /** Ends the jobs of a dispatch; their agents have three seconds to leave by themselves. */
  dispatchDeleted(dispatch: DispatchRecord): void;
}

/**
 * Keeps the agents of simulated rooms. Such a room lives inside the job, so this server takes a
 * job's RUNNING for the agent's arrival and its terminal status for the departure.
 */
export function seatAgents(
  hub: Hub,
  jobs: Jobs,
  rooms: ReadonlyMap<string, Mutable<RoomRecord>>,
): Seats {
  const unseat = ({ room, agentIdentity }: JobRecord) => {
    const its = rooms.get(room);
    if (!its) return;
    its.participants = its.participants.filter(
      (one) => !one.isAgent || one.identity !== agentIdentity,
    );
  };
  const assigned = () => [...hub.jobs.values()].filter(({ dispatch }) => dispatch === 'assigned');

  hub.observers.on('job.updated', (job) => {
    const room = rooms.get(job.room);
    if (isTerminal(job.status)) unseat(job);
    else if (room && job.statuses.at(-1)?.status === 'running') {
      unseat(job);
      room.participants = [...room.participants, toAgent(job)];
    }
  });

  return {
    left: (room, identity) => {
      const job = assigned().find((one) => one.room === room && isAliveAs(one, identity));
      if (job) jobs.fail(job.id, 'agent worker left the room');
    },
    roomDeleted: (name) => {
      const seated = rooms.get(name)?.participants.filter(({ isAgent }) => isAgent) ?? [];
      for (const job of assigned()) {
        const isSeated = seated.some(({ identity }) => isAliveAs(job, identity));
        if (job.room === name && isSeated) jobs.terminate(job.id);
      }
    },
    dispatchDeleted: ({ id }) => {
      const its = assigned().filter(({ dispatchId }) => dispatchId === id);
      for (const job of its) jobs.terminate(job.id);
      hub.timers.after(hub.limits.removalTimeout, () => {
        for (const job of its) unseat(job);
      });
    },
  };
}

const isAliveAs = ({ agentIdentity, status }: JobRecord, identity: string): boolean =>
  agentIdentity === identity && !isTerminal(status);

const toAgent = (job: JobRecord): ParticipantRecord => ({
  sid: `PA_${nanoid(12)}`,
  identity: job.agentIdentity ?? '',
  name: '',
  metadata: '',
  attributes: { 'lk.agent_name': job.agentName },
  isAgent: true,
  tracks: [],
});
