import { defineAgent, type JobContext } from 'livekit-actors/job';

/** Says hello to whoever comes within a minute. */
export async function greet(ctx: JobContext): Promise<void> {
  const { identity } = await ctx.waitForParticipant({ timeout: 60_000 });
  const hello = new TextEncoder().encode(`hello ${identity}`);
  await ctx.agent?.publishData(hello, { reliable: true });
}

export default defineAgent({
  entrypoint: async (ctx) => {
    ctx.room.on('participantDisconnected', () => ctx.shutdown('the caller left'));
    await ctx.connect();
    await greet(ctx).catch(() => ctx.shutdown('nobody came'));
  },
});
