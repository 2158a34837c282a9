import { liveKitServer } from '../../support/livekit.js';

/** Says once for all files that there is no server, and fails where `CI` is set. */
export async function setup(): Promise<void> {
  const server = await liveKitServer();
  await server?.stop();
}
