type Texts = { [language: string]: string };

/** What the catalogue says of itself and of its data sets, by language. */
export const catalogueTexts: {
  [of in 'catalogue' | 'systems' | 'organisations' | 'events' | 'dump']: { title: Texts; description: Texts };
} = {
  catalogue: {
    title: {
      en: 'Register of AI systems',
      fr: 'Registre des systèmes d’IA',
      nl: 'Register van AI-systemen',
      de: 'Register der KI-Systeme',
      es: 'Registro de sistemas de IA',
      ca: 'Registre de sistemes d’IA',
      it: 'Registro dei sistemi di IA',
    },
    description: {
      en: 'Which AI systems a city uses, why, who decides, and every step of their lives.',
      fr: 'Quels systèmes d’IA une ville utilise, pourquoi, qui décide, et chaque étape de leur vie.',
      nl: 'Welke AI-systemen een stad gebruikt, waarom, wie beslist, en elke stap in hun bestaan.',
      de: 'Welche KI-Systeme eine Stadt nutzt, warum, wer entscheidet, und jeder Schritt ihres Bestehens.',
      es: 'Qué sistemas de IA usa una ciudad, para qué, quién decide, y cada paso de su vida.',
      ca: 'Quins sistemes d’IA fa servir una ciutat, per què, qui decideix, i cada pas de la seva vida.',
      it: 'Quali sistemi di IA usa una città, perché, chi decide, e ogni passo della loro vita.',
    },
  },
  systems: {
    title: {
      en: 'AI systems in use: current records',
      fr: 'Systèmes d’IA : fiches actuelles',
      nl: 'AI-systemen: de beschrijvingen van nu',
      de: 'KI-Systeme: aktuelle Einträge',
      es: 'Sistemas de IA: fichas actuales',
      ca: 'Sistemes d’IA: fitxes actuals',
      it: 'Sistemi di IA: schede attuali',
    },
    description: {
      en: 'The current record of every system: purpose, risk class, human oversight, contracts, assessments, incidents.',
      fr: 'La fiche actuelle de chaque système : finalité, classe de risque, contrôle humain, contrats, évaluations, incidents.',
      nl: 'De huidige beschrijving van elk systeem: doel, risicoklasse, menselijk toezicht, contracten, toetsen, incidenten.',
      de: 'Der aktuelle Eintrag jedes Systems: Zweck, Risikoklasse, menschliche Aufsicht, Verträge, Prüfungen, Vorfälle.',
      es: 'La ficha actual de cada sistema: finalidad, clase de riesgo, supervisión humana, contratos, evaluaciones, incidentes.',
      ca: 'La fitxa actual de cada sistema: finalitat, classe de risc, supervisió humana, contractes, avaluacions, incidents.',
      it: 'La scheda attuale di ogni sistema: finalità, classe di rischio, sorveglianza umana, contratti, valutazioni, incidenti.',
    },
  },
  organisations: {
    title: {
      en: 'Organisations that answer for AI systems',
      fr: 'Organisations responsables de systèmes d’IA',
      nl: 'Organisaties die verantwoordelijk zijn voor AI-systemen',
      de: 'Für KI-Systeme verantwortliche Organisationen',
      es: 'Organizaciones responsables de sistemas de IA',
      ca: 'Organitzacions responsables de sistemes d’IA',
      it: 'Organizzazioni responsabili di sistemi di IA',
    },
    description: {
      en: 'Cities and other bodies of the register, with their official identifiers.',
      fr: 'Villes et autres organismes du registre, avec leurs identifiants officiels.',
      nl: 'Steden en andere organisaties in het register, met hun officiële nummers.',
      de: 'Städte und andere Stellen des Registers mit ihren amtlichen Kennungen.',
      es: 'Ciudades y otros organismos del registro, con sus identificadores oficiales.',
      ca: 'Ciutats i altres organismes del registre, amb els seus identificadors oficials.',
      it: 'Città e altri enti del registro, con i loro identificativi ufficiali.',
    },
  },
  events: {
    title: {
      en: 'AI systems: the whole history',
      fr: 'Systèmes d’IA : tout l’historique',
      nl: 'AI-systemen: de hele geschiedenis',
      de: 'KI-Systeme: die ganze Geschichte',
      es: 'Sistemas de IA: toda la historia',
      ca: 'Sistemes d’IA: tota la història',
      it: 'Sistemi di IA: tutta la storia',
    },
    description: {
      en: 'Every event in order: procurement, risk classification, deployment, human override, retirement and what lies between.',
      fr: 'Chaque événement dans l’ordre : marché public, classe de risque, mise en service, intervention humaine, retrait et tout le reste.',
      nl: 'Elke gebeurtenis op volgorde: inkoop, risicoklasse, ingebruikname, menselijk ingrijpen, einde en alles daartussen.',
      de: 'Jedes Ereignis der Reihe nach: Beschaffung, Risikoklasse, Inbetriebnahme, menschliches Eingreifen, Ende und alles dazwischen.',
      es: 'Cada hecho por orden: contratación, clase de riesgo, puesta en servicio, intervención humana, retirada y todo lo demás.',
      ca: 'Cada fet per ordre: contractació, classe de risc, posada en servei, intervenció humana, retirada i tota la resta.',
      it: 'Ogni evento in ordine: appalto, classe di rischio, messa in servizio, intervento umano, ritiro e tutto il resto.',
    },
  },
  dump: {
    title: {
      en: 'Register of AI systems as of',
      fr: 'Registre des systèmes d’IA au',
      nl: 'Register van AI-systemen op',
      de: 'Register der KI-Systeme, Stand',
      es: 'Registro de sistemas de IA a fecha de',
      ca: 'Registre de sistemes d’IA a data de',
      it: 'Registro dei sistemi di IA al',
    },
    description: {
      en: 'All that the register held then, and the whole history up to then. It never changes.',
      fr: 'Tout ce que contenait alors le registre, et tout l’historique jusque-là. Ne change jamais.',
      nl: 'Alles wat toen in het register stond, en de hele geschiedenis tot dan. Verandert nooit.',
      de: 'Alles, was damals im Register stand, und die ganze Geschichte bis dahin. Ändert sich nie.',
      es: 'Todo lo que contenía entonces el registro, y toda la historia hasta entonces. No cambia nunca.',
      ca: 'Tot el que contenia llavors el registre, i tota la història fins llavors. No canvia mai.',
      it: 'Tutto ciò che il registro conteneva allora, e tutta la storia fino ad allora. Non cambia mai.',
    },
  },
};
