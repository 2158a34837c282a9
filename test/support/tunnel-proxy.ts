import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect as dial } from 'node:net';
import { onTestFinished } from 'vitest';

/** A proxy that opens tunnels, or answers each wish for one with a status. */
export async function tunnelProxy(refusal?: number) {
  const tunnels: { target: string | undefined; authorization: string | undefined }[] = [];
  const plain: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    plain.push(request);
    response.end();
  });
  server.on('connect', (request, socket) => {
    tunnels.push({ target: request.url, authorization: request.headers['proxy-authorization'] });
    socket.on('error', () => {});
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
      return;
    }
    const [host, port] = (request.url ?? '').split(':');
    const far = dial(Number(port), host);
    far.on('error', () => socket.destroy());
    socket.on('close', () => far.destroy());
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    socket.pipe(far).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { tunnels, plain, port, url: `http://127.0.0.1:${port}` };
}
