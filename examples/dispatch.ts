import { AgentDispatchClient } from 'livekit-actors/api';
import { createTestServer } from 'livekit-actors/testing';

// In production: the address, key and secret of your LiveKit server.
const server = await createTestServer();
const dispatches = new AgentDispatchClient(
  server.httpUrl,
  server.apiKey,
  server.apiSecret.reveal(),
);

// Asks workers with `agentName: 'helper'` for an agent in this room, which need not exist yet.
const { id } = await dispatches.createDispatch('lobby', 'helper', { metadata: '{"tenant":7}' });
const [dispatch] = await dispatches
  .listDispatch('lobby')
  .then((all) => all.filter((one) => one.id === id));
console.log(dispatch?.agentName, dispatch?.metadata); // helper {"tenant":7}

await dispatches.deleteDispatch(id, 'lobby');
await server.stop();
