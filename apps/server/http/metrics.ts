import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { checkHealth } from '../register/health.js';
import type { Register } from '../register/register.js';

/** The Prometheus metrics of this process. */
export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics(register: Register) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'vitrine_log_position',
    help: 'Position of the last event: in the log, in the read models, in the signed log (-1: none).',
    labelNames: ['of'],
    registers,
    async collect() {
      this.set({ of: 'log' }, await register.store.head().catch(() => Number.NaN));
      this.set({ of: 'read-models' }, await register.projected.position().catch(() => Number.NaN));
      this.set({ of: 'signed' }, ((await register.watch.look())?.signed ?? Number.NaN) - 1);
    },
  });
  new Gauge({
    name: 'vitrine_trouble',
    help: 'What is not as it should be (1), by the codes of /readyz.',
    labelNames: ['code'],
    registers,
    async collect() {
      this.reset();
      for (const { code } of (await checkHealth(register)).troubles) this.set({ code }, 1);
    },
  });
  new Gauge({
    name: 'vitrine_events_set_aside',
    help: 'Events that the read models could not take.',
    registers,
    async collect() {
      this.set((await register.watch.look())?.setAside.count ?? Number.NaN);
    },
  });
  return {
    registry,
    requests: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Requests that the web framework answered, by route and status.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    remembered: new Counter({
      name: 'vitrine_remembered_answers_total',
      help: 'Requests that were answered from memory, before the web framework.',
      registers,
    }),
  };
}
