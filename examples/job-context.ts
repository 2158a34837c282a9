import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineAgent } from 'livekit-actors/job';

export default defineAgent({
  entrypoint: async (ctx) => {
    ctx.logContextFields = { tenant: ctx.job.metadata };
    ctx.addParticipantEntrypoint(
      async (_, caller, signal) => {
        // Given up when this caller hangs up, or when the job ends.
        const microphone = await ctx.waitForTrackPublication({
          identity: caller.identity,
          kind: 'audio',
          timeout: 10_000,
          signal,
        });
        const file = join(ctx.sessionDirectory, 'tracks.txt');
        await appendFile(file, `${microphone.sid}\n`);
      },
      { kinds: ['standard', 'sip'], abortOnLeave: true },
    );
    await ctx.connect({ autoSubscribe: 'audio' });
    const { identity } = await ctx.waitForAgent('translator', { timeout: 5_000 });
    ctx.log.info({ identity }, 'the translator is here');
  },
});
