import type { AnyActorRef, AnyMachineSnapshot } from 'xstate';
import { steps } from './support.js';
import { sentLoad } from './worker.facts.js';
import type { Context, Emitted, Event, HttpFact } from './worker.types.js';

/** Actions about health probes. */
export const probes = {
  answerProbe: steps<Context, Event, Emitted, Extract<HttpFact, { type: 'http.requested' }>>(
    ({ context, enqueue, self }, { request, route }) => {
      const { status, body } = probe(context, self.getSnapshot(), route);
      enqueue.sendTo('http', { type: 'respond', request, status, body });
    },
  ),
};

/** What a health probe is answered, from the state of the worker and of its children. */
export function probe(
  { settings, workerId, jobs, load, links, roundTripMs }: Context,
  snapshot: AnyMachineSnapshot,
  route: 'health' | 'ready' | 'worker',
): { status: number; body: string } {
  if (route === 'worker') {
    const body = {
      agent_name: settings.agentName,
      worker_type: settings.workerType,
      worker_load: load,
      worker_load_sent: sentLoad({ load, settings }),
      active_jobs: jobs.length,
      deployment: settings.deployment,
      sdk_version: settings.version,
      protocol_version: 1,
      project_type: 'node',
      ...(settings.measureRoundTrip && { server_round_trip_ms: roundTripMs ?? null }),
    };
    return { status: 200, body: JSON.stringify(body) };
  }
  if (route === 'health')
    return workerId === '' && !settings.unregistered
      ? no('not registered yet')
      : { status: 200, body: 'OK' };
  if (snapshot.hasTag('draining')) return no('draining');
  if (!settings.unregistered && !links.some(isRegistered(snapshot))) return no('not registered');
  if (snapshot.hasTag('degraded')) return no('no process can start');
  return snapshot.hasTag('ready') ? { status: 200, body: 'OK' } : no('prewarming');
}

/** Whether a link is up is known by its own machine. */
const isRegistered =
  ({ children }: AnyMachineSnapshot) =>
  (slot: number): boolean =>
    (children as Record<string, AnyActorRef | undefined>)[`link.${slot}`]
      ?.getSnapshot()
      .hasTag('registered') ?? false;

const no = (body: string) => ({ status: 503, body });
