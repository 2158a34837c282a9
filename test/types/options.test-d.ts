import { expectTypeOf, it } from 'vitest';
import { defineAgent, type JobContext, WorkerOptions } from '../../src/index.js';

interface Warm {
  vad: { threshold: number };
}

it('types what prewarmFnc leaves for the entrypoint (F-4)', () => {
  new WorkerOptions<Warm>({
    prewarmFnc: (proc) => {
      proc.userdata.vad = { threshold: 0.5 };
      // @ts-expect-error nobody announced this
      proc.userdata.tts = 1;
    },
    entrypointFnc: async (ctx) => {
      expectTypeOf(ctx).toEqualTypeOf<JobContext<Warm>>();
      expectTypeOf(ctx.proc.userdata.vad.threshold).toEqualTypeOf<number>();
    },
  });
  defineAgent<Warm>({
    entrypoint: async ({ proc }) => {
      expectTypeOf(proc.userdata.vad.threshold).toEqualTypeOf<number>();
    },
  });
});

it('refuses options of the wrong kind', () => {
  const entrypointFnc = async () => {};
  // @ts-expect-error a number of processes
  new WorkerOptions({ entrypointFnc, numIdleProcesses: 'four' });
  // @ts-expect-error the option is called url
  new WorkerOptions({ entrypointFnc, wsURL: 'ws://127.0.0.1' });
  // @ts-expect-error paired values are for the options with two defaults
  new WorkerOptions({ entrypointFnc, maxRetry: { dev: 1, prod: 2 } });
  new WorkerOptions({ entrypointFnc, loadThreshold: { dev: Number.POSITIVE_INFINITY, prod: 0.7 } });
});
