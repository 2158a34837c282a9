import type { AnyActorRef, AnyMachineSnapshot } from 'xstate';
import { sentLoad } from './worker.facts.js';
import type { Context } from './worker.types.js';

/** What a health probe is answered, from the state of the worker and of its children. */
export function probe(
  { settings, workerId, jobs, load, links }: Context,
  snapshot: AnyMachineSnapshot,
  route: 'health' | 'ready' | 'worker',
): { status: number; body: string } {
  const child = (id: string): AnyMachineSnapshot | undefined =>
    (snapshot.children[id] as AnyActorRef | undefined)?.getSnapshot();
  const isRegistered = links.some((slot) => child(`link.${slot}`)?.hasTag('registered'));
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
    };
    return { status: 200, body: JSON.stringify(body) };
  }
  if (route === 'health')
    return workerId === '' ? no('not registered yet') : { status: 200, body: 'OK' };
  if (snapshot.hasTag('draining')) return no('draining');
  if (!isRegistered) return no('not registered');
  if (child('pool')?.hasTag('degraded')) return no('no process can start');
  return snapshot.hasTag('ready') ? { status: 200, body: 'OK' } : no('prewarming');
}

const no = (body: string) => ({ status: 503, body });
