import { page, toHtml } from '#exports';
import { isList, type Operation, type Tag, tags } from './operation.js';
import type { Parameters } from './parameter.js';
import { events } from './resources/events.js';
import { operations } from './resources/index.js';

/** Values of path parameters that exist in this register. */
type Examples = { [parameter: string]: string | undefined };

/** The REST interface for people: every operation as a form that runs it, without a script. */
export function apiPage(examples: Examples): string {
  const all = [...operations, events];
  const sections = (Object.keys(tags) as Tag[])
    .filter((tag) => tag !== 'webhooks')
    .map((tag) => {
      const own = all.filter((operation) => operation.tag === tag).map((operation) => describe(operation, examples));
      return `<h2 id="${tag}">${toHtml(tags[tag])}</h2>${own.join('')}`;
    });
  const intro = `<p>Reading needs no key. Lists come as JSON in pages, and as CSV or XLSX in one go: add <code>.csv</code> or
    <code>.xlsx</code> to the address, or say so in <code>Accept</code>. Errors are problem documents
    (<a href="/docs/refusals">all refusals</a>). For programs: <a href="/v1/openapi.json">OpenAPI 3.1</a>. For questions across
    many things at once: <a href="/graphql">GraphQL</a>. For everything: <a href="/exports/systems.csv">systems as CSV</a>,
    <a href="/exports/events.jsonl">the history as JSON Lines</a>. To follow what is new: <a href="/feeds/register.atom">feeds</a>,
    webhooks (<code>/v1/webhooks</code>, for administrators), subscriptions (<code>/graphql/stream</code>).</p>`;
  return page({
    language: 'en',
    heading: 'The REST interface',
    title: 'REST interface · Vitrine',
    body: intro + sections.join(''),
  });
}

function describe(operation: Operation, examples: Examples): string {
  const { id, path, summary, parameters } = operation;
  const address = `/v1${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(exampleOf(name, parameters, examples)))}`;
  const fields = Object.entries(parameters).filter(([, parameter]) => parameter.in !== 'path');
  const forms = isList(operation)
    ? ['.csv', '.xlsx'].map(
        (suffix) => `<button formaction="${toHtml(address)}${suffix}">${suffix.slice(1).toUpperCase()}</button>`,
      )
    : [];
  const inputs = fields.map(([name, parameter]) => field(id, name, parameter)).join('');
  const query = fields.length > 0 ? `<details><summary>Parameters</summary>${inputs}</details>` : '';
  return `<h3 id="${id}">${toHtml(summary)}</h3><p><code>GET /v1${toHtml(path)}</code></p>
    <form action="${toHtml(address)}">${query}<p><button>JSON</button> ${forms.join(' ')} <small><code>${toHtml(address)}</code></small></p></form>`;
}

function exampleOf(name: string, parameters: Parameters, examples: Examples): string {
  return examples[name] ?? String(parameters[name]?.example ?? 1);
}

/** The input of a parameter. An empty one counts as not given; a number without a default is filled in. */
function field(operation: string, name: string, { description, schema, example }: Parameters[string]): string {
  const id = `${operation}-${name}`;
  const otherwise = schema['default'];
  const choices = (schema['enum'] ?? (schema['items'] as { enum?: string[] } | undefined)?.enum) as
    | string[]
    | undefined;
  const options = choices
    ?.map((one) => `<option${one === otherwise ? ' selected' : ''}>${toHtml(one)}</option>`)
    .join('');
  const empty = otherwise === undefined ? '<option value="">–</option>' : '';
  const needed = schema['type'] === 'integer' && otherwise === undefined ? String(example ?? schema['minimum']) : '';
  const input = options
    ? `<select id="${id}" name="${name}">${empty}${options}</select>`
    : `<input id="${id}" name="${name}" value="${needed}" placeholder="${toHtml(String(otherwise ?? example ?? ''))}">`;
  return `<label for="${id}"><code>${name}</code> ${toHtml(description)}<br>${input}</label>`;
}
