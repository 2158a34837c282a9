import { performance } from 'node:perf_hooks';
import { type Failure, WorkerError } from '../errors.js';
import type { AgentDefinition } from './agent-definition.js';
import { loadAgent } from './agent-module.js';
import type { JobProcess } from './context.types.js';
import type { InitializeOrder } from './lifecycle.types.js';
import { describeModuleError, failureWithPlace } from './module-error.js';
import { loadRtc, type RtcLoad } from './rtc.js';

/** What a warm process has: all that a job needs of it. */
export interface Prepared {
  readonly agent: AgentDefinition;
  readonly proc: JobProcess;
  readonly rtc: RtcLoad;
}

type Preparation =
  | { readonly prepared: Prepared; readonly timings: Readonly<Record<string, number>> }
  | { readonly error: Failure; readonly thrown: unknown };

/** Milliseconds since this process started. */
export const age = (): number => Math.round(performance.now() * 10) / 10;

/** Loads the user's module, then the native room library, then has the agent prewarm. */
export async function prepare(order: InitializeOrder, online: number): Promise<Preparation> {
  const { url } = order.agent;
  let agent: AgentDefinition;
  try {
    agent = await loadAgent(order.agent);
  } catch (thrown) {
    const message = isOurs(thrown) ? thrown.message : describeModuleError(url, thrown);
    return { error: { code: 'ERR_AGENT_MODULE', message }, thrown };
  }
  const imported = age();
  const rtc = await loadRtc(url);
  const rtcLoaded = age();
  const proc: JobProcess = { pid: process.pid, userdata: {} };
  try {
    await agent.prewarm?.(proc);
  } catch (thrown) {
    return { error: failureWithPlace('ERR_PREWARM', thrown), thrown };
  }
  const timings = { online, imported, rtc: rtcLoaded, prewarmed: age() };
  return { prepared: { agent, proc, rtc }, timings };
}

const isOurs = (thrown: unknown): thrown is WorkerError =>
  thrown instanceof WorkerError && thrown.code === 'ERR_AGENT_MODULE';
