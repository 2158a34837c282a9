import type { Failure } from '../errors.js';
import type { Output as Ended } from './job-process.types.js';
import { ended, succeeded } from './process-pool.endings.js';
import { changed, memberOfJob } from './process-pool.members.js';
import type { Context, Emitted, Event } from './process-pool.types.js';
import { tellAll } from './process-pool.voice.js';
import { steps, stopTree } from './support.js';

/** What a pool does with jobs, and tells of them. */

type Told<Type extends Event['type']> = Extract<Event, { type: Type }>;

/** Actions about single jobs. */
export const jobs = {
  enqueueJob: steps<Context, Event, Emitted, Told<'launch'>>(({ context, enqueue }, { launch }) => {
    enqueue.assign({ queue: [...context.queue, { launch, tries: 0 }] });
  }),
  holdStarted: steps<Context, Event, Emitted, { slot: number }>(
    ({ context, enqueue }, { slot }) => {
      enqueue.assign({ members: changed(context.members, slot, { phase: 'running' }) });
    },
  ),
  /** Its process is warm again, as the newest. */
  holdFreed: steps<Context, Event, Emitted, { slot: number; jobId: string }>(
    ({ context, enqueue, self }, { slot, jobId }) => {
      const { members, order } = context;
      enqueue.assign({
        members: changed(members, slot, { phase: 'warm', order, job: undefined }),
        order: order + 1,
      });
      tellAll([succeeded(jobId)], enqueue, self._parent);
    },
  ),
  forgetJob: steps<Context, Event, Emitted, Told<'launch.cancel'>>(
    ({ context, enqueue }, { jobId, reason }) => {
      enqueue.assign({ queue: context.queue.filter(({ launch }) => launch.jobId !== jobId) });
      const member = memberOfJob(context.members, jobId);
      if (!member) return;
      const change = { phase: 'ending', job: undefined } as const;
      enqueue.assign({ members: changed(context.members, member.slot, change) });
      enqueue.sendTo(`proc.${member.slot}`, { type: 'shutdown', reason });
    },
  ),
  shutDownJob: steps<Context, Event, Emitted, Told<'job.shutdown'>>(
    ({ context, enqueue }, { jobId, type: _, ...how }) => {
      const member = memberOfJob(context.members, jobId);
      if (member) enqueue.sendTo(`proc.${member.slot}`, { type: 'shutdown', ...how });
    },
  ),
  passDelivery: steps<Context, Event, Emitted, { jobId: string }>(
    ({ context, enqueue }, { jobId }) => {
      const member = memberOfJob(context.members, jobId);
      if (member) enqueue.sendTo(`proc.${member.slot}`, { type: 'outcome.delivered' });
    },
  ),
  reap: steps<Context, Event, Emitted, Ended>(({ context, enqueue, self }, output) => {
    const id = `proc.${output.slot}`;
    const gone = self.getSnapshot().children[id];
    if (gone) enqueue(() => stopTree(gone));
    enqueue.stopChild(id);
    const { members, queue, tell } = ended(context, output);
    enqueue.assign({ members, queue });
    tellAll(tell, enqueue, self._parent);
  }),
  failQueue: steps<Context, Event, Emitted, Failure>(({ context, enqueue, self }, error) => {
    enqueue.assign({ queue: [] });
    const tell = context.queue.map(
      ({ launch: { jobId } }): Emitted => ({ type: 'job.unstartable', jobId, error }),
    );
    tellAll(tell, enqueue, self._parent);
  }),
};
