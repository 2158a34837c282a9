import { describe, expect, it } from 'vitest';
import { machineFiles } from '../scripts/machine-files.js';
import { chartProblems } from './support/chart-rules.js';
import { cycles, forbiddenWords, homeless, type Layers, strays } from './support/layers.js';
import { sourcesBelow } from './support/source-imports.js';

const nothing = /(?!)/;
const settings = String.raw`(?:options(?:/.+)?|arguments|errors|secret|permissions|policies(?:/.+)?|version|worker-options)\.ts`;
const light = 'xstate|nanoid|node:.+';

/** The table of layers: what runs, what is only a type, and what is loaded when it is needed. */
const layers: Layers = {
  machines: {
    files: /^machines\//,
    value: /^(xstate|machines\/.+|errors\.ts)$/,
    type: /^secret\.ts$/,
    dynamic: nothing,
  },
  protocol: {
    files: /^protocol\//,
    value: /^(@livekit\/protocol|valibot|protocol\/.+|secret\.ts)$/,
    type: /^(machines\/.+|errors\.ts)$/,
    dynamic: nothing,
  },
  // The frames bring all of LiveKit's schema with them, so they load with the first socket.
  actors: {
    files: /^actors\//,
    value:
      /^(xstate|node:.+|actors\/.+|load\/.+|protocol\/(?!agent-mess|server-mess|worker-mess).+|errors\.ts)$/,
    type: /^(machines\/.+|secret\.ts|ws|@livekit\/protocol|livekit-server-sdk)$/,
    dynamic: /^(node:.+|ws|livekit-server-sdk|https-proxy-agent|proxy-from-env|protocol\/.+)$/,
  },
  // Measures of load: the worker's own, and those that users combine. They load in jobs, too.
  load: {
    files: /^load\//,
    value: /^(node:os|load\/.+|arguments\.ts|errors\.ts)$/,
    type: /^machines\/.+$/,
    dynamic: nothing,
  },
  // Another program: it loads the user's module, and rtc-node from where that module finds it.
  job: {
    files: /^job\//,
    value:
      /^(node:.+|job\/.+|protocol\/(child|watch)-messages\.ts|arguments\.ts|errors\.ts|secret\.ts|@livekit\/protocol)$/,
    // Its clients load with the first look at `ctx.api`.
    type: /^(@livekit\/rtc-node|livekit-server-sdk)$/,
    dynamic: /^\(computed\)$/,
  },
  // Another one, which runs beside the worker: it is one small file when it is bundled.
  guard: {
    files: /^guard\//,
    value: nothing,
    type: /^protocol\/guard-messages\.ts$/,
    dynamic: nothing,
  },
  observe: {
    files: /^observe\//,
    value: /^(xstate|node:fs|node:util|observe\/.+|options\/addresses\.ts)$/,
    type: new RegExp(`^(machines/.+|${settings})$`),
    dynamic: /^pino$/,
  },
  settings: {
    files: new RegExp(`^${settings}$`),
    value: new RegExp(
      `^(node:(fs|os|path|util)|valibot|job/registry.ts|load/num-cpus.ts|${settings})$`,
    ),
    type: /^(xstate|machines\/.+|job\/.+)$/,
    dynamic: nothing,
  },
  // What wires things together: the only places that know machines and actors.
  worker: {
    files: /^worker(\/.+)?\.ts$/,
    value: new RegExp(`^(${light}|worker(/.+)?\\.ts|(machines|actors|observe)/.+|${settings})$`),
    type: /^(job|protocol)\/.+$/,
    dynamic: /^observe\/.+$/,
  },
  cli: {
    files: /^cli\//,
    value: new RegExp(
      `^(${light}|worker(/.+)?\\.ts|(cli|machines|actors|observe)/.+|job/registry\\.ts|${settings})$`,
    ),
    type: /^(job\/.+|testing\/.+|commander)$/,
    dynamic: /^(commander|worker\.ts|testing\/.+|cli\/.+|observe\/.+|actors\/.+|\(computed\))$/,
  },
  index: {
    files: /^index\.ts$/,
    value: new RegExp(`^((cli|job|load|machines|observe)/.+|worker(/.+)?\\.ts|${settings})$`),
    type: /^(machines|job)\/.+$/,
    dynamic: nothing,
  },
  // What a backend needs beside the worker; it shares nothing with it.
  api: { files: /^api\.ts$/, value: /^livekit-server-sdk$/, type: nothing, dynamic: nothing },
  // The same names in the process of a job, which loads no machine and no actor.
  indexOfJobs: {
    files: /^index\.job\.ts$/,
    value: new RegExp(`^(cli/run-app\\.ts|(job|load)/.+|${settings})$`),
    type: /^worker\.ts$/,
    dynamic: nothing,
  },
  // One job of a user's agent in the process of a test: the program of a job without its process.
  testJob: {
    files: /^testing\/job\//,
    value: new RegExp(
      `^(${light}|valibot|job/.+|testing/checked\\.ts|testing/(job|dispatch)/.+|(errors|secret)\\.ts)$`,
    ),
    type: /^(@livekit\/rtc-node|protocol\/child-messages\.ts)$/,
    dynamic: nothing,
  },
  // A server of its own: it shares nothing with the worker but the words of the protocol.
  testing: {
    files: /^testing\/(?!job\/)/,
    value: new RegExp(
      `^(${light}|testing/.+|valibot|ws|@livekit/protocol|livekit-server-sdk|(errors|secret|version)\\.ts)$`,
    ),
    type: /^machines\/.+$/,
    dynamic: nothing,
  },
};

const impure =
  /\bprocess\.\w+|\bDate\b|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\bconsole\b|\bperformance\b|\bcrypto\b|\bglobalThis\b/;

const files = sourcesBelow('src');
const machines = await machineFiles();

it('gives every file a layer', () => {
  expect(homeless(files, layers)).toEqual([]);
});

it('imports only what the layer of a file may', () => {
  expect(strays(files, layers)).toEqual([]);
});

it('has no circles', () => {
  expect(cycles(files)).toEqual([]);
});

it('keeps clocks, dice and the process out of machines and protocol (F-156)', () => {
  const pure = files.filter(({ path }) => /^(machines|protocol)\//.test(path));

  expect(forbiddenWords(pure, impure)).toEqual([]);
});

it('has no drawers', () => {
  expect(files.filter(({ path }) => /(^|\/)(utils|types|helpers)\.ts$/.test(path))).toEqual([]);
});

describe.each(machines)('the chart of $name', ({ machine, source, name }) => {
  it('is made of names that exist, and every wait has an end', () => {
    expect(chartProblems(machine, source)).toEqual([]);
  });

  it('is named after its file', () => {
    expect(machine.id).toBe(name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()));
  });
});
