import { expect, it } from 'vitest';
import { callApi, expectations, verdictOf } from '../testing/api-calls.js';
import { describeOnServer, server } from './support/server.js';

const api = {
  httpUrl: server.url.replace(/^ws/, 'http'),
  apiKey: server.apiKey,
  apiSecret: server.apiSecret,
};

// The same list holds the dispatch server, which is thereby compared with this one.
describeOnServer('the API of a LiveKit server', () => {
  it.sequential.each(expectations)(
    'answers %s as the dispatch server does (F-155)',
    async (_, call, verdict) => {
      expect(verdictOf(await callApi(api, call))).toBe(verdict);
    },
  );
});
