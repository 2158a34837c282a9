import { isLive, steps } from './support.js';
import { sentLoad, serverLimit } from './worker.facts.js';
import { scaled } from './worker.told.js';
import type { Context, Emitted, Event, LoadFact, LoadFault } from './worker.types.js';

/** What a worker does with its load, measured or not. */

/** Intervals for which the last load stands in for those that are missing. */
export const missLimit = 3;

type Sample = Extract<LoadFact, { type: 'load.sampled' }>;
type Stall = Extract<LoadFact, { type: 'loop.stalled' }>;
type Miss = Extract<LoadFact, { type: 'load.missed' }>;

const grievousStallMs = 1_000;
const stallHushMs = 60_000;

/** A worker that stands still again and again is told so now and then. */
export const isWorthTelling = (
  { stallToldAt }: Pick<Context, 'stallToldAt'>,
  { stoodMs, at }: Stall,
): boolean =>
  stoodMs >= grievousStallMs && (stallToldAt === undefined || at - stallToldAt >= stallHushMs);

/** Actions about load. */
export const loads = {
  holdLoad: steps<Context, Event, Emitted, Sample>(({ context, enqueue }, { load, isLate }) => {
    // Who is always late is not told so every time.
    const known: readonly LoadFault[] = isLate ? context.loadFaults : [];
    enqueue.assign({
      load: Math.min(load, 1),
      loadMisses: 0,
      loadFaults: [
        ...known.filter((fault) => fault === 'late'),
        ...(load > 1 ? (['excessive'] as const) : []),
      ],
      jobs: context.jobs.map((job) => (job.isMeasured ? job : { ...job, isMeasured: true })),
    });
  }),
  /** A call that does not settle is given up now and then, or the worker would never recover. */
  countMiss: steps<Context, Event, Emitted, Miss>(({ context, enqueue, self }, { fault }) => {
    const loadMisses = context.loadMisses + 1;
    enqueue.assign({ loadMisses, loadFaults: [...new Set([...context.loadFaults, fault])] });
    if (fault === 'late' && loadMisses % missLimit === 0 && isLive(self, 'load'))
      enqueue.sendTo('load', { type: 'ask.again' });
  }),
  holdStall: steps<Context, Event, Emitted, Stall>(({ enqueue }, { at }) =>
    enqueue.assign({ stallToldAt: at }),
  ),
  assumeFullLoad: steps<Context, Event, Emitted>(({ enqueue }) => enqueue.assign({ load: 1 })),
  /** Who looks at the load here and at the server sees two numbers, and should know why. */
  explainScaling: steps<Context, Event, Emitted>(({ context, enqueue }) => {
    if (context.isScalingExplained || context.load < serverLimit) return;
    enqueue.assign({ isScalingExplained: true });
    enqueue.emit(scaled(context.load, sentLoad(context), context.settings));
  }),
};
