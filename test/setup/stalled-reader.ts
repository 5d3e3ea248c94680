import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A client that sends a request, reads a few bytes of the answer, and then stops. `from`: its own address (127.0.0.x). */
export async function openStalledReader(
  url: string,
  path: string,
  { from = '127.0.0.1', headers = '', body = '' }: { from?: string; headers?: string; body?: string } = {},
): Promise<Socket & { status: number }> {
  const { hostname, port } = new URL(url);
  const socket = connect({
    host: hostname === 'localhost' ? '127.0.0.1' : hostname,
    port: Number(port),
    localAddress: from,
  });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const method = body ? 'POST' : 'GET';
  const length = body ? `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` : '';
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: x\r\n${headers}${length}\r\n${body}`);
  await once(socket, 'readable');
  const first = String(socket.read(15));
  socket.pause();
  return Object.assign(socket, { status: Number(first.split(' ')[1]) });
}
