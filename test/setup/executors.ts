import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { buildClientSchema, type GraphQLSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { createServer, type Register } from '#server';
import { type Asked, type Names, randomDocument } from './random-document.js';

/** The same register, served by graphql-js and by the compiler. */
export type Executors = {
  schema: GraphQLSchema;
  /** Status and body of both answers. */
  ask(asked: Asked): Promise<[string, string]>;
  close(): Promise<void>;
};

export async function openExecutors(register: Register): Promise<Executors> {
  const apps: NestFastifyApplication[] = [];
  for (const compileFrom of [Number.POSITIVE_INFINITY, 1]) {
    const app = await createServer(register, { remember: false, compileFrom });
    await app.listen(0, '127.0.0.1');
    apps.push(app);
  }
  const urls = await Promise.all(apps.map((app) => app.getUrl()));
  const { data } = JSON.parse((await askOne(urls[0]!, { query: getIntrospectionQuery(), variables: {} })).slice(4)) as {
    data: IntrospectionQuery;
  };
  return {
    schema: buildClientSchema(data),
    ask: async (asked) => (await Promise.all(urls.map((url) => askOne(url, asked)))) as [string, string],
    async close() {
      for (const app of apps) await app.close();
    },
  };
}

async function askOne(url: string, asked: Asked): Promise<string> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify(asked),
  });
  return `${answer.status} ${await answer.text()}`;
}

/** Ids and texts of a register that random documents may name. */
export async function namesOf({ store }: Register): Promise<Names> {
  const events = await store.readAll(-1, 10_000);
  return {
    ids: [...new Set(events.map(({ stream }) => stream))],
    events: events.slice(0, 20).map(({ envelope }) => envelope.id),
    texts: ['camera', 'in-use', 'high', 'NL', 'domain', 'system-status', 'x'],
  };
}

export type Difference = { seed: number; asked: Asked; answers: [string, string] };

/**
 * Executes random documents by both, several at a time, and returns those whose answers are not identical byte for byte. Of several errors,
 * graphql-js itself reports first whichever the database answered first, and drops the others if no data are left: such answers count as
 * `reordered` if status and data are the same.
 */
export async function findDifferences(
  { schema, ask }: Executors,
  names: Names,
  { count, seed }: { count: number; seed: number },
): Promise<{ different: Difference[]; reordered: number; withData: number; internal: Difference[] }> {
  const different: Difference[] = [];
  const internal: Difference[] = [];
  let withData = 0;
  let reordered = 0;
  let next = 0;
  const work = async () => {
    while (next < count) {
      const own = seed + next++;
      const asked = randomDocument(schema, names, own);
      let answers = await ask(asked);
      // A past day is being prepared.
      while (answers.some((answer) => answer.includes(' being prepared'))) answers = await ask(asked);
      if (answers[0].startsWith('200 ')) withData++;
      if (answers[0] !== answers[1]) {
        if (answers.every((answer) => answer.includes('"errors":')) && dataOf(answers[0]) === dataOf(answers[1]))
          reordered++;
        else different.push({ seed: own, asked, answers });
      }
      if (/INTERNAL_ERROR|^5/.test(answers[0])) internal.push({ seed: own, asked, answers });
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return { different, reordered, withData, internal };
}

const dataOf = (answer: string) =>
  answer.slice(0, 4) + JSON.stringify((JSON.parse(answer.slice(4)) as { data?: unknown }).data);
