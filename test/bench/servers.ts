import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../harness/server.js';

/** Starts a program that serves at the port which stands for PORT in its arguments, and waits until it says that it is ready. */
export async function startServer(program: string, args: string[]): Promise<{ child: ChildProcess; port: number }> {
  const port = await freePort();
  const child = spawn(process.execPath, [program, ...args.map((arg) => arg.replace('PORT', String(port)))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout!, 'data');
  return { child, port };
}

/** The upper limit: a server that does nothing but send these bytes. */
export async function serveBytes(
  bytes: Buffer,
  type = 'application/json; charset=utf-8',
): Promise<{ port: number; close(): void }> {
  const port = await freePort();
  const program = `const http = require('node:http'); const bytes = Buffer.from(process.argv[1], 'base64');
    http.createServer((request, response) => { request.resume(); request.on('end', () => { response.writeHead(200, { 'content-type':
    '${type}', 'content-length': bytes.length }); response.end(bytes); }); }).listen(${port}, '127.0.0.1', () => console.log('ready'))`;
  const child = spawn(process.execPath, ['-e', program, bytes.toString('base64')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout!, 'data');
  return { port, close: () => child.kill('SIGKILL') };
}
