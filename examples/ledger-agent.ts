import { defineAgent } from 'livekit-actors/job';
import { type JobFact, reportToLedger } from 'livekit-actors/testing';

// An agent that tells the ledger of its start and end, over a socket of its own.
export default defineAgent({
  entrypoint: async (ctx) => {
    const report = (type: JobFact['type']) =>
      reportToLedger(process.env.LEDGER ?? '', { type, jobId: ctx.job.id, pid: process.pid });
    await report('job.started');
    ctx.addShutdownCallback(() => report('job.ended'));
    await ctx.connect();
    ctx.shutdown('nothing more to do');
  },
});
