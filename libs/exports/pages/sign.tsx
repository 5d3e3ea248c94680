import type { Organisation } from '#projections';
import { labelOf, say, type TextLanguage, textOf } from '../texts.js';
import { AboutMe, type AnswerFacts, Decides, Said, Unsaid } from './answers.js';
import { TextIn } from './elements.js';
import { dayOf } from './formats.js';
import { Html, type Place } from './layout.js';
import { QrCode } from './qr.js';
import { systemSubpage } from './system-subpage.js';
import type { Theme } from './theme.js';
import { contactHtml } from './values.js';

/** What the sign of a system, and the text for a letter, are made of. `code`: its short code; `address`: that of its page, by the code. */
export type SignFacts = Omit<AnswerFacts, 'language' | 'figures'> & {
  organisation: Organisation | undefined;
  code: string;
  address: string;
  at: Place;
  theme: Theme | undefined;
  /** Today (UTC). */
  today: string;
};

type Facts = SignFacts & { language: TextLanguage };

/** A sheet of A5 for the place where people meet a system: questions by the categories of DTPR (https://dtpr.io), and where there is more. */
export function signPage(facts: SignFacts, language: TextLanguage): string {
  return render(facts, language, 'sign', <Sign {...facts} language={language} />);
}

const isRunning = ({ status }: SignFacts['record']) => status === 'in-use' || status === 'piloted';

function Sign(facts: Facts) {
  const { record, organisation, code, address, at, today, language, isErased } = facts;
  const others = Object.entries(record.name ?? {}).filter(([own]) => own !== textOf(record.name, language)?.language);
  const answers: AnswerFacts = { record, isErased, figures: undefined, language };
  const rights = record.rights ?? [];
  const shown = address.replace(/^https?:\/\//, '');
  return (
    <article class="sheet">
      <p class="note">
        {isRunning(record) ? say(language, 'sign.here') : labelOf('system-status', record.status, language)}
      </p>
      <h2>
        <TextIn of={record.name ?? {}} language={language} />
      </h2>
      {others.length > 0 && (
        <p class="note">
          {others.map(([own, name], i) => (
            <>
              {i > 0 && ' · '}
              <span lang={own} dir="auto">
                {name}
              </span>
            </>
          ))}
        </p>
      )}
      <dl>
        <div data-dtpr="purpose">
          <dt>{say(language, 'sign.purpose')}</dt>
          <dd>
            <Said field="purpose" {...answers} />
          </dd>
        </div>
        <div data-dtpr="functional_modes">
          <dt>{say(language, 'answer.decide')}</dt>
          <dd>
            <Decides {...answers} />
          </dd>
        </div>
        <div data-dtpr="input_dataset">
          <dt>{say(language, 'answer.data')}</dt>
          <dd>
            <AboutMe {...answers} />
          </dd>
        </div>
        <div data-dtpr="rights">
          <dt>{say(language, 'sign.rights')}</dt>
          <dd>
            {rights.length === 0 ? (
              <Unsaid {...answers} fields={['rights']} />
            ) : (
              <ul>
                {rights.map((right) => (
                  <li>{labelOf('right', right, language)}</li>
                ))}
              </ul>
            )}
          </dd>
        </div>
        <div data-dtpr="accountable">
          <dt>{say(language, 'sign.answers')}</dt>
          <dd>
            <strong>
              {organisation ? <TextIn of={organisation.names} language={language} /> : record.organisation}
            </strong>
            {record.contact && <Html as="p" of={contactHtml(record.contact)} />}
          </dd>
        </div>
      </dl>
      <div class="scan">
        <QrCode of={address} />
        <p>
          {say(language, 'sign.more')}
          <br />
          <a href={address}>{shown}</a>
          <br />
          <strong class="code">{code}</strong>
        </p>
      </div>
      <p class="note">{say(language, 'sign.made', { date: dayOf(today, language), n: String(at.position ?? '') })}</p>
    </article>
  );
}

/**
 * The text for a letter with a decision. `mention`: what French law asks for in such a letter, if it does; null if the record lacks what it must say.
 */
export function letterPage(facts: SignFacts & { mention: string | null | undefined }, language: TextLanguage): string {
  const { record, organisation, code, address, mention } = facts;
  const named = textOf(organisation?.names, language)?.value ?? record.organisation;
  const modes = [...new Set((record.oversight ?? []).flatMap(({ mode }) => mode ?? []))];
  const text = [
    say(language, 'letter.used', { organisation: named, name: textOf(record.name, language)?.value ?? record.id }),
    ...modes.map((mode) => `${labelOf('oversight-mode', mode, language)}.`),
    say(language, 'letter.register', { address, code }),
  ].join(' ');
  return render(
    facts,
    language,
    'letter',
    <>
      <blockquote class="letter">{text}</blockquote>
      {mention !== undefined && (
        <>
          <h2>{say(language, 'letter.law')}</h2>
          {mention === null ? (
            <p class="gap">{say(language, 'letter.lacks')}</p>
          ) : (
            <blockquote class="letter" lang="fr">
              {mention}
            </blockquote>
          )}
        </>
      )}
    </>,
  );
}

function render(facts: SignFacts, language: TextLanguage, kind: 'sign' | 'letter', content: preact.ComponentChildren) {
  const { record, at, theme } = facts;
  const { id: system, name } = record;
  return systemSubpage(
    { system, name, title: say(language, `${kind}.title`), at, theme },
    language,
    <>
      <p class="lead">{say(language, `${kind}.lead`)}</p>
      {content}
    </>,
  );
}
