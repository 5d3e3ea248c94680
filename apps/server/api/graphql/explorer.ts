import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { page, toHtml } from '#exports';

/** Example queries to start with. Each runs on any register. */
export const examples: { title: string; query: string }[] = [
  {
    title: 'Which systems are in use, and who decides?',
    query: `query InUse {
  systems(filter: { status: ["in-use"] }, first: 20) {
    totalCount
    nodes {
      id
      name(language: EN) { value language isFallback }
      organisation { name(language: EN) { value } }
      record { oversight { mode { code label(language: EN) } } }
    }
  }
}`,
  },
  {
    title: 'Search in any language, with counts to narrow it down',
    query: `query Search {
  systems(search: "camera", language: NL, first: 10) {
    totalCount
    matched
    nodes { name(language: NL) { value } status { label(language: NL) } }
    facets(dimensions: [ORGANISATION, RISK_CLASS], limit: 5) { dimension values { value label(language: NL) count } }
  }
}`,
  },
  {
    title: 'High-risk systems: what did human oversight come to?',
    query: `query Oversight {
  systems(filter: { riskClass: ["high"] }) {
    nodes {
      name { value }
      oversightFigures { period { from to } outputs { value isSuppressed } overridden { value isSuppressed } }
      gaps { obligation { label } since bindingFrom }
    }
  }
}`,
  },
  {
    title: 'Who supplies whom?',
    query: `query Suppliers {
  suppliers(first: 10) { nodes { name contracts systems organisations } }
  contracts(first: 10) { nodes { organisation { name { value } } system { name { value } } award { supplier { name } value { amount currency } } } }
}`,
  },
  {
    title: 'What changed last, and where is the proof?',
    query: `query Changes {
  systems(order: CHANGED, first: 3) {
    nodes {
      name { value }
      timeline(newestFirst: true, first: 3) { nodes { type occurredAt recordedAt eventId } }
    }
  }
  events(afterPosition: -1, first: 3) { nodes { type position proof { receipt checkpoint } } }
}`,
  },
  {
    title: 'A system as it was, beside what it is',
    query: `query AsItWas {
  systems(first: 5) {
    nodes {
      id
      status { label }
      record(asOf: "2025-06-30") { status { label } }
      versions(first: 100) { totalCount }
    }
  }
}`,
  },
  {
    title: 'How many, over time',
    query: `query OverTime {
  statistics {
    systems organisations events
    by(dimension: STATUS) { value label count }
    statusByMonth { month status { code } systems }
  }
}`,
  },
];

/** The files of GraphiQL from its packages. They are served from here, so that no other host learns who uses it. */
const files = {
  'graphiql.js': ['graphiql', 'graphiql.min.js', 'text/javascript; charset=utf-8'],
  'graphiql.css': ['graphiql', 'graphiql.min.css', 'text/css; charset=utf-8'],
  'react.js': ['react', 'umd/react.production.min.js', 'text/javascript; charset=utf-8'],
  'react-dom.js': ['react-dom', 'umd/react-dom.production.min.js', 'text/javascript; charset=utf-8'],
} as const;

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/**
 * A page at /graphql for browsers: a form and examples that work without a script, replaced by GraphiQL if its packages are installed (they are
 * development dependencies: `npm ci` brings them, `npm ci --omit=dev` does not).
 */
export function serveExplorer(fastify: FastifyInstance, routes: FastifyInstance): void {
  const found = createRequire(import.meta.url);
  const contents = Object.fromEntries(
    Object.entries(files).flatMap(([name, [packageName, path, type]]) => {
      try {
        const file = join(dirname(found.resolve(`${packageName}/package.json`)), path);
        return existsSync(file) ? [[name, { file, type }]] : [];
      } catch {
        return [];
      }
    }),
  );
  const isInstalled = Object.keys(contents).length === Object.keys(files).length;
  const html = explorerPage(isInstalled);
  fastify.addHook('onRequest', async (request, reply) => {
    const isAsked = request.method === 'GET' && /^\/graphql\/?(\?example=\d+)?$/.test(request.url);
    if (!isAsked || !request.headers.accept?.includes('text/html')) return undefined;
    void reply.header('content-security-policy', policy).header('vary', 'accept').header('cache-control', 'no-cache');
    return reply.header('content-type', 'text/html; charset=utf-8').send(html);
  });
  routes.get('/graphql/files/:name', async (request, reply) => {
    const { name } = request.params as { name: string };
    void reply.header('cache-control', 'public, max-age=86400');
    if (name === 'start.js') return reply.header('content-type', 'text/javascript; charset=utf-8').send(start);
    const content = Object.hasOwn(contents, name) ? contents[name] : undefined;
    if (!content) return reply.callNotFound();
    return reply.header('content-type', content.type).send(readFileSync(content.file));
  });
}

function explorerPage(withGraphiql: boolean): string {
  const list = examples.map(
    ({ title, query }) => `<li><a href="/graphql?query=${encodeURIComponent(query)}">${toHtml(title)}</a></li>`,
  );
  const body = `<div id="graphiql"></div><div id="plain"><p>Ask the register anything, in <a href="https://graphql.org/learn/">GraphQL</a>. Reading needs no key.
    New events as they come: <code>/graphql/stream</code>. Plain addresses: <a href="/docs/api">the REST interface</a>.</p>
    <form action="/graphql"><label for="query">Query</label><textarea id="query" name="query" rows="16" style="width:100%;font:1rem/1.4 monospace">${toHtml(examples[0]!.query)}</textarea>
    <p><button>Ask</button></p></form><h2>Examples</h2><ul>${list.join('')}</ul></div>`;
  const html = page({ language: 'en', heading: 'GraphQL', title: 'GraphQL · Vitrine', body, isAlone: true });
  if (!withGraphiql) return html;
  const scripts = ['react', 'react-dom', 'graphiql', 'start'].map(
    (name) => `<script defer src="/graphql/files/${name}.js"></script>`,
  );
  return html.replace(
    '</head>',
    `<link rel="stylesheet" href="/graphql/files/graphiql.css">${scripts.join('')}</head>`,
  );
}

/** Replaces the plain form by GraphiQL, with a tab for each example. */
const start = `'use strict';
const examples = ${JSON.stringify(examples)};
document.querySelector('#plain').hidden = true;
document.querySelector('h1').style.cssText = 'position:absolute;clip-path:inset(50%)';
document.querySelector('main').style.cssText = 'max-width:none;padding:0';
const root = document.querySelector('#graphiql');
root.style.height = '100vh';
const fetcher = GraphiQL.createFetcher({ url: '/graphql' });
ReactDOM.createRoot(root).render(React.createElement(GraphiQL, {
  fetcher,
  defaultTabs: examples.map(({ title, query }) => ({ query: '# ' + title + '\\n' + query })),
  shouldPersistHeaders: false,
}));
`;
