import { expect, it } from 'vitest';
import { toAgentUrl } from '../../src/protocol/agent-url.js';

it.each([
  ['ws://h', 'ws://h/agent?protocol=1'],
  ['ws://h/', 'ws://h/agent?protocol=1'],
  ['ws://h/lk', 'ws://h/lk/agent?protocol=1'],
  ['ws://h/lk/', 'ws://h/lk/agent?protocol=1'],
  ['https://h/lk?x=1', 'wss://h/lk/agent?x=1&protocol=1'],
  ['http://h:7880', 'ws://h:7880/agent?protocol=1'],
  ['wss://h/?protocol=9#part', 'wss://h/agent?protocol=1'],
  ['wss://user:pass@h', 'wss://h/agent?protocol=1'],
  ['ws://[::1]:7880/a/b', 'ws://[::1]:7880/a/b/agent?protocol=1'],
])('finds the agent endpoint of %s (F-26, F-39, N-47)', (url, expected) => {
  expect(toAgentUrl(url).href).toBe(expected);
});

it.each(['', 'h:7880', 'localhost', 'ftp://h', 'simulated://h', 'https://'])(
  'refuses %j without repeating it',
  (url) => {
    expect(() => toAgentUrl(url)).toThrow(
      new TypeError('The server address is no URL that starts with ws, wss, http or https.'),
    );
  },
);
