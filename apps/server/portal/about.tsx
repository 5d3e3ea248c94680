import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { ComponentChildren } from 'preact';
import { projectRoot } from '#event-store';
import {
  Html,
  mailtoOf,
  pathIn,
  renderPage,
  say,
  TextIn,
  type TextKey,
  type TextLanguage,
  textOf,
  withDate,
} from '#exports';
import { only } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';
import { type Asked, servePage } from './serve-page.js';

const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string };

/** What the register is and who runs it; its accessibility statement (model of Decision (EU) 2018/1523); what it does with data on its readers. */
export function serveAbout(routes: FastifyInstance, register: Register, published: Published): void {
  const pages = { about: About, accessibility: Accessibility, privacy: Privacy };
  const titles = { about: 'about.title', accessibility: 'a11y.title', privacy: 'privacy.title' } as const;
  for (const kind of ['about', 'accessibility', 'privacy'] as const) {
    const Content = pages[kind];
    servePage(routes, register, `/${kind}`, async ({ language, query, position }: Asked) => {
      only(query as Record<string, unknown>, []);
      const title = say(language, titles[kind]);
      return renderPage(
        {
          language,
          heading: title,
          title: `${title} · ${register.origin}`,
          at: { url: published.url, position, path: `/${kind}` },
          theme: published.themes.register,
          description: kind === 'accessibility' ? commitmentOf(published, language) : say(language, `${kind}.lead`),
        },
        <Content {...published} origin={register.origin} language={language} />,
      );
    });
  }
}

type Props = Published & { origin: string; language: TextLanguage };

function About({ language, contact, themes, origin }: Props) {
  const { name } = themes.register;
  return (
    <>
      <p class="lead">{say(language, 'about.lead')}</p>
      <p>{say(language, 'about.stated')}</p>
      <p>
        {say(language, 'about.signed')} <a href={pathIn(language, '/verify')}>{say(language, 'verify.title')}</a>
      </p>
      <h2>{say(language, 'about.who')}</h2>
      <p>
        <strong>{name ? <TextIn of={name} language={language} /> : origin}</strong>
      </p>
      <Contact contact={contact} language={language} />
      <p>
        <a href={pathIn(language, '/organisations')}>{say(language, 'organisations.title')}</a>
      </p>
      <p class="note">{say(language, 'about.software', { version })}</p>
    </>
  );
}

/** Whom to write to, if an address was stated. */
function Contact({ contact, language }: Pick<Props, 'contact' | 'language'>) {
  if (!contact) return <p>{say(language, 'about.noContact')}</p>;
  return <Linked text="about.contact" place="contact" href={mailtoOf(contact)} shown={contact} language={language} />;
}

type Link = { text: TextKey; place: string; href: string; shown: string; language: TextLanguage };

/** A sentence with a link at a place in it. */
function Linked({ text, place, href, shown, language }: Link) {
  const [before, after] = say(language, text, { [place]: '\u0000' }).split('\u0000');
  return (
    <p>
      {before}
      <a href={href}>{shown}</a>
      {after}
    </p>
  );
}

function Part({ title, language, children }: { title: TextKey; language: TextLanguage; children: ComponentChildren }) {
  return (
    <>
      <h2>{say(language, title)}</h2>
      {children}
    </>
  );
}

/** Who is committed to what, on which site. */
function commitmentOf({ url, themes: { register } }: Published, language: TextLanguage): string {
  const body = textOf(register.name, language)?.value ?? say(language, 'a11y.operator');
  return say(language, 'a11y.lead', { body, url });
}

function Accessibility({ language, ...published }: Props) {
  const { contact, themes } = published;
  const { accessibility: stated } = themes;
  return (
    <>
      <p class="lead">{commitmentOf(published, language)}</p>
      <Part title="a11y.status" language={language}>
        <p>{say(language, stated ? `a11y.${stated.compliance}` : 'a11y.unstated')}</p>
        {stated?.exceptions && (
          <p>
            <TextIn of={stated.exceptions} language={language} />
          </p>
        )}
        <p>{say(language, 'a11y.content')}</p>
      </Part>
      {stated && (
        <Part title="a11y.prepared" language={language}>
          <Html as="p" of={withDate(language, `a11y.${stated.method}`, stated.preparedOn)} />
        </Part>
      )}
      <Part title="a11y.feedback" language={language}>
        <p>{say(language, 'a11y.barrier')}</p>
        <Contact contact={contact} language={language} />
      </Part>
      <Part title="a11y.enforcement" language={language}>
        {stated?.enforcement ? (
          <Linked
            text="a11y.complain"
            place="address"
            href={stated.enforcement}
            shown={stated.enforcement}
            language={language}
          />
        ) : (
          <p>{say(language, 'a11y.noBody')}</p>
        )}
      </Part>
    </>
  );
}

function Privacy({ language, contact }: Props) {
  return (
    <>
      <p class="lead">{say(language, 'privacy.lead')}</p>
      <p>{say(language, 'privacy.limits')}</p>
      <p>{say(language, 'privacy.records')}</p>
      <Contact contact={contact} language={language} />
      <Part title="privacy.reports" language={language}>
        <p>
          {say(language, 'privacy.reportsText')} {say(language, 'report.private')}
        </p>
      </Part>
    </>
  );
}
