import { JobStatus } from '@livekit/protocol';
import { expect } from 'vitest';
import type { Frame, RecordingProxy } from '../../support/recording-proxy.js';
import { dispatches } from './server.js';

/** What a worker told the server about a job, in order. */
export const reportsOn = (jobId: string, { frames }: RecordingProxy) =>
  frames.flatMap((frame) => reportIn(frame, jobId) ?? []);

/** Waits until a worker has told the server how a job ended; answers when. */
export async function reportedEnd(jobId: string, proxy: RecordingProxy, ms: number) {
  const isEnd = (frame: Frame) =>
    /SUCCESS|FAILED/.test(reportIn(frame, jobId)?.status ?? 'not about this job');
  return (await proxy.waitFor(isEnd, ms)).at;
}

function reportIn({ message: { message } }: Frame, jobId: string) {
  if (message.case !== 'updateJob' || message.value.jobId !== jobId) return undefined;
  const { status, error } = message.value;
  return { status: JobStatus[status], error };
}

/**
 * Waits until the server has written the jobs of a room into its dispatches, which takes five
 * seconds for the first one of a new kind of worker. Before, it neither terminates them nor notices
 * that an agent leaves.
 */
export const jobsAreFiled = (room: string, count = 1): Promise<void> =>
  expect
    .poll(
      async () =>
        (await dispatches.listDispatch(room)).flatMap(({ state }) => state?.jobs ?? []).length,
      { timeout: 10_000, interval: 100 },
    )
    .toBe(count);
