// The smallest agent: it says when its entrypoint was called, and ends.
import { defineAgent } from 'livekit-actors/job';

export default defineAgent({
  entrypoint: (ctx) => {
    ctx.log.info({ at: String(process.hrtime.bigint()) }, 'entered');
    ctx.shutdown('measured');
  },
});
