import type { Settings } from '../machines/worker.types.js';
import { dispatchOf, type LogLine } from '../observe/log-lines.js';
import { isLocalAddress, shownAddress } from '../options/addresses.js';
import { version } from '../version.js';
import { showBanner } from './banner.js';
import { type Order, openLog, settingsFor } from './order.js';

/** Runs a command of an agent and returns its exit code. Throws for mistakes in the options. */
export async function runCommand(order: Order): Promise<number> {
  switch (order.invocation.command) {
    case 'connect':
      return (await import('./connect.js')).connect(order);
    case 'simulate':
      return (await import('./simulate.js')).simulate(order);
    default:
      return work(order);
  }
}

async function work(order: Order): Promise<number> {
  const { invocation, environment, entry } = order;
  const { command: mode, format, colour } = invocation;
  const settings = settingsFor(order);
  const sink = await openLog(order, settings);
  if (format === 'pretty' && process.stderr.isTTY)
    showBanner({
      mode,
      entry,
      colour,
      server: shownAddress(settings.url),
      takes: takenBy(settings),
    });
  else sink.write(startLine(mode, settings));
  for (const line of mode === 'dev' ? devWarnings(settings) : []) sink.write(line);
  const { runRealWorker } = await import('./real-worker.js');
  return runRealWorker({ settings, sink, environment });
}

/** What a worker waits for, in words. */
export const takenBy = ({ agentName, workerType }: Settings): string =>
  dispatchOf(agentName) === 'automatic'
    ? `jobs for every ${workerType} (automatic dispatch)`
    : `jobs that ask for "${agentName}" by name, one for each ${workerType}`;

const startLine = (mode: string, settings: Settings): LogLine => ({
  level: 'info',
  event: 'worker.starting',
  msg: `livekit-actors ${version} starts in ${mode} mode`,
  fields: {
    version,
    node: process.versions.node,
    mode,
    dispatch: dispatchOf(settings.agentName),
    agent_name: settings.agentName,
    job_type: settings.workerType,
    url: shownAddress(settings.url),
    num_idle_processes: settings.numIdleProcesses,
    load_threshold: String(settings.loadThreshold),
    max_jobs: String(settings.maxJobs),
  },
});

/** A worker on a laptop joins those of its project, and gets real callers. */
const devWarnings = ({ url, agentName }: Settings): LogLine[] =>
  agentName !== '' || isLocalAddress(url)
    ? []
    : [
        {
          level: 'warn',
          event: 'cli.shared_server',
          msg: `this dev worker takes jobs from everybody at ${new URL(url).host}, real callers too: it has no agent name. Give it one of your own with --agent-name, and dispatch to that`,
          fields: {},
        },
      ];
