import { html, phrase } from '../html.ts';

export const homeWords = {
  start: phrase({ en: 'Start', de: 'Start' }),
  headline: phrase({
    en: 'Agents act on your behalf. You stay in charge.',
    de: 'Agenten handeln für Sie. Sie behalten es in der Hand.',
  }),
  lead: phrase({
    en: 'You let an agent do a part of what you may do, for a time. You can end that at any moment.',
    de: 'Sie erlauben einem Agenten für eine Zeit einen Teil dessen, was Sie selbst dürfen, und beenden es jederzeit.',
  }),
  still: {
    asks: phrase({
      en: html`<strong>Travel planner</strong> wants to act for you at <strong>Calendar</strong>`,
      de: html`<strong>Reiseplaner</strong> möchte bei <strong>Kalender</strong> für Sie handeln`,
    }),
    read: phrase({ en: 'See when you are free', de: 'Sehen, wann Sie frei sind' }),
    book: phrase({ en: 'Book trips for you', de: 'Reisen für Sie buchen' }),
    deny: phrase({ en: 'Deny', de: 'Ablehnen' }),
    allow: phrase({ en: 'Allow', de: 'Erlauben' }),
  },
  howItWorks: phrase({ en: 'How it works', de: 'Wie es geht' }),
  seeWhoAsks: phrase({ en: 'You see who asks', de: 'Sie sehen, wer fragt' }),
  seeWhoAsksMore: phrase({
    en: 'The agent, its owner, and the address that your answer goes to.',
    de: 'Den Agenten, seinen Eigentümer und die Adresse, an die Ihre Antwort geht.',
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
