import { randomUUID } from 'node:crypto';
import { AgentDispatchClient, RoomAgentDispatch, RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, afterEach, describe, expect } from 'vitest';
import { type LiveKitServer, liveKitServer } from '../../support/livekit.js';

const nowhere: LiveKitServer = {
  url: 'ws://127.0.0.1:9',
  apiKey: 'devkey',
  apiSecret: 'secret',
  stop: async () => {},
};

// The setup of the suite has said it, where there is none.
const found = await liveKitServer(() => {});
afterAll(() => found?.stop());

/** The LiveKit server of this file, which has no rooms and knows no worker yet. */
export const server: LiveKitServer = found ?? nowhere;

const api = server.url.replace(/^ws/, 'http');

/** Its API for rooms. */
export const rooms = new RoomServiceClient(api, server.apiKey, server.apiSecret);

/** Its API for explicit dispatch. */
export const dispatches = new AgentDispatchClient(api, server.apiKey, server.apiSecret);

/** Fails unless the server is there and well. */
export const serverAnswers = async (): Promise<void> => expect((await fetch(api)).status).toBe(200);

/** Tests that run where a server was found; after each of them it must still be there. */
export function describeOnServer(title: string, tests: () => void): void {
  describe.runIf(found)(title, () => {
    afterEach(serverAnswers);
    tests();
  });
}

/** A name that nothing on this server has. */
export const newName = (kind: string): string => `${kind}-${randomUUID().slice(0, 8)}`;

/** Makes a room that asks for these agents and for no other; answers its name. */
export async function openRoom(...agents: { agentName: string; metadata?: string }[]) {
  const name = newName('room');
  await rooms.createRoom({
    ...{ name, emptyTimeout: 30 },
    agents: agents.map((agent) => new RoomAgentDispatch(agent)),
  });
  return name;
}

/** Whether somebody is in a room, in the eyes of the server. */
export const isIn = async (room: string, identity: string): Promise<boolean> =>
  (await rooms.listParticipants(room)).some((someone) => someone.identity === identity);
