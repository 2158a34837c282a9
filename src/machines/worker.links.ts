import type {
  Output as LinkEnded,
  Event as LinkEvent,
  Input as LinkInput,
} from './connection.types.js';
import { isLive, type Slot, slotOf, steps, stopTree } from './support.js';
import { reportOf, sameReport } from './worker.facts.js';
import type { Context, Emitted, Event } from './worker.types.js';

/** What a worker does with its links. Like all its actions, these loop and send; none waits. */

/** A machine that serves as a `connection`. */
export type LinkLogic = Slot<LinkEvent, LinkInput, LinkEnded>;

interface LinkActor {
  readonly src: 'connection';
  readonly logic: LinkLogic;
  readonly id: `link.${number}`;
}

export interface Reported {
  readonly status: 'available' | 'full';
  readonly ifChanged: boolean;
}

/** Actions about the servers. */
export const links = {
  openLinks: steps<Context, Event, Emitted, undefined, LinkActor>(
    ({ context: { settings }, enqueue }) => {
      enqueue.assign({ links: [0] });
      enqueue.spawnChild('connection', {
        id: 'link.0',
        input: {
          slot: 0,
          url: settings.url,
          credentials: settings.credentials,
          options: settings.socket,
          maxRetry: settings.maxRetry,
          measureRoundTrip: settings.measureRoundTrip,
          registration: {
            workerType: settings.workerType,
            agentName: settings.agentName,
            version: settings.version,
            deployment: settings.deployment,
            permissions: settings.permissions,
          },
        },
      });
    },
  ),
  sendReport: steps<Context, Event, Emitted, Reported>(
    ({ context, enqueue, self }, { status, ifChanged }) => {
      const report = reportOf(context, status);
      if (ifChanged && sameReport(report, context.reported)) return;
      for (const link of context.links)
        enqueue.sendTo(`link.${link}`, { type: 'report', ...report });
      if (isLive(self, 'load')) enqueue.sendTo('load', { type: 'jobs', jobIds: report.jobIds });
      enqueue.assign({ reported: report });
    },
  ),
  closeLinks: steps<Context, Event, Emitted>(({ context, enqueue }) => {
    for (const link of context.links) enqueue.sendTo(`link.${link}`, { type: 'close' });
  }),
  dropLink: steps<Context, Event, Emitted, { actorId: string }>(
    ({ context, enqueue }, { actorId }) => {
      enqueue.stopChild(actorId);
      enqueue.assign({ links: context.links.filter((slot) => slot !== slotOf(actorId)) });
    },
  ),
  /** A link that broke leaves its socket behind. */
  buryLink: steps<Context, Event, Emitted, { actorId: string }>(
    ({ enqueue, self }, { actorId }) => {
      const dead = self.getSnapshot().children[actorId];
      if (dead) enqueue(() => stopTree(dead));
    },
  ),
  /** What a lost connection asked is forgotten by its server. */
  loseRequests: steps<Context, Event, Emitted, { slot: number }>(
    ({ context, enqueue }, { slot }) => {
      for (const request of context.requests)
        if (request.link === slot) enqueue.sendTo(`req.${request.slot}`, { type: 'link.lost' });
    },
  ),
};
