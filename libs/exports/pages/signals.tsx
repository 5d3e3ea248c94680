import type { Signal } from '#projections';
import { labelOf, say, type TextLanguage } from '../texts.js';
import { Day, TextIn } from './elements.js';
import { pathIn } from './layout.js';
import { periodText } from './oversight.js';

/** What in the figures, acts and incidents of a system deserves a question, and what was answered. */
export function Signals({ of, language }: { of: Signal[]; language: TextLanguage }) {
  if (of.length === 0) return null;
  return (
    <>
      <h3>{say(language, 'system.signals')}</h3>
      <p class="note">{say(language, 'system.signalsNote')}</p>
      <ul>
        {of.map((signal) => (
          <li>
            <One {...signal} language={language} />
          </li>
        ))}
      </ul>
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
          <a href={pathIn(language, `/systems/${about.system}`)}>{about.supplier}</a>
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
