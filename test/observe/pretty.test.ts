import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../src/observe/log-lines.js';
import { paintWith, toPretty } from '../../src/observe/pretty.js';

const time = new Date(2026, 0, 31, 12, 4, 9, 7);
const lines: readonly LogLine[] = [
  { level: 'info', event: 'worker.stopped', msg: 'the worker stopped', fields: {} },
  {
    level: 'debug',
    event: 'job.started',
    msg: 'job started',
    fields: { job_id: 'AJ_9f2', pid: 41001, region: '', gone: undefined },
  },
  {
    level: 'error',
    event: 'job.ended',
    msg: 'job failed',
    fields: { job_id: 'AJ_9f2', error: 'no key', error_code: 'ERR_X' },
  },
  {
    level: 'warn',
    event: 'job.log',
    msg: 'slow model',
    fields: { words: 'a "b" c', list: [1, 2], timings: { online: 60, ready: 80.5 }, none: null },
  },
  { level: 'fatal', event: 'worker.failed', msg: 'out of reach', fields: { tries: 16 } },
];
const pretty = (colour: boolean) =>
  lines.map((line) => toPretty(line, time, paintWith(colour))).join('\n');

it('writes one line for each record', () => {
  expect(pretty(false)).toMatchInlineSnapshot(`
    "12:04:09.007 INFO  the worker stopped
    12:04:09.007 DEBUG job started                AJ_9f2           pid=41001
    12:04:09.007 ERROR job failed: no key         AJ_9f2           error_code=ERR_X
    12:04:09.007 WARN  slow model                 words="a \\"b\\" c" list=[1,2] timings.online=60 timings.ready=80.5 none=null
    12:04:09.007 FATAL out of reach               tries=16"
  `);
});

it('says the same in colour', () => {
  const coloured = pretty(true);

  expect(coloured.replaceAll('\u001b', '<')).toMatchInlineSnapshot(`
    "<[2m12:04:09.007<[22m <[32mINFO<[39m  the worker stopped
    <[2m12:04:09.007<[22m <[36mDEBUG<[39m job started                <[1mAJ_9f2<[22m           <[2mpid=41001<[22m
    <[2m12:04:09.007<[22m <[31mERROR<[39m job failed: no key         <[1mAJ_9f2<[22m           <[2merror_code=ERR_X<[22m
    <[2m12:04:09.007<[22m <[33mWARN<[39m  slow model                 <[2mwords="a \\"b\\" c"<[22m <[2mlist=[1,2]<[22m <[2mtimings.online=60<[22m <[2mtimings.ready=80.5<[22m <[2mnone=null<[22m
    <[2m12:04:09.007<[22m <[1m<[31mFATAL<[39m<[22m out of reach               <[2mtries=16<[22m"
  `);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
  expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(pretty(false));
});

it('does not let the text of a job steer the terminal', () => {
  const line: LogLine = {
    level: 'info',
    event: 'job.log',
    msg: '\u001b[2Jone\u0007\r\ntwo',
    fields: { note: '\u001b[31mred' },
  };

  expect(toPretty(line, time, paintWith(false))).toBe(
    '12:04:09.007 INFO  one\n    two                note="\\u001b[31mred"',
  );
});

describe('an error', () => {
  it('shows its text in the line, and below it the frames of the user', () => {
    const err = {
      message: 'no model',
      stack: [
        'Error: no model',
        '    at load (file:///app/agent.js:3:9)',
        '    at emit (node:events:524:28)',
        '    at wrap (/app/node_modules/lib/index.js:1:1)',
        '    at file:///app/agent.js:9:1',
      ].join('\n'),
    };
    const line: LogLine = { level: 'error', event: 'job.log', msg: 'gave up', fields: { err } };

    expect(toPretty(line, time, paintWith(false))).toMatchInlineSnapshot(`
      "12:04:09.007 ERROR gave up                    err="no model"
          at load (file:///app/agent.js:3:9)
          at file:///app/agent.js:9:1"
    `);
  });

  it('stops after six frames', () => {
    const frames = Array.from(
      { length: 20 },
      (_, i) => `    at f${i} (file:///app/agent.js:${i}:1)`,
    );
    const err = { message: 'deep', stack: ['Error: deep', ...frames].join('\n') };
    const line: LogLine = { level: 'error', event: 'job.log', msg: 'gave up', fields: { err } };

    expect(toPretty(line, time, paintWith(false)).split('\n')).toHaveLength(7);
  });
});
