import { cli, WorkerOptions } from 'livekit-actors';

cli.runApp(
  new WorkerOptions({
    entrypointFnc: async (ctx) => {
      await ctx.connect();
      ctx.room.on('dataReceived', (data) => ctx.agent?.publishData(data, { reliable: true }));
      const { identity } = await ctx.waitForParticipant();
      ctx.log.info({ identity }, 'somebody is here');
    },
  }),
);
