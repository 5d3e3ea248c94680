import type { Signal } from '#projections';
import { labelOf, say, type TextLanguage } from '../texts.js';
import { Day, TextIn } from './elements.js';
import { numberOf } from './formats.js';
import { pathIn } from './layout.js';
import { periodText } from './oversight.js';

/** A large supplier can have had many incidents elsewhere; all are in the API. */
const mostShown = 10;

/** What in the figures, acts and incidents of a system deserves a question, and what was answered. */
export function Signals({ of, language }: { of: Signal[]; language: TextLanguage }) {
  if (of.length === 0) return null;
  return (
    <>
      <h3>{say(language, 'system.signals')}</h3>
      <p class="note">{say(language, 'system.signalsNote')}</p>
      <ul>
        {of.slice(0, mostShown).map((signal) => (
          <li>
            <One {...signal} language={language} />
          </li>
        ))}
      </ul>
      {of.length > mostShown && (
        <p class="note">
          {numberOf(mostShown, language)} / {numberOf(of.length, language)}
        </p>
      )}
    </>
  );
}

function One({ signal, since, period, about, answer, language }: Signal & { language: TextLanguage }) {
  return (
    <>
      <b>{labelOf('signal', signal, language)}</b> ·{' '}
      {period ? periodText(period, language) : <Day of={since} language={language} />}
      {about && (
        <>
          {' · '}
          <a href={pathIn(language, `/suppliers/${encodeURIComponent(about.supplier)}`)}>{about.supplier}</a>
          {' · '}
          <a href={pathIn(language, `/systems/${about.system}`)}>
            {say(language, 'system.elsewhere', { n: about.incident })}
          </a>
        </>
      )}
      <br />
      {answer ? (
        <>
          {say(language, 'system.signalAnswer')} <TextIn of={answer.answer} language={language} />
        </>
      ) : (
        <span class="note">{say(language, 'system.signalOpen')}</span>
      )}
    </>
  );
}
