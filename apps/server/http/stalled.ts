import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Ends connections whose readers have taken no byte of waiting data for `patience` milliseconds, and idle ones. Requests that take the register
 * long, and streams that have nothing to send, are left alone: no data waits there.
 */
export function endStalled(server: Server, patience: number): Server {
  const answering = new WeakMap<Socket, number>();
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const change = (by: number) => answering.set(socket, (answering.get(socket) ?? 0) + by);
    change(1);
    response.once('close', () => change(-1));
  });
  // Node counts a partly completed write as activity.
  server.setTimeout(patience, (socket) => {
    const isWorking = (answering.get(socket) ?? 0) > 0 && socket.writableLength === 0;
    if (isWorking) socket.setTimeout(patience);
    else socket.destroy();
  });
  return server;
}
