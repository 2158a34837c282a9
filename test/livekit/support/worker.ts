import { WorkerStatus } from '@livekit/protocol';
import { onTestFinished } from 'vitest';
import {
  createWorker,
  type WorkerEvent,
  WorkerOptions,
  type WorkerOptionsInit,
} from '../../../src/index.js';
import type { ChildRecord } from '../../../src/observe/log-lines.js';
import { type History, startHistory } from '../../support/history.js';
import { type Frame, type RecordingProxy, recordingProxy } from '../../support/recording-proxy.js';
import { server, serverAnswers } from './server.js';

type EventOf<Type> = Extract<WorkerEvent, { type: Type }>;

/** A worker that may be offered jobs, and all that it and its jobs said so far. */
export interface StartedWorker {
  /** What stands between it and the server. */
  readonly proxy: RecordingProxy;
  readonly events: History<WorkerEvent>;
  /** The first event of a type that matches, from the past or the future. */
  hear<Type extends WorkerEvent['type']>(
    type: Type,
    matches?: (event: EventOf<Type>) => boolean,
  ): Promise<EventOf<Type>>;
  readonly lines: History<ChildRecord>;
  /** The first line of that text that a job logged, from the past or the future. */
  hearLine(message: string): Promise<ChildRecord>;
}

/** Starts a worker for a module of `test/fixtures/agents`; it ends with the test. */
export async function startWorker(
  agent: string,
  options: Partial<WorkerOptionsInit> = {},
): Promise<StartedWorker> {
  const proxy = await recordingProxy(server.url);
  const events = startHistory<WorkerEvent>((all) => JSON.stringify(all));
  const lines = startHistory<ChildRecord>((all) => JSON.stringify(all));
  const worker = createWorker(
    new WorkerOptions({
      agent: new URL(`../../fixtures/agents/${agent}.mjs`, import.meta.url),
      ...{ url: proxy.url, apiKey: server.apiKey, apiSecret: server.apiSecret },
      ...{ host: '127.0.0.1', port: 0, numIdleProcesses: 1 },
      // The tests load the machine, and a loaded worker gets no jobs.
      loadFnc: () => 0,
      ...options,
    } as WorkerOptionsInit),
    { log: lines.add },
  );
  worker.actor.on('*', events.add);
  onTestFinished(async () => {
    await worker.stop();
    await proxy.close();
  });

  worker.start();
  await isKnownAs('WS_AVAILABLE', proxy);
  return {
    ...{ proxy, events, lines },
    hear: (type, matches = () => true) =>
      events.waitFor(
        (event) => event.type === type && matches(event as EventOf<typeof type>),
        15_000,
      ) as Promise<EventOf<typeof type>>,
    hearLine: (message) => lines.waitFor((line) => line.message === message, 15_000),
  };
}

/**
 * Waits until the server knows whether the worker behind the proxy takes jobs. What is dispatched
 * while it thinks that every worker is full is lost.
 */
export async function isKnownAs(
  status: 'WS_AVAILABLE' | 'WS_FULL',
  proxy: RecordingProxy,
  since = 0,
): Promise<void> {
  const says = ({ at, message: { message } }: Frame) =>
    at >= since && message.case === 'updateWorker' && message.value.status === WorkerStatus[status];
  await proxy.waitFor(says, 15_000);
  // The frame has no answer; a later request has.
  await serverAnswers();
}
