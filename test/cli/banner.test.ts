import { expect, it } from 'vitest';
import { bannerText } from '../../src/cli/banner.js';
import { takenBy } from '../../src/cli/run-command.js';
import { paintWith } from '../../src/observe/pretty.js';
import { shownAddress } from '../../src/options/addresses.js';
import { resolveOptions } from '../../src/options.js';

const address = 'ws://localhost:7880';

const banner = (agentName: string, colour = false, url = address): string => {
  const settings = resolveOptions(
    { url, apiKey: 'k', apiSecret: 's', agentName, agent: 'file:///a.js' },
    { mode: 'dev', env: {}, flags: {} },
  );
  const shown = { server: shownAddress(settings.url), takes: takenBy(settings) };
  const text = bannerText({ mode: 'dev', entry: 'src/agent.ts', ...shown }, paintWith(colour));
  return text.replace(process.versions.node, '<node>');
};

it('says what runs, where, and what it waits for (N-34)', () => {
  expect(banner('')).toMatchInlineSnapshot(`
    "livekit-actors dev development   node <node>
      agent    src/agent.ts
      server   ws://localhost:7880
      takes    jobs for every room (automatic dispatch)
    "
  `);
});

it('says that a named agent waits for its name (N-34)', () => {
  expect(banner('bob').split('\n')[3]).toBe(
    '  takes    jobs that ask for "bob" by name, one for each room',
  );
});

it('shows the address without its query, which may hold a key', () => {
  expect(banner('', false, `${address}/?apikey=TOP`)).toBe(banner('', false, `${address}/`));
});

it('says the same in colour', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
  expect(banner('', true).replace(/\u001b\[\d+m/g, '')).toBe(banner(''));
});
