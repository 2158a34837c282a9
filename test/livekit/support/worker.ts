import { WorkerStatus } from '@livekit/protocol';
import { onTestFinished } from 'vitest';
import {
  createWorker,
  type Worker,
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
  readonly worker: Worker;
  /** What stands between it and the server. */
  readonly proxy: RecordingProxy;
  readonly events: History<WorkerEvent>;
  /** The first event of a type that matches, from the past or the future. */
  hear<Type extends WorkerEvent['type']>(
    type: Type,
    matches?: (event: EventOf<Type>) => boolean,
  ): Promise<EventOf<Type>>;
  readonly lines: History<ChildRecord>;
  /** The fields of the first line of that text that a job logged. */
  hearLine(message: string, matches?: (line: ChildRecord) => boolean): Promise<ChildRecord>;
}

/**
 * Waits until the server may pick the worker behind the proxy: what is dispatched while the server
 * thinks that it is full is lost.
 */
export async function isOffered(proxy: RecordingProxy): Promise<void> {
  await proxy.waitFor(saysAvailable, 15_000);
  // The frame has no answer; a later request has.
  await serverAnswers();
}

const saysAvailable = ({ message: { message } }: Frame): boolean =>
  message.case === 'updateWorker' && message.value.status === WorkerStatus.WS_AVAILABLE;

/** Starts a worker for a module of `test/fixtures/agents`; it ends with the test. */
export async function startWorker(
  agent: string,
  options: Partial<WorkerOptionsInit> = {},
): Promise<StartedWorker> {
  const proxy = await recordingProxy(server.url);
  onTestFinished(() => proxy.close());
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
  });

  worker.start();
  const hear: StartedWorker['hear'] = (type, matches = () => true) =>
    events.waitFor(
      (event) => event.type === type && matches(event as EventOf<typeof type>),
      15_000,
    ) as Promise<EventOf<typeof type>>;
  await isOffered(proxy);
  return {
    ...{ worker, proxy, events, hear, lines },
    hearLine: (message, matches = () => true) =>
      lines.waitFor((line) => line.message === message && matches(line), 15_000),
  };
}
