import { cli, WorkerOptions } from 'livekit-actors';

const options = new WorkerOptions<{ greeting: string }>({
  prewarmFnc: (proc) => {
    // Load models here: it runs in the process of the job, before there is one.
    proc.userdata.greeting = `hello from process ${proc.pid}`;
  },
  requestFnc: async (request) => {
    await request.accept({ name: 'greeter', attributes: { language: 'en' } });
  },
  entrypointFnc: async (ctx) => {
    await ctx.connect();
    await ctx.agent?.publishData(new TextEncoder().encode(ctx.proc.userdata.greeting), {
      reliable: true,
    });
    ctx.addShutdownCallback((reason) => ctx.log.info({ reason }, 'goodbye'));
    // The job goes on until everybody left, or until ctx.shutdown('done').
  },
});

cli.runApp(options);
