import type { AnyActorRef, AnyMachineSnapshot, CallbackActorLogic } from 'xstate';
import type { Member } from './process-pool.types.js';
import { steps } from './support.js';
import { sentLoad } from './worker.facts.js';
import type { Context, Emitted, Event, HttpCommand, HttpFact, HttpInput } from './worker.types.js';

interface HttpActor {
  readonly src: 'httpServer';
  readonly logic: CallbackActorLogic<HttpCommand, HttpInput>;
  readonly id: 'http';
}

/** Actions about health probes. */
export const probes = {
  openHttp: steps<Context, Event, Emitted, undefined, HttpActor>(
    ({ context: { settings }, enqueue }) => {
      if (settings.http)
        enqueue.spawnChild('httpServer', {
          id: 'http',
          input: { host: settings.host, port: settings.port },
        });
      else enqueue.raise({ type: 'http.unwanted' });
    },
  ),
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
      agent_name_is_env: settings.agentNameIsEnv,
      deployment: settings.deployment,
      // The protocol's name for it, as those have it who read this.
      worker_type: `JT_${settings.workerType.toUpperCase()}`,
      status: statusOf(snapshot),
      active_jobs: jobs.length,
      warm_processes: warmProcesses(snapshot),
      worker_load: load,
      worker_load_sent: sentLoad({ load, settings }),
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

/** What the worker does, in a word. */
function statusOf(snapshot: AnyMachineSnapshot): string {
  const tag = ['draining', 'degraded', 'available'].find((it) => snapshot.hasTag(it));
  return tag ?? (snapshot.hasTag('ready') ? 'full' : 'prewarming');
}

/** How many processes wait for a job is known by the pool. */
const warmProcesses = ({ children }: AnyMachineSnapshot): number => {
  const pool = (children as Record<string, AnyActorRef | undefined>).pool?.getSnapshot();
  const members: readonly Member[] = pool?.context?.members ?? [];
  return members.filter(({ phase }) => phase === 'warm').length;
};

/** Whether a link is up is known by its own machine. */
const isRegistered =
  ({ children }: AnyMachineSnapshot) =>
  (slot: number): boolean =>
    (children as Record<string, AnyActorRef | undefined>)[`link.${slot}`]
      ?.getSnapshot()
      .hasTag('registered') ?? false;

const no = (body: string) => ({ status: 503, body });
