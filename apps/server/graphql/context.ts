import { type Organisation, readOrganisationsById } from '#projections';
import type { Register } from '../register.js';

/** What the resolvers of one request share. */
export type Context = {
  authorization: string | undefined;
  /** Loads organisations once a request, those of one moment together. */
  organisations(id: string): Promise<Organisation | undefined>;
};

export function createContext(register: Register, authorization: string | undefined): Context {
  const found = new Map<string, Promise<Organisation | undefined>>();
  let waiting: {
    id: string;
    resolve: (organisation: Organisation | undefined) => void;
    reject: (error: unknown) => void;
  }[] = [];
  const flush = async () => {
    const batch = waiting;
    waiting = [];
    try {
      const organisations = await readOrganisationsById(
        register.pool,
        batch.map(({ id }) => id),
      );
      for (const { id, resolve } of batch) resolve(organisations.find((organisation) => organisation.id === id));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };
  return {
    authorization,
    organisations(id) {
      const loading =
        found.get(id) ??
        new Promise<Organisation | undefined>((resolve, reject) => {
          if (waiting.length === 0) setImmediate(() => void flush());
          waiting.push({ id, resolve, reject });
        });
      found.set(id, loading);
      return loading;
    },
  };
}
