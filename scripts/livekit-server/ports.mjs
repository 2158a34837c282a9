// Free loopback ports, and the name of the loopback interface.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';

/** A TCP port that nobody listened on a moment ago; it may be taken before it is used. */
export async function freeTcpPort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A UDP port that nobody was bound to a moment ago. */
export async function freeUdpPort() {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/** `lo` on Linux, `lo0` on macOS. */
export const loopbackInterface = () =>
  Object.entries(networkInterfaces()).find(([, addresses]) =>
    addresses.some(({ address }) => address === '127.0.0.1'),
  )?.[0] ?? 'lo';
