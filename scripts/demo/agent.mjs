// The agent of the demo, in one file: its options, its policy, its handler, its job.
import {
  cli,
  maxJobs,
  WorkerOptions,
  WorkerType,
  withPolicies,
  workerMachine,
} from 'livekit-actors';
import { reportToLedger } from 'livekit-actors/testing';
import { sabotaged } from './sabotage.mjs';
import { watch } from './watch.mjs';

const { DEMO_LEDGER, DEMO_WATCH, DEMO_WORKER, DEMO_SABOTAGE } = process.env;
const pause = (ms, signal) =>
  new Promise((done) => {
    const timer = setTimeout(done, ms);
    const stop = () => {
      clearTimeout(timer);
      done();
    };
    signal.addEventListener('abort', stop);
  });

const options = new WorkerOptions({
  prewarmFnc: (proc) => {
    proc.userdata.warmedIn = proc.pid;
  },
  requestFnc: async (request) => {
    const { kind } = JSON.parse(request.metadata || request.room.metadata || '{}');
    if (kind === 'handler says no') await request.reject();
    else if (kind === 'handler silent') await new Promise(() => {});
    else await request.accept({ name: 'demo agent', attributes: { demo: 'yes' } });
  },
  entrypointFnc: async (ctx) => {
    ctx.log.debug({ at: Date.now() }, 'entered');
    const job = { jobId: ctx.job.id, pid: process.pid };
    if (ctx.proc.userdata.warmedIn !== process.pid) throw new Error('warmed in another process');
    await reportToLedger(DEMO_LEDGER, { type: 'job.started', ...job });
    ctx.addShutdownCallback(() => reportToLedger(DEMO_LEDGER, { type: 'job.ended', ...job }));
    const { kind, ms } = JSON.parse(ctx.job.metadata || ctx.job.room.metadata || '{}');
    await ctx.connect();
    if (kind === 'entrypoint throws') throw new Error('this job was made to fail');
    if (kind === 'process killed') process.kill(process.pid, 'SIGKILL');
    if (kind === 'publisher' && !ctx.publisher) throw new Error('no publisher');
    await pause(ms ?? 500, ctx.signal);
    ctx.shutdown('the call is over');
  },
  loadFnc: ({ activeJobs }) => activeJobs.length / 20,
  workerType: DEMO_WORKER === 'publishers' ? WorkerType.PUBLISHER : WorkerType.ROOM,
  agentName: DEMO_WORKER === 'publishers' ? 'watcher' : '',
  numIdleProcesses: DEMO_WORKER === 'publishers' ? 1 : 4,
  host: '127.0.0.1',
  port: 0,
});

const machine = withPolicies(sabotaged(workerMachine, DEMO_SABOTAGE), {
  hasCapacity: maxJobs(12),
  acceptsJob: ({ offer }) => JSON.parse(offer.room.metadata || '{}').kind !== 'policy says no',
});

cli.runApp(options, { machine, inspect: watch(DEMO_WATCH) });
