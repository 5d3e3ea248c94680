/** What feeds say in their own words. */
export const feedTexts = {
  en: { title: 'Register of AI systems', on: 'Date', erased: 'Part of this was erased by law.' },
  fr: { title: 'Registre des systèmes d’IA', on: 'Date', erased: 'Une partie a été effacée en application de la loi.' },
  nl: { title: 'Register van AI-systemen', on: 'Datum', erased: 'Een deel hiervan is gewist op grond van de wet.' },
  de: {
    title: 'Register der KI-Systeme',
    on: 'Datum',
    erased: 'Ein Teil davon wurde aufgrund eines Gesetzes gelöscht.',
  },
  es: { title: 'Registro de sistemas de IA', on: 'Fecha', erased: 'Una parte se borró en cumplimiento de la ley.' },
  ca: { title: 'Registre de sistemes d’IA', on: 'Data', erased: 'Una part es va esborrar en compliment de la llei.' },
  it: { title: 'Registro dei sistemi di IA', on: 'Data', erased: 'Una parte è stata cancellata ai sensi di legge.' },
};
