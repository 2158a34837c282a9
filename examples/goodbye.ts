import { defineAgent } from 'livekit-actors/job';

export default defineAgent({
  entrypoint: async (ctx) => {
    await ctx.connect();
    ctx.addShutdownCallback(async (reason) => {
      // The room is left already. This must fit into `shutdownProcessTimeout`.
      await fetch('http://localhost:9000/calls', { method: 'POST', body: reason });
    });
    while (!ctx.signal.aborted) {
      // `signal` aborts in the tick in which the job begins to end: give it to whatever waits.
      const answer = await fetch('http://localhost:9000/next', { signal: ctx.signal });
      await ctx.agent?.publishData(new Uint8Array(await answer.arrayBuffer()), {
        reliable: true,
      });
    }
  },
});
