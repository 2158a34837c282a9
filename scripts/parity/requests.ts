import { beyond, must, need, parity, type Subject } from './row.js';

export const requests: Subject = {
  name: 'Offers and assignments',
  rows: {
    'F-40': must(
      'Name, identity, metadata and attributes of an acceptance are those of the agent in the room.',
    ),
    'F-41': parity('An agent without an identity is `agent-` and the id of its job.'),
    'F-42': must('`reject()` passes the offer on, `reject({ terminate: true })` ends it for all.'),
    'F-43': parity(
      'The attribute of the agent name is ours, and one of yours in its place is warned about.',
    ),
    'F-44': need('A handler that returns without an answer refuses.'),
    'F-45': need('A handler that throws refuses, once.'),
    'F-46': beyond('A handler that does not end is answered for in time.'),
    'F-47': parity('A worker that drains refuses.'),
    'F-48': parity('A worker at or above its threshold refuses.'),
    'F-49': parity('A slot is reserved from the decision to the start of the job.'),
    'F-50': need('An assignment that does not come frees its slot.'),
    'F-51': beyond('An assignment that comes too late starts nothing and is reported failed.'),
    'F-52': beyond('Each offer has one answer; a second call throws.'),
    'F-53': beyond('A job that cannot be started is reported failed with the reason.'),
    'F-54': parity('A request says whether its job is resumed.'),
    'F-55': beyond('An offer of a job that is here already starts nothing.'),
    'F-56': parity('Handlers run side by side, up to a limit.'),
    'D-1': need('Silence of a handler does not lose the job.'),
    'D-2': need('Nobody waits for ever for an assignment.'),
    'D-5': need('A full worker does not accept.'),
    'D-23': need('Rejecting means “ask the next one” unless it says otherwise.'),
    'D-26': need('Every answer is given while the server still waits for it.'),
    'N-4': need(
      'A late assignment starts no process, is reported failed, and leaves nothing pending.',
    ),
    'N-5': need('Every offer has exactly one answer in time, however its handler behaves.'),
    'N-6': need('`maxJobs` is never exceeded, and each slot is freed once.'),
    'N-22': need('No job runs twice here.'),
    'N-23': need('Declining and ending for all are two things, and an error declines.'),
    'N-35': need('A handler sees the whole offer as it was sent.'),
    'R-C1': need('A thousand offers at once are all answered, and no more accepted than fit.'),
    'R-C2': need('A handler that throws or rejects refuses.'),
    'R-C3': need('A handler that hangs refuses at its deadline, and its later call fails.'),
    'R-C4': need('A handler that returns without an answer refuses on return.'),
    'R-C5': need('The first of two answers counts, and the second throws.'),
    'R-C6': need('A missing assignment frees its slot after the time-out.'),
    'R-C7': need('An assignment after its time-out is not started but reported failed.'),
    'R-C8': need('An assignment that is repeated starts its job once.'),
    'R-C9': need('An assignment of a job that nobody asked for is reported failed.'),
    'R-C10': need('A termination of a job that is unknown or over does nothing.'),
    'R-C11': need(
      'A termination ends a request in every state: nothing starts, or the process is shut down.',
    ),
    'R-C12': need('A worker that drains, is full or degraded refuses at once.'),
    'R-C13': need(
      'Without a warm process that can be ready in time, an offer is refused, not queued.',
    ),
    'R-C14': need('An offer that resumes a job of this worker starts no second process.'),
    'R-C15': need(
      'Whatever the order of answers, assignments, ends and deaths, the ledger is clean.',
    ),
    'R-C16': need('A load function that fails is replaced by its last good value, then by full.'),
  },
};

export const dispatch: Subject = {
  name: 'Dispatch and kinds of jobs',
  rows: {
    'F-10': must('A room worker has one job for each room.'),
    'F-11': must('A publisher worker has one job for each participant that publishes.'),
    'F-12': beyond('A participant worker has one job for each participant that joins.'),
    'F-57': need('A worker without a name gets the jobs of new rooms.'),
    'F-58': parity('A worker with a name gets the jobs that are dispatched to it.'),
    'F-59': parity('Metadata and attributes of a job reach its entrypoint.'),
    'F-60': must('`ctx.publisher` is the participant that a publisher job is about.'),
    'F-61': parity('LiveKit’s own client dispatches agents; there is no copy of it here.'),
    'F-64': need(
      'The token of the server, and the address it may name, are what a job joins with.',
    ),
    'F-65': beyond('A job that joins close to the end of its token is warned about.'),
    'F-67': parity('A job can be asked for in a room of a running server.'),
    'F-68': parity('A job can run without a server.'),
    'D-25': need('A job that is ended while it joins ends cleanly, with its cause.'),
    'D-28': need('It is told that a dispatch without a worker is lost.'),
  },
};

export const status: Subject = {
  name: 'Status of jobs at the server',
  rows: {
    'F-62': parity('Running, success and failure, with its text, are reported.'),
    'F-63': parity('A termination by the server has its own reason and is over within 3 s.'),
    'D-3': need('The server learns how a job goes and ends.'),
    'D-4': need('An entrypoint that throws is no success.'),
    'N-2': need(
      'Each assignment has one running and one terminal status, a failure with its text.',
    ),
  },
};
