import { say, type TextLanguage } from '../texts.js';
import { Then } from './elements.js';
import { momentOf } from './formats.js';
import { type Place, pathIn } from './layout.js';

type Days = {
  /** The day or time that the page is about, unless it is today; and the day up to which what was recorded counts, unless all does. */
  asOf?: string | undefined;
  knownOn?: string | undefined;
  at?: Place | undefined;
  language: TextLanguage;
};

/** What says that a page of a system is about a past day, and as known when; it leads to today, and to what else can be said of that day. */
export function PastDay({ asOf, knownOn, at, language }: Days) {
  if (asOf === undefined || at === undefined || knownOn === undefined)
    return (
      <Then asOf={asOf} words="page.asOf" now="page.today" href={at && pathIn(language, at.path)} language={language} />
    );
  return (
    <p role="note" class="banner">
      {say(language, 'page.knownOn', { date: momentOf(asOf, language), known: momentOf(knownOn, language) })}{' '}
      <a href={pathIn(language, at.path)}>{say(language, 'page.today')}</a>
    </p>
  );
}

type Decision = Days & { today?: string | undefined; receipt?: string | undefined };

/** The question for the day of a decision. Of a past day: how else it can be seen, and its decision receipt, at the address `receipt`. */
export function DayOfDecision({ asOf, knownOn, at, today, receipt, language }: Decision) {
  const day = asOf?.slice(0, 10);
  return (
    <form class="day" method="get">
      <div>
        <strong>{say(language, 'day.title')}</strong>
        <p class="note">{say(language, 'day.lead')}</p>
        {day && at && (
          <p>
            {knownOn === undefined ? (
              <a href={pathIn(language, at.path, `?asOf=${day}&knownOn=${day}`)} rel="nofollow">
                {say(language, 'day.asKnown')}
              </a>
            ) : (
              <a href={pathIn(language, at.path, `?asOf=${day}`)} rel="nofollow">
                {say(language, 'day.asNow')}
              </a>
            )}
          </p>
        )}
        {day && receipt && (
          <p class="note">
            <a href={receipt} type="application/json" download="decision-receipt.json" rel="nofollow">
              {say(language, 'day.receipt', { date: momentOf(day, language) })}
            </a>
            <br />
            {say(language, 'day.receiptLead')} <a href={pathIn(language, '/verify')}>{say(language, 'verify.title')}</a>
          </p>
        )}
      </div>
      <div class="row">
        <div>
          <label for="day">{say(language, 'day.label')}</label>
          <input id="day" type="date" name="asOf" value={day} max={today} required />
        </div>
        <button type="submit">{say(language, 'day.show')}</button>
      </div>
    </form>
  );
}
