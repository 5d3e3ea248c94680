import { setTimeout as sleep } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Role } from '#domain';
import { createServer, Register, type RegisterOptions } from '#server';
import { loadDemo } from '../../apps/cli/demo.js';
import { createTestDatabase } from './database.js';

export type TestRegister = {
  register: Register;
  app: NestFastifyApplication;
  url: string;
  server: ReturnType<NestFastifyApplication['getHttpServer']>;
  /** An Authorization header with a fresh key. */
  key(role: Role, organisation?: string | null, expiresAt?: Date | null): Promise<string>;
  /** Waits until the read models have everything. */
  settled(): Promise<void>;
  /** Waits until the published log has everything. Throws what keeps it from being published, if somebody must repair it. */
  published(): Promise<void>;
  close(): Promise<void>;
};

/** A whole register with its web server on a free port; on its own database, unless one is given. */
export async function openTestRegister(
  options: Partial<Pick<RegisterOptions, 'log' | 'database' | 'post' | 'dumps' | 'clock'>> = {},
): Promise<TestRegister> {
  const own = options.database ? undefined : await createTestDatabase();
  const database = options.database ?? own!;
  const register = await Register.open({ origin: 'test.example', projecting: true, ...options, database });
  const app = await createServer(register);
  await app.listen(0, '127.0.0.1');
  return {
    register,
    app,
    url: await app.getUrl(),
    server: app.getHttpServer(),
    async key(role, organisation = null, expiresAt = null) {
      const { secret } = await register.keys.create({ name: 'test', role, organisation, expiresAt });
      return `Bearer ${secret}`;
    },
    async settled() {
      await register.projected.waitUntil(await register.store.head());
    },
    async published() {
      const size = (await register.store.head()) + 1;
      while (register.state.log.signed !== size) {
        if (register.state.log.refuses) throw new Error(register.state.log.trouble);
        await sleep(20);
      }
    },
    async close() {
      await app.close();
      await register.close();
      await own?.drop();
    },
  };
}

/** Like openTestRegister, but with the demonstration data. */
export async function openDemoRegister(options: Parameters<typeof openTestRegister>[0] = {}): Promise<TestRegister> {
  const t = await openTestRegister(options);
  await loadDemo(t.register);
  await t.settled();
  return t;
}
