import { phrase } from '../html.ts';

export const homeWords = {
  start: phrase({ en: 'Start', de: 'Start' }),
  headline: phrase({
    en: 'Agents act on your behalf. You stay in charge.',
    de: 'Agenten handeln für Sie. Sie behalten es in der Hand.',
  }),
  lead: phrase({
    en: 'This server signs people in, lets them allow agents a narrow piece of what they may do themselves, and ends it the moment they say so.',
    de: 'Dieser Server meldet Menschen an, lässt sie Agenten ein kleines Stück von dem erlauben, was sie selbst dürfen, und beendet es, sobald sie das sagen.',
  }),
  howItWorks: phrase({ en: 'How it works', de: 'Wie es geht' }),
  seeWhoAsks: phrase({ en: 'You see who asks', de: 'Sie sehen, wer fragt' }),
  seeWhoAsksMore: phrase({
    en: 'The agent, its owner, and the address that your answer goes to.',
    de: 'Den Agenten, die Person, die für ihn einsteht, und die Adresse, an die Ihre Antwort geht.',
  }),
  narrowIt: phrase({ en: 'You narrow it', de: 'Sie grenzen es ein' }),
  narrowItMore: phrase({
    en: 'Switch off single permissions, shorten the time, and choose whether it may be delegated further.',
    de: 'Einzelne Berechtigungen abschalten, die Zeit verkürzen und bestimmen, ob es weitergegeben werden darf.',
  }),
  endIt: phrase({ en: 'You end it', de: 'Sie beenden es' }),
  endItMore: phrase({
    en: 'One click under My account ends an agent’s access, and that of every agent below it.',
    de: 'Ein Klick unter „Mein Konto“ beendet den Zugriff eines Agenten und den aller Agenten unter ihm.',
  }),
  forBuilders: phrase({ en: 'For people who build', de: 'Für alle, die entwickeln' }),
  discovery: phrase({ en: 'OpenID discovery', de: 'OpenID Discovery' }),
  discoveryMore: phrase({ en: 'Endpoints and abilities for apps', de: 'Endpunkte und Fähigkeiten für Apps' }),
  metadata: phrase({ en: 'OAuth server metadata', de: 'Metadaten des OAuth-Servers' }),
  metadataMore: phrase({
    en: 'The same for agents and OAuth libraries',
    de: 'Dasselbe für Agenten und OAuth-Bibliotheken',
  }),
  api: phrase({ en: 'Management API', de: 'Verwaltungs-API' }),
  apiMore: phrase({ en: 'OpenAPI 3.1 description', de: 'Beschreibung nach OpenAPI 3.1' }),
  documentation: phrase({ en: 'Documentation', de: 'Dokumentation' }),
  documentationMore: phrase({ en: 'Guides and reference', de: 'Anleitungen und Referenz' }),
  issuer: phrase({ en: 'Issuer', de: 'Issuer' }),
};
