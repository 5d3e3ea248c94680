import type { ComponentChildren } from 'preact';
import { say, type TextKey, type TextLanguage, type Texts } from '../texts.js';
import { TextIn } from './elements.js';
import { Html, type Place } from './layout.js';
import { systemSubpage } from './system-subpage.js';
import type { Theme } from './theme.js';
import { withDate } from './values.js';

type Around = { at: Place; theme: Theme | undefined; system: string; name: Texts | undefined };

/**
 * The form by which a reader reports an error in the record of a system. `fields`: what it can be about, with labels; `token`: when it was handed out;
 * `fault`: why it was not taken, with what its reader had written.
 */
export type ReportForm = Around & {
  fields: { name: string; label: string }[];
  token: string;
  least: number;
  most: number;
  fault?: { text: string; of: 'words' | 'form' } | undefined;
  given: { about?: string; words?: string };
};

export function reportForm(facts: ReportForm, language: TextLanguage): string {
  const { fields, token, least, most, fault, given } = facts;
  return render(
    facts,
    language,
    'report.title',
    <>
      {fault && (
        <div class="gap" role="alert">
          <h2>{say(language, 'report.failed')}</h2>
          <p>{fault.of === 'words' ? <a href="#words">{fault.text}</a> : fault.text}</p>
        </div>
      )}
      <p class="lead">{say(language, 'report.lead')}</p>
      <p>{say(language, 'report.private')}</p>
      <form method="post" accept-charset="utf-8">
        <label for="about">{say(language, 'report.about')}</label>
        <select id="about" name="about">
          <option value="">{say(language, 'report.whole')}</option>
          {fields.map(({ name, label }) => (
            <option value={name} selected={name === given.about}>
              {label}
            </option>
          ))}
        </select>
        <label for="words">{say(language, 'report.words')}</label>
        <textarea
          id="words"
          name="words"
          class="wide"
          rows={8}
          required
          minLength={least}
          maxLength={most}
          aria-invalid={fault?.of === 'words' ? 'true' : undefined}
        >
          {given.words}
        </textarea>
        <div class="trap" aria-hidden="true">
          <label for="website">{say(language, 'report.trap')}</label>
          <input id="website" name="website" tabIndex={-1} autocomplete="off" />
        </div>
        <input type="hidden" name="token" value={token} />
        <p>
          <button type="submit">{say(language, 'report.send')}</button>
        </p>
      </form>
    </>,
  );
}

/** A report as its reader follows it. `answer`: what the organisation said; `due`: when it must answer what it published. */
export type FollowedReport = Around & {
  words: string;
  receivedAt: string;
  endsAt: string;
  state: 'received' | 'published' | 'answered' | 'declined' | 'gone';
  due?: string | undefined;
  summary?: Texts | undefined;
  answer?: Texts | string | undefined;
};

export function reportPage(facts: FollowedReport, language: TextLanguage): string {
  const { words, receivedAt, endsAt, state, due, summary, answer } = facts;
  const date = state === 'published' ? due! : receivedAt;
  return render(
    facts,
    language,
    'report.yours',
    <>
      <p class="banner">{say(language, 'report.keep')}</p>
      <Html as="p" class="lead" of={withDate(language, `report.${state}`, date.slice(0, 10))} />
      {answer && (
        <blockquote class="letter">
          {typeof answer === 'string' ? answer : <TextIn of={answer} language={language} />}
        </blockquote>
      )}
      {summary && (
        <blockquote class="letter">
          <TextIn of={summary} language={language} />
        </blockquote>
      )}
      <h2>{say(language, 'report.wrote')}</h2>
      <blockquote class="letter">{words}</blockquote>
      <Html as="p" class="note" of={withDate(language, 'report.until', endsAt.slice(0, 10))} />
    </>,
  );
}

function render(around: Around, language: TextLanguage, heading: TextKey, content: ComponentChildren): string {
  return systemSubpage({ ...around, title: say(language, heading) }, language, content);
}
