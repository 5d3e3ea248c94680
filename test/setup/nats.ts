import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { ConditionalLog } from '#event-store';
import { freePort } from '../harness/server.js';

export type NatsCluster = {
  urls: string[];
  /** Kills the node that leads a stream (-9), and returns which it was. */
  killLeader(stream: string): Promise<number>;
  start(node: number): void;
  stop(): Promise<void>;
};

export const hasNats = () => spawnSync('nats-server', ['--version']).status === 0;

/** Starts three nats-server nodes with JetStream, which write each message to disk before they answer. */
export async function startNats(place: string): Promise<NatsCluster> {
  const ports = await Promise.all(Array.from({ length: 6 }, freePort));
  const nodes: (ChildProcess | undefined)[] = [];
  const urls = ports.slice(0, 3).map((port) => `127.0.0.1:${port}`);
  const routes = ports.slice(3).map((port) => `nats://127.0.0.1:${port}`);
  const start = (node: number) => {
    const folder = join(place, `node${node}`);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'nats.conf');
    writeFileSync(
      file,
      `server_name: node${node}
listen: "${urls[node]}"
max_payload: 8MB
jetstream { store_dir: "${folder}" }
cluster { name: test, listen: "${routes[node]!.slice(7)}", routes: [${routes.map((route) => `"${route}"`).join(', ')}] }
`,
    );
    nodes[node] = spawn('nats-server', ['-c', file], { stdio: 'ignore' });
  };
  for (const node of [0, 1, 2]) start(node);
  const connection = await connect({ servers: urls, waitOnFirstConnect: true, maxReconnectAttempts: -1 });
  const manager = await managerOf(connection);
  return {
    urls,
    async killLeader(stream) {
      const { cluster } = await manager.streams.info(stream);
      const node = Number(cluster!.leader!.slice(4));
      const child = nodes[node]!;
      child.kill('SIGKILL');
      await once(child, 'exit');
      return node;
    },
    start,
    async stop() {
      await connection.close();
      for (const child of nodes) child?.kill('SIGKILL');
    },
  };
}

/** Waits for the cluster, which elects a leader before it answers. */
async function managerOf(connection: NatsConnection): Promise<JetStreamManager> {
  for (let tries = 1; ; tries++) {
    try {
      const manager = await jetstreamManager(connection, { timeout: 2000 });
      await manager.streams.list().next();
      return manager;
    } catch (error) {
      if (tries === 30) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

type Message = { at: number; records: Awaited<ReturnType<ConditionalLog['read']>> };
type Known = { sequence: number; at: number; end: number };

const wrongLastSequence = 10_071;

/** The log as a JetStream stream with three replicas: one message per append, which contains the position of its first record. */
export async function openNats(urls: string[], name: string): Promise<ConditionalLog> {
  const connection = await connect({ servers: urls, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  const manager = await managerOf(connection);
  const subject = `${name}.log`;
  for (let tries = 1; ; tries++) {
    try {
      await manager.streams.add({ name, subjects: [subject], num_replicas: 3 });
      break;
    } catch (error) {
      if (tries === 20 || (await manager.streams.info(name).catch(() => undefined))) break;
      await new Promise((resolve) => setTimeout(resolve, 500));
      if (tries === 20) throw error;
    }
  }
  const client = jetstream(connection, { timeout: 2000 });
  /** The positions of the messages seen so far, in order. */
  const known: Known[] = [];
  const parse = (sequence: number, data: Uint8Array): Known & Message => {
    const message = JSON.parse(Buffer.from(data).toString()) as Message;
    return { ...message, sequence, end: message.at + message.records.length };
  };
  async function last(): Promise<Known> {
    const found = await manager.streams.getMessage(name, { last_by_subj: subject });
    return found ? parse(found.seq, found.data) : { sequence: 0, at: 0, end: 0 };
  }
  return {
    maxBytes: 4 * 1024 * 1024,
    async append(at, records) {
      const { sequence, end } = await last();
      if (end !== at) return 'moved';
      try {
        await client.publish(subject, JSON.stringify({ at, records }), { expect: { lastSequence: sequence } });
        return 'done';
      } catch (error) {
        if ((error as { code?: number }).code === wrongLastSequence) return 'moved';
        throw error;
      }
    },
    async read(from, limit) {
      const records: Message['records'] = [];
      const { sequence: end } = await last();
      const start = known.findLast(({ at }) => at <= from)?.sequence ?? 1;
      for (let sequence = start; sequence <= end && records.length < limit; sequence++) {
        const found = await manager.streams.getMessage(name, { seq: sequence });
        if (!found) throw new Error(`Message ${sequence} is missing.`);
        const message = parse(sequence, found.data);
        if ((known.at(-1)?.sequence ?? 0) < sequence) known.push({ sequence, at: message.at, end: message.end });
        records.push(...message.records.slice(Math.max(0, from - message.at)));
      }
      return records.slice(0, limit);
    },
    close: () => connection.close(),
  };
}
