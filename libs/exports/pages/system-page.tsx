import { groups } from '#domain';
import { labelOf, say, type TextLanguage, textOf } from '../texts.js';
import { Answers } from './answers.js';
import { Beside } from './beside.js';
import { DayOfDecision, PastDay } from './day.js';
import { Notices, namesAt, Status, TextIn } from './elements.js';
import { Gaps } from './gaps.js';
import { History } from './history.js';
import { Html, type Place, pathIn, renderPage } from './layout.js';
import { LifeOf } from './life.js';
import { Oversight } from './oversight.js';
import { QrCode } from './qr.js';
import { groupHtml, sinceHtml } from './record-html.js';
import { Signals } from './signals.js';
import type { Part, SystemFacts } from './system-facts.js';

/** Whether something that was recorded of the system has been erased. */
const isErased = ({ record, timeline }: SystemFacts) =>
  (record.erasures?.length ?? 0) > 0 || timeline.some(({ erased }) => erased.length > 0);

/**
 * The page of a system: six answers; the day of a decision; then everything that its record says (except the verbatim source), group by group
 * (schema/record), and its history. A text that is missing in the language of the page is shown in another, which is named.
 */
export function systemPage(facts: SystemFacts, language: TextLanguage): string {
  const { record, organisation, home, at, theme, asOf, isAlone } = facts;
  const name = textOf(record.name, language);
  const parts = partsOf(facts, language);
  const owner = organisation ? <TextIn of={namesAt(organisation, asOf)} language={language} /> : record.organisation;
  return renderPage(
    {
      language,
      heading: name ?? record.id,
      title: `${name?.value ?? record.id}${asOf ? ` · ${asOf.slice(0, 10)}` : ''}`,
      at,
      theme,
      isAlone,
      part: 'systems',
      description: textOf(record.summary, language)?.value,
      isIndexed: asOf === undefined,
      isEmbeddable: asOf === undefined && !isAlone,
      about: at && asOf === undefined ? dataSetOf(facts, at, language) : undefined,
      before: (
        <>
          {at && <QrCode of={at.url + pathIn(language, at.path, at.query)} />}
          <p class="where">
            <a href={home}>{say(language, 'page.systems')}</a> ›{' '}
            {isAlone ? owner : <a href={pathIn(language, `/organisations/${record.organisation}`)}>{owner}</a>}
          </p>
        </>
      ),
    },
    <>
      <Notices of={organisation ? [organisation] : []} language={language} />
      <PastDay {...facts} language={language} />
      {record.incomplete && (
        <p class="banner">
          <strong>{say(language, 'page.incomplete', { n: record.incomplete.length })}</strong>
        </p>
      )}
      <p>
        <Status of={record.status} language={language} />{' '}
        <Html as="span" of={sinceHtml(record, record.statusSince, language)} />
        {record.risk && ` · ${riskText(record.risk.class, language)}`}
      </p>
      {record.summary && (
        <p class="lead">
          <TextIn of={record.summary} language={language} />
        </p>
      )}
      <Answers record={record} figures={facts.figures} isErased={isErased(facts)} language={language} />
      {isAlone ? null : <DayOfDecision {...facts} language={language} />}
      <div class="columns">
        <div>
          {parts.map(({ id, title, content }) => (
            <section aria-labelledby={id}>
              <h2 id={id}>{title}</h2>
              {content}
            </section>
          ))}
        </div>
        <Beside {...facts} parts={parts} language={language} />
      </div>
    </>,
  );
}

/** The record as a data set (https://schema.org/Dataset). */
function dataSetOf({ record, organisation, alternates }: SystemFacts, { url, path }: Place, language: TextLanguage) {
  const name = textOf(record.name, language)?.value ?? record.id;
  return {
    '@context': 'https://schema.org',
    '@type': 'Dataset',
    name,
    description: textOf(record.summary, language)?.value,
    url: url + pathIn(language, path),
    identifier: record.id,
    isAccessibleForFree: true,
    creator: { '@type': 'Organization', name: textOf(organisation?.names, language)?.value ?? record.organisation },
    about: { '@type': 'SoftwareApplication', name, identifier: record.id },
    distribution: alternates.map(({ href, type }) => ({
      '@type': 'DataDownload',
      contentUrl: url + href,
      encodingFormat: type,
    })),
  };
}

const riskText = (code: string, language: TextLanguage) =>
  say(language, 'page.pair', { name: say(language, 'part.risk'), value: labelOf('risk-class', code, language) });

function partsOf(facts: SystemFacts, language: TextLanguage): Part[] {
  const { record, timeline, life, figures, gaps = [], asOf, more } = facts;
  const { today = '' } = facts;
  const own = groups.flatMap((group): Part[] => {
    const html = groupHtml(group, record, language, asOf ?? facts.today);
    const content = (
      <>
        {group === 'law' && <Gaps gaps={gaps} record={record} language={language} />}
        <Html of={html} />
      </>
    );
    const part = { id: group, title: say(language, `group.${group}`), content };
    const isEmpty = html === '' && (group !== 'law' || gaps.length === 0);
    return [
      ...(isEmpty ? [] : [part]),
      ...(group === 'people' && figures
        ? [
            {
              id: 'overrule',
              title: say(language, 'system.overrule'),
              content: (
                <>
                  <Oversight figures={figures} language={language} />
                  <Signals of={facts.signals ?? []} language={language} />
                </>
              ),
            },
          ]
        : []),
    ];
  });
  return [
    ...(life
      ? [
          {
            id: 'life',
            title: say(language, 'system.life'),
            content: <LifeOf record={record} life={life} until={asOf ?? today} language={language} />,
          },
        ]
      : []),
    ...own,
    {
      id: 'history',
      title: say(language, 'page.history'),
      content: (
        <>
          {facts.at && (
            <p>
              <a
                href={pathIn(language, `${facts.at.path}/compare`, asOf && `?from=${asOf.slice(0, 10)}`)}
                rel="nofollow"
              >
                {say(language, 'compare.title')}
              </a>
            </p>
          )}
          <History timeline={timeline} asOf={asOf} more={more} hasProofs={!facts.isAlone} language={language} />
        </>
      ),
    },
    ...(facts.position === undefined || facts.isAlone
      ? []
      : [
          {
            id: 'check',
            title: say(language, 'system.check'),
            content: (
              <div class="proof">
                <p>{say(language, 'system.checkLead', { n: String(facts.position) })}</p>
                <p>
                  <a href={`/log/proof/${facts.position}.tlog-proof`}>{say(language, 'system.checkProof')}</a> ·{' '}
                  <a href={`/v1/systems/${record.id}/events`}>{say(language, 'system.checkEvents')}</a> ·{' '}
                  <a href={pathIn(language, '/verify')}>{say(language, 'verify.title')}</a>
                </p>
              </div>
            ),
          },
        ]),
  ];
}
