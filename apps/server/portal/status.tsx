import type { FastifyInstance } from 'fastify';
import { Day, listThere, numberOf, renderPage, say, type TextKey } from '#exports';
import { only } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import { checkHealth, type Health } from '../register/health.js';
import type { Register } from '../register/register.js';
import { servePage } from './serve-page.js';

/** What each state means for a reader. What it means for the operator is in /readyz. */
const meanings: { [status in Health['status']]?: TextKey } = {
  ok: 'status.ok',
  behind: 'status.behind',
  'log-waits': 'status.unsigned',
  'read-only': 'status.reading',
  'cannot-write': 'status.reading',
  'clock-wrong': 'status.reading',
  stopping: 'status.reading',
};

/** The state of the service in the words of its readers. */
export function serveStatus(routes: FastifyInstance, register: Register, { url, themes }: Published): void {
  servePage(
    routes,
    register,
    '/status',
    async ({ language, query, position }) => {
      only(query as Record<string, unknown>, []);
      const { status, head, position: shown, signed, troubles } = await checkHealth(register);
      const meaning = status === 'ok' && troubles.length > 0 ? 'status.minor' : (meanings[status] ?? 'status.wrong');
      const dump = register.dumps && (await listThere(register.dumps.folder)).at(-1);
      const title = say(language, 'home.state');
      const counts: [TextKey, number | undefined][] = [
        ['status.events', head === undefined ? undefined : head + 1],
        ['status.shown', shown === undefined ? undefined : shown + 1],
        ['status.signed', signed],
      ];
      return renderPage(
        {
          language,
          heading: title,
          title: `${title} · ${register.origin}`,
          at: { url, position, path: '/status' },
          theme: themes.register,
          isIndexed: false,
        },
        <>
          <p class={status === 'ok' ? 'lead' : 'gap'}>{say(language, meaning)}</p>
          <dl class="ask">
            {counts.map(
              ([key, count]) =>
                count !== undefined && (
                  <>
                    <dt>{say(language, key)}</dt>
                    <dd>{numberOf(count, language)}</dd>
                  </>
                ),
            )}
            {dump && (
              <>
                <dt>{say(language, 'status.dump')}</dt>
                <dd>
                  <Day of={dump.manifest.created.slice(0, 10)} language={language} />
                </dd>
              </>
            )}
          </dl>
          <p>
            <a href="/readyz">{say(language, 'status.programs')}</a>
          </p>
        </>,
      );
    },
    { isKept: false },
  );
}
