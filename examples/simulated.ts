import { defineAgent, isSimulatedRoom, type SimulatedPeer } from 'livekit-actors/job';

/** A caller who says hello, and hangs up when it is answered. */
const caller = (hangUp: () => void): SimulatedPeer => ({
  identity: 'caller',
  onData: (payload) => {
    if (new TextDecoder().decode(payload) === 'hello') hangUp();
  },
});

export default defineAgent({
  entrypoint: async (ctx) => {
    const { room } = ctx;
    room.on('dataReceived', (data) => ctx.agent?.publishData(data, { reliable: true }));
    await ctx.connect();
    if (isSimulatedRoom(room)) {
      room.simulate.join(caller(() => room.simulate.close()));
      room.simulate.data(new TextEncoder().encode('hello'), 'caller');
    }
  },
});
