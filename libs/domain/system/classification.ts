import type { EventData } from '../generated/events.js';
import { Refusal } from '../refusal.js';

/**
 * Refuses a classification that contradicts itself. A system of Annex III has a lower class only by the exception of Art 6(3), claimed by
 * somebody, for a system that profiles nobody; a practice of Art 5 is prohibited unless the exception is named; grounds are words. Throws
 * DEROGATION_WITH_PROFILING, ANNEX_III_WITHOUT_DEROGATION, ARTICLE_5_WITHOUT_EXCEPTION, GROUNDS_WITHOUT_WORDS.
 */
export function refuseIncoherentRisk(risk: EventData['RiskClassified']): void {
  const {
    class: riskClass,
    annexIII,
    article5,
    article5Exception,
    derogation,
    profiling,
    classifiedBy,
    grounds,
  } = risk;
  if (derogation && profiling === 'yes')
    throw new Refusal('DEROGATION_WITH_PROFILING', undefined, {
      path: '/data/derogation',
      source: 'Regulation (EU) 2024/1689 Art 6(3), last subparagraph',
    });
  if (annexIII && (riskClass === 'minimal' || riskClass === 'limited')) {
    const lacking = !derogation
      ? 'derogation'
      : !classifiedBy
        ? 'classifiedBy'
        : profiling !== 'no'
          ? 'profiling'
          : undefined;
    if (lacking)
      throw new Refusal('ANNEX_III_WITHOUT_DEROGATION', undefined, {
        path: `/data/${lacking}`,
        source: 'Regulation (EU) 2024/1689 Art 6(2) and (3)',
      });
  }
  if (article5 && riskClass !== 'prohibited' && !article5Exception)
    throw new Refusal('ARTICLE_5_WITHOUT_EXCEPTION', undefined, {
      path: '/data/article5Exception',
      source: 'Regulation (EU) 2024/1689 Art 5(1)',
    });
  if (!Object.values(grounds).some((text) => /\p{L}/u.test(text)))
    throw new Refusal('GROUNDS_WITHOUT_WORDS', undefined, { path: '/data/grounds' });
}
