import { defineAgent } from 'livekit-actors/job';

// A module of its own for the jobs; a worker names it with `agent: new URL('./job-module.js', …)`.
export default defineAgent({
  entrypoint: async (ctx) => {
    await ctx.connect();
    ctx.log.info('connected');
    ctx.shutdown('nothing more to do');
  },
});
