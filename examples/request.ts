import { WorkerOptions } from 'livekit-actors';

export const options = new WorkerOptions({
  requestFnc: async (request) => {
    const answer = await fetch('http://localhost:9000/quota');
    if (answer.ok) await request.accept({ name: 'helper' });
    else await request.reject();
  },
  entrypointFnc: (ctx) => ctx.connect(),
});
