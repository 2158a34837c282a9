import { performance } from 'node:perf_hooks';
import { type Failure, WorkerError } from '../errors.js';
import { type LoadedAgent, loadAgent } from './agent-module.js';
import type { JobProcess } from './context.types.js';
import type { InitializeOrder } from './lifecycle.types.js';
import { describeModuleError, failureWithPlace } from './module-error.js';
import { ownProcess } from './own-process.js';
import { loadRtc, type RtcLoad } from './rtc.js';
import { type SessionDirectory, sessionDirectory } from './session-directory.js';

/** What a warm process has: all that a job needs of it. */
export interface Prepared {
  readonly agent: LoadedAgent;
  readonly proc: JobProcess;
  readonly rtc: RtcLoad;
  /** The job's own directory. */
  readonly directory: SessionDirectory;
  /** How long each shutdown callback may take. */
  readonly callbackMs: number;
}

type Preparation =
  | { readonly prepared: Prepared; readonly timings: Readonly<Record<string, number>> }
  | { readonly error: Failure; readonly thrown: unknown };

/** Milliseconds since this process started. */
export const age = (): number => Math.round(performance.now() * 10) / 10;

/** Loads the user's module, then the native room library, then has the agent prewarm. */
export async function prepare(order: InitializeOrder, online: number): Promise<Preparation> {
  const { url } = order.agent;
  let agent: LoadedAgent;
  try {
    agent = await loadAgent(order.agent);
  } catch (thrown) {
    const message = isOurs(thrown) ? thrown.message : describeModuleError(url, thrown);
    return { error: { code: 'ERR_AGENT_MODULE', message }, thrown };
  }
  const imported = age();
  const rtc = await loadRtc(url);
  const rtcLoaded = age();
  const proc = ownProcess(order.userArguments);
  try {
    await agent.prewarm?.(proc);
  } catch (thrown) {
    return { error: failureWithPlace('ERR_PREWARM', thrown), thrown };
  }
  const timings = { online, imported, rtc: rtcLoaded, prewarmed: age() };
  const directory = sessionDirectory(order.directory);
  return { prepared: { agent, proc, rtc, directory, callbackMs: order.callbackMs }, timings };
}

const isOurs = (thrown: unknown): thrown is WorkerError =>
  thrown instanceof WorkerError && thrown.code === 'ERR_AGENT_MODULE';
