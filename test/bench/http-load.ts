import { once } from 'node:events';
import { connect } from 'node:net';

/** `request`: the same each time, or made for each. `expected`: the body that every answer must have, or a check that it must pass. */
export type Load = {
  port: number;
  request: Buffer | (() => Buffer);
  expected: Buffer | ((body: Buffer) => boolean);
  connections: number;
  milliseconds: number;
};

/** Sends requests, one after the other on each of several connections, and checks every answer. Returns the latency of each answer in ms. */
export async function load({ port, request, expected, connections, milliseconds }: Load): Promise<number[]> {
  const latencies: number[] = [];
  const end = performance.now() + milliseconds;
  const one = async () => {
    const socket = connect(port, '127.0.0.1').setNoDelay();
    await once(socket, 'connect');
    await new Promise<void>((resolve, reject) => {
      let pending = Buffer.alloc(0);
      let begun = 0;
      const ask = () => {
        if (performance.now() >= end) {
          socket.destroy();
          return resolve();
        }
        begun = performance.now();
        socket.write(typeof request === 'function' ? request() : request);
      };
      socket.on('error', reject);
      socket.on('close', resolve);
      socket.on('data', (chunk) => {
        pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
        const body = bodyOf(pending);
        if (!body) return;
        const right = typeof expected === 'function' ? expected(body) : body.equals(expected);
        if (!right) return reject(new Error(`A wrong answer: ${pending.subarray(0, 600).toString()}`));
        pending = Buffer.alloc(0);
        latencies.push(performance.now() - begun);
        ask();
      });
      ask();
    });
  };
  await Promise.all(Array.from({ length: connections }, one));
  return latencies;
}

/** The body of an answer with a Content-Length, once it is complete. */
function bodyOf(answer: Buffer): Buffer | undefined {
  const head = answer.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const length = Number(/content-length: (\d+)/i.exec(answer.toString('latin1', 0, head))?.[1] ?? Number.NaN);
  return answer.length >= head + 4 + length ? answer.subarray(head + 4, head + 4 + length) : undefined;
}

export const get = (path: string) =>
  Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n`);

export function post(path: string, body: object): Buffer {
  const text = JSON.stringify(body);
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}
