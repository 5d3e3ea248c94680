import type { CodelistName } from '#domain';
import type { Dimension } from '#projections';

/** The code lists of dimensions whose values are codes. */
export const codelistOf: Partial<Record<Dimension, CodelistName>> = {
  status: 'system-status',
  riskClass: 'risk-class',
  domain: 'domain',
  annexIII: 'annex-iii',
  article50: 'article-50',
  aiSystem: 'is-ai-system',
  personalData: 'yes-no-unknown',
  technology: 'annex-xiv',
  oversightMode: 'oversight-mode',
  assessment: 'assessment-kind',
  language: 'language',
};
