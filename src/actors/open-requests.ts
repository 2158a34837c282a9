import type { ServerResponse } from 'node:http';
import { answer } from './http-answer.js';

/** Requests that wait for the machine, by number. */
export interface OpenRequests {
  /** Takes a response into care and returns its number. */
  add(response: ServerResponse): number;
  /** How to answer an open request; undefined for one that is closed or unknown. */
  take(request: number): ((status: number, body: string) => void) | undefined;
  /** Forgets all of them. */
  clear(): void;
}

/** Keeps requests until they are answered, until their client is gone, or answers 503 in the end. */
export function openRequests(timeoutMs: number): OpenRequests {
  const open = new Map<number, { response: ServerResponse; timer: NodeJS.Timeout }>();
  let count = 0;
  const forget = (request: number): void => {
    clearTimeout(open.get(request)?.timer);
    open.delete(request);
  };
  return {
    add(response) {
      count += 1;
      const request = count;
      const timer = setTimeout(() => {
        forget(request);
        answer(response, 503, 'Service Unavailable');
      }, timeoutMs);
      open.set(request, { response, timer });
      response.once('close', () => forget(request));
      return request;
    },
    take(request) {
      const entry = open.get(request);
      if (!entry) return undefined;
      forget(request);
      return (status, body) => answer(entry.response, status, body);
    },
    clear() {
      for (const request of [...open.keys()]) forget(request);
    },
  };
}
